"""Reads the files beside the environments that hold a JSON object a line."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from pay.files import LARGEST_BYTES, read_content
from pay.model.base import Model
from pay.model.problem import Problem
from pay.model.pydantic_errors import to_problems

RESTORE = "correct the line, or restore it from Git"

LineEntry = TypeVar("LineEntry", bound=Model)


def read_lines(
    path: Path, model: type[LineEntry], where: str, *, most: int = LARGEST_BYTES
) -> Iterator[tuple[int, LineEntry | Problem]]:
    """Yield the number of each line that is not blank, with its entry or each of its mistakes. A
    file that cannot be read, or has more than `most` bytes, is a mistake of its first line. `where`
    names the file in messages.
    """
    try:
        content = read_content(path, most=most)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        yield 1, Problem(where=where, found=reason, allowed="a readable file, a JSON object a line")
        return
    # By bytes: JSON Lines end at \n alone, and a text may hold Unicode's other line ends.
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            try:
                yield number, model.model_validate_json(line)
            except ValidationError as error:
                for problem in to_problems(error):
                    fix = "; ".join(filter(None, (problem.fix, RESTORE)))
                    yield number, replace(problem, where=where, line=number, fix=fix)


def out_of_time(
    at: datetime, where: str, line: int, *, allowed: str, why: str = "in the future"
) -> Problem:
    """Return the mistake of an entry whose time cannot be right."""
    return Problem(
        where=where,
        line=line,
        key="at",
        found=f"{at.isoformat()}, which is {why}",
        allowed=allowed,
        fix=f"set this machine's clock right; or {RESTORE}",
    )
