"""What is wrong with an input, so that a person can put it right: one mistake, one message."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake."""

    where: str
    """The file, or the part of the command line."""
    key: str
    """The dotted key, `services.connector.stage`; empty for the whole."""
    found: str
    allowed: str
    fix: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = self.where if self.line is None else f"{self.where}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        fix = f"; {self.fix}" if self.fix else ""
        return f"{place}:{key} found {self.found}; allowed: {self.allowed}{fix}"


class InvalidInput(Exception):
    """Every mistake of one input; `str()` is the list, one a line.

    Whoever talks to a person (main.py, the command line) catches it, prints it and exits with 1.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))
