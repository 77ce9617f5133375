"""Reports the progress of set-up on standard error; programs that make runs use standard output."""

import sys


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
