#!/bin/sh
# `make check`; with the argument `all`, `make test`. Every part runs, so that one run reports all
# mistakes, and prints its seconds; the last line is pytest's own.
set -u
bin=.venv/bin
results=$(mktemp -d)
memory=
trap 'rm -rf "$results" ${memory:+"$memory"}' EXIT
trap 'exit 130' INT TERM

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
    # Without bytecode, every worker and every program that a test starts compiles its modules again.
    # That takes a tenth of the time.
    unset PYTHONDONTWRITEBYTECODE
    if [ "$1" = all ]; then
        # One process writes pytest's bytecode of the tests, which every worker would write again.
        start=$(date +%s)
        $bin/pytest --collect-only -qq >/dev/null 2>&1
        echo "bytecode of the tests: $(($(date +%s) - start)) s"
        # Three times two cores, because an ordinary day waits for its clock. The traffic lab waits for
        # its clients, Terraform for the sandbox.
        # Of the pure packages only, because what is measured runs a sixth slower. The threshold leaves
        # the measured code as it is: to rewrite what has run, as Slipcover would, takes longer.
        set -- slipcover --threshold 1000000 \
            --source "$($bin/python -m tests.support.coverage_floors)" \
            -m pytest -n 6 --no-loadscope-reorder --durations 20
    else
        set -- pytest -q -n 2 --quick
    fi
    # No test looks at logs, and what would record them takes a twentieth of the time.
    $bin/python -m "$@" -p no:logging --folder-times --color="$color" || touch "$results/failed"
}

# in_memory: set TMPDIR to a folder in memory, where programs start and half a gigabyte is free. Quick
# tests write ten thousand small files, and a disk takes a tenth of their time.
in_memory() {
    [ "$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')" -ge 524288 ] 2>/dev/null || return
    memory=$(mktemp -d /dev/shm/pay-check.XXXXXX) || return
    printf '#!/bin/sh\n' >"$memory/program" && chmod +x "$memory/program"
    if "$memory/program" 2>/dev/null; then export TMPDIR="$memory"; fi
}

[ "${1:-}" = all ] || in_memory
if [ -t 1 ]; then color=yes; else color=auto; fi
# Tests run beside the parts; their output waits until every part has printed.
tests "${1:-}" 2>&1 | {
    parts
    cat
}
[ ! -e "$results/failed" ]
