"""`python -m toolchain setup | env | run -- COMMAND | lock | bindings | cdktn`, called by make."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the machine may have an older one
    sys.exit(
        "Python {}.{} is too old\n  needed: Python 3.11 or later\n"
        "  do:     install it, or choose one with make setup PYTHON=...".format(
            *sys.version_info[:2]
        )
    )

from toolchain.cli import main

sys.exit(main(sys.argv[1:]))
