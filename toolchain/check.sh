#!/bin/sh
# `make check`; with the argument `all`, `make test`. Every part runs, so that one run reports all
# mistakes; the last line is pytest's own.
set -u
bin=.venv/bin
status=0
echo "ruff format" && $bin/ruff format --check --quiet . || status=1
echo "ruff check" && $bin/ruff check --quiet . || status=1
echo "mypy" && $bin/mypy --no-error-summary || status=1
if [ "${1:-}" = all ]; then
    # One worker more than two cores: the traffic lab mostly waits for its clients.
    $bin/pytest -n 3 --no-loadscope-reorder --durations 20 || status=1
else
    # Without bytecode, every worker compiles every test again, which takes a tenth of the time.
    env -u PYTHONDONTWRITEBYTECODE $bin/pytest -q -n 2 -m "not slow and not e2e" || status=1
fi
exit $status
