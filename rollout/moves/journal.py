"""The journal: each move with its author, time, stages and reason.

One file for each environment and service, `journal/<environment>/<service>.jsonl` beside the
environment files, one move a line, appended only: two people who promote different services touch
different files, and two who move the same service get a conflict, as they should (docs/decisions).
"""

import getpass
import os
import subprocess
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, ValidationError

from pay.model import Ladder, Record, Side, Stage
from pay.model.base import Model
from pay.model.problem import InvalidInput, Problem
from pay.model.stage.transitions import Direction, Edge


def _is_utc(moment: datetime) -> datetime:
    offset = moment.utcoffset()
    if offset is None or offset.total_seconds() != 0:
        raise ValueError("write it in UTC, ending in Z")
    return moment


class Move(Model):
    """One line of the journal."""

    model_config = ConfigDict(
        serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )

    at: Annotated[AwareDatetime, AfterValidator(_is_utc)]
    direction: Direction
    before: Stage = Field(alias="from")
    after: Stage = Field(alias="to")
    weights: str
    """EC2's and Fargate's after the move, as `weights_text` writes them."""
    by: str
    """The author, as `author` returns it."""
    evidence: str | None = None
    """What was measured before a promotion."""
    because: str | None = None
    """Why a rollback."""
    adjacent: str | None = None
    """Why a neighbour in the call graph may move at the same time."""
    approvers: tuple[str, ...] = ()
    """The roles that agreed."""

    def line(self) -> str:
        """Return the move as a line of its file, without keys that hold their defaults."""
        return self.model_dump_json(exclude_defaults=True) + "\n"


Journals = Mapping[tuple[str, str], tuple[Move, ...]]
"""The moves of each (environment, service), the oldest first."""


def weights_text(records: Iterable[Record]) -> str:
    """Return EC2's and Fargate's weight: `95/5`; `simple` without, `-` for no record."""
    weights = {record.side: record.weight for record in records}
    if None in weights.values():
        return "simple"
    return "/".join(str(weights.get(side, "-")) for side in Side)


def stripped(text: str | None) -> str | None:
    """Return a reason without blanks around it; None when nothing is left."""
    return (text or "").strip() or None


def move(
    ladder: Ladder,
    edge: Edge,
    *,
    at: datetime,
    by: str,
    evidence: str | None = None,
    because: str | None = None,
    adjacent: str | None = None,
    approvers: tuple[str, ...] = (),
) -> Move:
    """Return the entry of a move along `ladder`, without blank texts."""
    return Move(
        at=at,
        direction=edge.direction,
        before=edge.before,
        after=edge.after,
        weights=weights_text(ladder.records(edge.after)),
        by=by,
        evidence=stripped(evidence),
        because=stripped(because),
        adjacent=stripped(adjacent),
        approvers=tuple(role for name in approvers if (role := stripped(name))),
    )


def journal_path(folder: Path, environment: str, service: str) -> Path:
    """Return the file of a service's moves; `folder` holds the environment files."""
    return folder / "journal" / environment / f"{service}.jsonl"


def append(path: Path, entry: Move) -> None:
    """Add a line. Raises OSError when it cannot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if file.tell() and path.read_bytes()[-1:] != b"\n":
            file.write(b"\n")
        file.write(entry.line().encode())


def read_all(folder: Path) -> Journals:
    """Return every journal below a folder of environment files.

    Raises InvalidInput with every line of every file that is not a move.
    """
    journals: dict[tuple[str, str], tuple[Move, ...]] = {}
    problems: list[Problem] = []
    for path in sorted((folder / "journal").glob("*/*.jsonl")):
        moves = []
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            try:
                moves += [Move.model_validate_json(line)] if line.strip() else []
            except ValidationError as error:
                problems += [
                    Problem(
                        where=f"journal/{path.parent.name}/{path.name}",
                        line=number,
                        key=".".join(map(str, mistake["loc"])),
                        found=repr(mistake["input"]),
                        allowed=mistake["msg"],
                        fix="correct the line, or restore it from Git",
                    )
                    for mistake in error.errors()
                ]
        journals[path.parent.name, path.stem] = tuple(sorted(moves, key=lambda move: move.at))
    if problems:
        raise InvalidInput(problems)
    return journals


def author(folder: Path) -> str:
    """Return the address in Git's settings, else the login name, else the user's number: a
    container may run as a user that its password file does not list.
    """
    command = ["git", "config", "user.email"]
    try:
        git = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=5)
        if address := git.stdout.strip():
            return address
    except (OSError, subprocess.TimeoutExpired):
        pass
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # KeyError before Python 3.13
        return f"uid {os.getuid()}"
