#!/bin/sh
# `make check`; with the argument `all`, `make test`. The last line is pytest's own.
set -eu
bin=.venv/bin
echo "ruff format" && $bin/ruff format --check --quiet .
echo "ruff check" && $bin/ruff check --quiet .
echo "mypy" && $bin/mypy --no-error-summary
if [ "${1:-}" = all ]; then
    $bin/pytest
else
    $bin/pytest -q -m "not slow and not e2e"
fi
