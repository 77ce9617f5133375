"""What set-up is doing, on standard error: standard output belongs to what make runs after it."""

import sys


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
