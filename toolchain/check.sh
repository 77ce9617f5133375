#!/bin/sh
# `make check`; with the argument `all`, `make test`. Every part runs, so that all that is wrong is
# told at once; the last line is pytest's own.
set -u
bin=.venv/bin
status=0
echo "ruff format" && $bin/ruff format --check --quiet . || status=1
echo "ruff check" && $bin/ruff check --quiet . || status=1
echo "mypy" && $bin/mypy --no-error-summary || status=1
if [ "${1:-}" = all ]; then
    # The walks under traffic have not yet been seen to pass on a quiet machine within their budget;
    # they are run by hand: .venv/bin/pytest tests/lab
    $bin/pytest \
        --ignore=tests/lab/test_interruptions.py \
        --ignore=tests/lab/test_mutations.py \
        --ignore=tests/lab/test_plans_of_moves.py \
        --ignore=tests/lab/test_walks.py || status=1
else
    $bin/pytest -q -m "not slow and not e2e" || status=1
fi
exit $status
