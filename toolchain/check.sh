#!/bin/sh
# `make check`; with the argument `all`, `make test`. Every part runs, so that one run reports all
# mistakes, and prints its seconds; the last line is pytest's own.
set -u
bin=.venv/bin
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# part NAME COMMAND...: run the command beside the other parts; print its seconds and its output.
part() {
    name=$1
    shift
    {
        start=$(date +%s)
        "$@" >"$results/$name" 2>&1 || touch "$results/failed"
        echo "$name: $(($(date +%s) - start)) s" | cat - "$results/$name"
    } &
}

parts() {
    part "ruff format" $bin/ruff format --check --quiet .
    part "ruff check" $bin/ruff check --quiet .
    part "layers" $bin/lint-imports --no-logo --cache-dir .cache/import-linter
    part mypy $bin/mypy --no-error-summary
    wait
}

tests() {
    # Without bytecode, every worker and every program that a test starts compiles its modules again,
    # which takes a tenth of the time.
    unset PYTHONDONTWRITEBYTECODE
    if [ "$1" = all ]; then
        # One process writes pytest's bytecode of the tests, which every worker would write again.
        $bin/pytest --collect-only -qq >/dev/null 2>&1
        # Three times two cores: an ordinary day waits for its clock, the traffic lab for its clients,
        # Terraform for the sandbox.
        set -- slipcover -m pytest -n 6 --no-loadscope-reorder --durations 20
    else
        set -- pytest -q -n 2 --quick
    fi
    $bin/python -m "$@" --folder-times --color="$color" || touch "$results/failed"
}

if [ -t 1 ]; then color=yes; else color=auto; fi
# Tests run beside the parts; their output waits until every part has printed.
tests "${1:-}" 2>&1 | {
    parts
    cat
}
[ ! -e "$results/failed" ]
