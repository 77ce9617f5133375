"""The variables of tests/support/secrets.toml, one table for everything that detects secrets."""

import tomllib
from pathlib import Path

Pair = tuple[str, str]

_FILE = Path(__file__).with_name("secrets.toml")


def secret_table() -> tuple[list[Pair], list[Pair]]:
    """What must be refused, and what must not, as (name, value)."""
    table = tomllib.loads(_FILE.read_text())
    refused, ordinary = ([(n, v) for n, v in table[key]] for key in ("refused", "ordinary"))
    return refused, ordinary
