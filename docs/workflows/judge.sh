#!/bin/sh
# Judge plans and write the review: review.md for the comment, review.html with all of it.
#   judge.sh BASE PLANS REVIEW
# The guard, the PCI gate and the review all run, whatever the others say. Exit code: the guard's when it
# refuses, else the PCI gate's.
set -eu
base=$1 plans=$2 review=$3
mkdir -p "$review"
if [ ! -s "$plans/stacks" ]; then
    echo "Nothing changes." | tee "$review/review.md"
    exit 0
fi

guard=0
set -- --base "$base/environments"
if [ -f break-glass ]; then
    while IFS=: read -r rule why; do
        [ -z "$rule" ] || set -- "$@" --allow "$rule" --because "${why# }"
    done < break-glass
fi
pay guard "$plans"/*.json "$@" || guard=$?

policy=0
pay policy --partial --root "${CDKTF_OUTDIR:-cdktf.out}" --reports "$review" "$plans"/*.json || policy=$?
[ ! -f "$review/pci.json" ] || set -- "$@" --policy "$review/pci.json"

pay review "$plans"/*.json "$@" --html "$review/review.html" > "$review/review.md"
[ "$guard" -eq 0 ] || exit "$guard"
exit "$policy"
