#!/bin/sh
# Apply exactly the reviewed plans, one after the other; the first failure ends it.
#   apply.sh BASE PLANS REVIEWED
# REVIEWED is the text of the review that was approved, from the pull request and not from where the plans
# come from: it names the digest of the plans that were explained.
set -eu
base=$1
plans=$(cd "$2" && pwd)
: "${CDKTF_OUTDIR:=cdktf.out}"
export CDKTF_OUTDIR
[ -f "$plans/SHA256SUMS" ] || { echo "$plans: not planned to the end" >&2; exit 1; }
[ -s "$plans/SHA256SUMS" ] || exit 0
(cd "$plans" && sha256sum --check --strict SHA256SUMS)
digest=$(sha256sum < "$plans/SHA256SUMS" | cut -d ' ' -f 1)
if ! grep -qF "All plan files together: sha256 \`$digest\`" "$3"; then
    echo "$3 is not the review of these plans (sha256 $digest): plan, review and approve again" >&2
    exit 1
fi
stacks=$(sed 's/^[0-9a-f]* [ *]//; s/\.tfplan$//' "$plans/SHA256SUMS")
python -O main.py

# What is judged is read from the plan files themselves, not from the JSON beside them.
judged=$(mktemp -d)
for stack in $stacks; do
    terraform -chdir="$CDKTF_OUTDIR/stacks/$stack" init -input=false -no-color
    terraform -chdir="$CDKTF_OUTDIR/stacks/$stack" show -json "$plans/$stack.tfplan" > "$judged/$stack.json"
done
set -- --base "$base/environments"
if [ -f break-glass ]; then
    # The last line counts without a newline too.
    while IFS=: read -r rule why || [ -n "$rule" ]; do
        [ -z "$rule" ] || set -- "$@" --allow "$rule" --because "${why# }"
    done < break-glass
fi
pay guard "$judged"/*.json "$@"

# Platform, sides that come, records, sides that go.
order=$(python -m rollout.plans.order "$judged"/*.json)
for stack in $order; do
    terraform -chdir="$CDKTF_OUTDIR/stacks/$stack" apply -input=false -no-color "$plans/$stack.tfplan"
done
