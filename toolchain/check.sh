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
    # One worker more than two cores keep busy: the traffic lab waits for its clients mostly.
    $bin/pytest -n 3 --no-loadscope-reorder --durations 20 || status=1
else
    # Where bytecode is not kept, every worker compiles every test anew: a tenth of the time.
    env -u PYTHONDONTWRITEBYTECODE $bin/pytest -q -n 2 -m "not slow and not e2e" || status=1
fi
exit $status
