#!/bin/sh
# Apply exactly the reviewed plans, one after the other; the first failure ends it.
#   apply.sh BASE PLANS
set -eu
base=$1
plans=$(cd "$2" && pwd)
: "${CDKTF_OUTDIR:=cdktf.out}"
export CDKTF_OUTDIR
[ -s "$plans/stacks" ] || exit 0
(cd "$plans" && sha256sum --check --strict SHA256SUMS)
python -O main.py

# Platform, then sides, then records, then the rest.
order=$(for last in platform ec2 fargate traffic; do grep -e "-$last\$" "$plans/stacks" || :; done
    grep -Ev -e '-(platform|ec2|fargate|traffic)$' "$plans/stacks" || :)

# What is judged is read from the plan files themselves, not from the JSON beside them.
judged=$(mktemp -d)
for stack in $order; do
    terraform -chdir="$CDKTF_OUTDIR/stacks/$stack" init -input=false -no-color
    terraform -chdir="$CDKTF_OUTDIR/stacks/$stack" show -json "$plans/$stack.tfplan" > "$judged/$stack.json"
done
set -- --base "$base/environments"
if [ -f break-glass ]; then
    while IFS=: read -r rule why; do
        [ -z "$rule" ] || set -- "$@" --allow "$rule" --because "${why# }"
    done < break-glass
fi
pay guard "$judged"/*.json "$@"

for stack in $order; do
    terraform -chdir="$CDKTF_OUTDIR/stacks/$stack" apply -input=false -no-color "$plans/$stack.tfplan"
done
