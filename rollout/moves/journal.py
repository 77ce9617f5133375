"""The journal: each move with its author, time, stages and reason.

Each environment and service has one file, `journal/<environment>/<service>.jsonl` beside the
environment files. It has one move a line and is only appended to. Two people who promote different
services touch different files. Two who move the same service get a conflict, as they should
(docs/decisions).
"""

import getpass
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from pay.model import Ladder, Record, Side, Stage
from pay.model.base import Model
from pay.model.problem import InvalidInput, Problem, did_you_mean
from pay.model.stage.transitions import Direction, Edge
from rollout.git import email
from rollout.measure.judgement import Judgement
from rollout.moves.json_lines import out_of_time, read_lines
from rollout.smoke.verdict import SmokeVerdict
from rollout.terminal.refusal import Failed


def is_utc(moment: datetime) -> datetime:
    """Return a moment in UTC. Raises ValueError for one of another zone."""
    offset = moment.utcoffset()
    if offset is None or offset.total_seconds() != 0:
        raise ValueError("write it in UTC, ending in Z")
    return moment


class Move(Model):
    """One line of the journal."""

    model_config = ConfigDict(
        serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )

    at: Annotated[AwareDatetime, AfterValidator(is_utc)]
    """The time of the move, in UTC."""
    direction: Direction
    """The direction: a promotion or a rollback."""
    before: Stage = Field(alias="from")
    """The stage that was left."""
    after: Stage = Field(alias="to")
    """The stage that was reached."""
    weights: str
    """EC2's and Fargate's after the move, as `weights_text` writes them."""
    by: str
    """The author, as `author` returns it."""
    evidence: str | None = None
    """The measurement before a promotion."""
    judged: Judgement | None = None
    """The verdict on the stage that was left, with its numbers."""
    smoked: SmokeVerdict | None = None
    """The verdict of smoke tests on the side that gets its first record."""
    because: str | None = None
    """The reason of a rollback."""
    adjacent: str | None = None
    """The reason why a neighbour in the call graph may move at the same time."""
    approvers: tuple[str, ...] = ()
    """The roles that agreed."""

    def line(self) -> str:
        """Return the move as a line of its file, without keys that hold their defaults."""
        return self.model_dump_json(exclude_defaults=True) + "\n"


Place = tuple[str, str]
"""An environment and a service."""

Journals = Mapping[Place, tuple[Move, ...]]
"""The moves of each service in each environment, the oldest first."""

CLOCK_DIFFERENCE = timedelta(minutes=10)
"""By so much the clocks of two people's machines may differ."""

FIRST_DAY = datetime(2017, 11, 29, tzinfo=UTC)
"""The day on which AWS announced Fargate (AWS News Blog, "Introducing AWS Fargate")."""


def weights_text(records: Iterable[Record]) -> str:
    """Return EC2's and Fargate's weight: `95/5`; `simple` without, `-` for no record."""
    weights = {record.side: record.weight for record in records}
    if None in weights.values():
        return "simple"
    return "/".join(str(weights.get(side, "-")) for side in Side)


def reached(moves: Sequence[Move], stage: Stage) -> datetime | None:
    """Return when a service reached the stage that its file has. None: it never moved, or the file
    was changed by hand.
    """
    return moves[-1].at if moves and moves[-1].after is stage else None


def stripped(text: str | None) -> str | None:
    """Return a reason without blanks around it; None when nothing is left. A byte that is not UTF-8
    (Python keeps it as half of a surrogate pair) becomes the replacement character.
    """
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text or "").strip() or None


def move(
    ladder: Ladder,
    edge: Edge,
    *,
    at: datetime,
    by: str,
    evidence: str | None = None,
    judged: Judgement | None = None,
    smoked: SmokeVerdict | None = None,
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
        judged=judged,
        smoked=smoked,
        because=stripped(because),
        adjacent=stripped(adjacent),
        approvers=tuple(role for name in approvers if (role := stripped(name))),
    )


def journal_path(folder: Path, environment: str, service: str) -> Path:
    """Return the file of a service's moves; `folder` holds the environment files."""
    return folder / "journal" / environment / f"{service}.jsonl"


VERDICTS = ".verdicts.jsonl"
"""The end of the file beside a journal with the verdicts that led to no move."""


def verdicts_path(folder: Path, environment: str, service: str) -> Path:
    """Return the file of a service's recorded verdicts, one a line."""
    return journal_path(folder, environment, service).with_name(service + VERDICTS)


def is_verdicts(path: Path) -> bool:
    """Return whether a file holds verdicts, not moves."""
    return path.name.endswith(VERDICTS)


def append(path: Path, line: str) -> None:
    """Add a line. Raises OSError when it cannot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if file.tell() and path.read_bytes()[-1:] != b"\n":
            file.write(b"\n")
        file.write(line.encode())


def read_needed(
    folder: Path,
    is_needed: Callable[[str], bool],
    *,
    known: Collection[Place] | None = None,
    now: datetime | None = None,
) -> tuple[Journals, tuple[Problem, ...]]:
    """Return every journal, and the mistakes in those of environments that are not needed. An
    environment or a service that is not `known` is a mistake only where it is needed.

    Raises InvalidInput with every mistake in the others.
    """
    latest = (now or datetime.now(UTC)) + CLOCK_DIFFERENCE
    journals: dict[Place, tuple[Move, ...]] = {}
    refused: list[Problem] = []
    spared: list[Problem] = []
    for path in sorted((folder / "journal").glob("[!.]*/[!.]*.jsonl")):
        if is_verdicts(path):
            continue
        place, where = (path.parent.name, path.stem), f"journal/{path.parent.name}/{path.name}"
        problems = refused if is_needed(path.parent.name) else spared
        if known is not None and place not in known and problems is refused:
            problems.append(_unknown(place, known, where))
        moves = []
        for number, entry in read_lines(path, Move, where):
            if isinstance(entry, Problem):
                problems.append(entry)
                continue
            moves.append(entry)
            if not FIRST_DAY <= entry.at <= latest:
                problems.append(_out_of_time(entry, where, number))
        journals[place] = tuple(sorted(moves, key=lambda move: move.at))
    if refused:
        raise InvalidInput(refused)
    return journals, tuple(spared)


def _out_of_time(move: Move, where: str, line: int) -> Problem:
    why = "before Fargate began" if move.at < FIRST_DAY else "in the future"
    allowed = "the time of the move: stays are counted from it"
    return out_of_time(move.at, where, line, allowed=allowed, why=why)


def _unknown(place: Place, known: Collection[Place], where: str) -> Problem:
    environment, service = place
    services = sorted(name for owner, name in known if owner == environment)
    environments = sorted({owner for owner, _ in known})
    word, names = (service, services) if services else (environment, environments)
    return Problem(
        where=where,
        found=f"the journal of {'a service' if services else 'an environment'} without a file",
        allowed=", ".join(names),
        fix=did_you_mean(word, names, "delete the journal (Git keeps it), or restore the file"),
    )


def author(folder: Path) -> str:
    """Return the address of Git's author, else the login name, else the user's number. A container
    may run as a user that its password file does not list.
    """
    with suppress(Failed):
        if address := email(folder):
            return address
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # KeyError before Python 3.13
        return f"uid {os.getuid()}"
