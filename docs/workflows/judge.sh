#!/bin/sh
# Judge plans and write the review: review.md for the comment, review.html with all of it.
#   judge.sh BASE PLANS REVIEW
# The guard, the PCI gate and the review all run, whatever the others say. Exit code: the guard's when it
# refuses, else the PCI gate's, else the review's. Whatever happens, review.md says something about COMMIT.
set -eu
base=$1 plans=$2 review=$3
commit=${COMMIT:-$(git rev-parse HEAD)}
mkdir -p "$review"

not_judged() {
    printf '## Not judged\n\nCommit %s: %s. Nothing of it may be applied.\n' "$commit" "$1" > "$review/review.md"
}
# Until it is judged it is not: the comment of an older commit must not stand for this one.
not_judged "judging ended before its end, the log says why"

if [ ! -f "$plans/SHA256SUMS" ]; then
    not_judged "planning failed, the log says why"
    exit 2
fi
if [ ! -s "$plans/SHA256SUMS" ]; then
    echo "Nothing changes." | tee "$review/review.md"
    exit 0
fi

guard=0
set -- --base "$base/environments"
if [ -f break-glass ]; then
    # The last line counts without a newline too.
    while IFS=: read -r rule why || [ -n "$rule" ]; do
        [ -z "$rule" ] || set -- "$@" --allow "$rule" --because "${why# }"
    done < break-glass
fi
pay guard "$plans"/*.json "$@" || guard=$?

# Where not the whole estate was synthesised, a waiver may be for the rest of it.
policy=0
pay policy ${PAY_STACKS:+--partial} --root "${CDKTF_OUTDIR:-cdktf.out}" --reports "$review" "$plans"/*.json || policy=$?
[ ! -f "$review/pci.json" ] || set -- "$@" --policy "$review/pci.json"

told=0
pay review "$plans"/*.json "$@" --html "$review/review.html" > "$review/review.md.new" || told=$?
if [ "$told" -eq 0 ]; then
    mv "$review/review.md.new" "$review/review.md"
else
    rm -f "$review/review.md.new"
    not_judged "the plans cannot be read, the log says why"
fi
[ "$guard" -eq 0 ] || exit "$guard"
[ "$policy" -eq 0 ] || exit "$policy"
exit "$told"
