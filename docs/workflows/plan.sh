#!/bin/sh
# Plan every stack that a change touches, with credentials that can only read.
#   plan.sh BASE PLANS
# Runs at the root of the project with the change; BASE is a checkout of it without the change. PLANS gets
# STACK.tfplan and STACK.json of every stack whose HCL differs and, when all of them are planned, SHA256SUMS.
set -eu
export LC_ALL=C
base=$(cd "$1" && pwd)
mkdir -p "$2"
plans=$(cd "$2" && pwd)
: "${CDKTF_OUTDIR:=cdktf.out}"
export CDKTF_OUTDIR
before=$(mktemp -d)
rm -f "$plans/SHA256SUMS" "$plans"/*.tfplan "$plans"/*.json

# The base is synthesised by its own code; only the generated bindings are shared.
PYTHONPATH="$base:$base/constructs" PAY_ENVIRONMENTS="$base/environments" CDKTF_OUTDIR="$before" \
    python -O "$base/main.py"
python -O main.py

removed=$(for folder in "$before"/stacks/*/; do
    stack=$(basename "$folder")
    [ -d "$CDKTF_OUTDIR/stacks/$stack" ] || echo "$stack"
done)
if [ -n "$removed" ]; then
    echo "stacks without code: $removed; take their resources out first, then the stack" >&2
    exit 1
fi

for folder in "$CDKTF_OUTDIR"/stacks/*/; do
    stack=$(basename "$folder")
    cmp -s "$folder/cdk.tf" "$before/stacks/$stack/cdk.tf" && continue
    echo "$stack"
    case $stack in
        # The guard has to see the records of a service beside its sides.
        *-ec2 | *-fargate) echo "${stack%-*}-traffic" ;;
    esac
done | sort -u > "$plans/stacks"

# The releases that run, stack by stack: no two services have the same, and a plan of a change to the code
# must show no release. A side that does not exist yet gets the other side's.
releases=$(mktemp -d)
write_releases() {
    states=
    for each in "$1" "${1%-*}-ec2" "${1%-*}-fargate"; do
        [ -d "$CDKTF_OUTDIR/stacks/$each" ] || continue
        if [ ! -f "$releases/$each.state" ]; then
            terraform -chdir="$CDKTF_OUTDIR/stacks/$each" init -input=false -no-color >&2
            terraform -chdir="$CDKTF_OUTDIR/stacks/$each" show -json > "$releases/$each.state"
        fi
        states="$states $releases/$each.state"
    done
    # None of these paths has a space: mktemp made the folder.
    # shellcheck disable=SC2086
    python -m rollout.plans.releases "$1" $states > "$releases/$1.tfvars.json"
}

: > "$plans/SHA256SUMS.new"
while read -r stack; do
    set --
    case $stack in
        *-ec2 | *-fargate)
            write_releases "$stack"
            set -- -var-file="$releases/$stack.tfvars.json"
            ;;
    esac
    folder=$CDKTF_OUTDIR/stacks/$stack
    terraform -chdir="$folder" init -input=false -no-color >&2
    terraform -chdir="$folder" plan -input=false -no-color -lock=false -out="$plans/$stack.tfplan" "$@" >&2
    terraform -chdir="$folder" show -json "$plans/$stack.tfplan" > "$plans/$stack.json"
    (cd "$plans" && sha256sum "$stack.tfplan" >> SHA256SUMS.new)
done < "$plans/stacks"
mv "$plans/SHA256SUMS.new" "$plans/SHA256SUMS"
cat "$plans/stacks"
