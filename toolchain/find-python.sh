#!/bin/sh
# Prints the first Python that is new enough. If there is none, reports that and prints `false`, so
# that make stops.
for python in python3 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "$python"
        exit
    fi
done
cat >&2 <<END
Python is missing or too old: $(python3 --version 2>&1 || true)
  needed: Python 3.11 or later
  do:     install it, or choose one with make setup PYTHON=...
END
echo false
