"""The record of answers: when somebody began to look at a finding, and what became of it.

Each environment and service has one file, `findings/<environment>/<service>.jsonl` beside the
environment files. It has one answer a line and is only appended to, like the journal of moves. It
holds no addresses: neither of people, whose name Git has, nor of machines, which are the tool's to
keep.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from pay.model import Side
from pay.model.base import Model, as_error
from pay.model.problem import InvalidInput, Problem
from pay.model.text_types import Sentence
from pay.secrets.prose import in_prose
from pay.secrets.values import credentials
from rollout.findings.finding import FindingSeverity, SecurityFinding, Tool
from rollout.moves.journal import CLOCK_DIFFERENCE, append, is_utc
from rollout.moves.json_lines import out_of_time, read_lines

OTHERS = "others"
"""The file of findings that belong to no service of the catalogue, or to several."""

MOST_MINUTES = 60 * 24 * 90
"""GuardDuty keeps a finding for 90 days (GuardDuty user guide, "Working with findings")."""

_ADDRESS = re.compile(
    r"[^\s@]+@[^\s@]+\.[a-z]{2,}|\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,}",
    re.IGNORECASE,
)
"""Of mail, of IPv4, of IPv6."""


class FindingVerdict(StrEnum):
    """The verdict of the team about a finding."""

    REAL = "real"
    """It was right, and something was done."""
    FALSE = "false"
    """It was wrong, so nothing had to be done."""
    DRILL = "drill"
    """The team had made it to practise."""


def _for_everybody(note: str) -> str:
    """Return the note. Raises pydantic's error for one with a secret or an address, without
    repeating it.
    """
    allowed = "a sentence that everybody may read"
    if secret := next(iter((*credentials(note), *in_prose(note))), None):
        fix = "leave it out, and change the secret"
        raise as_error(Problem(found=f"a secret ({secret.why})", allowed=allowed, fix=fix))
    if _ADDRESS.search(note):
        fix = "write a role, or what the machine does"
        raise as_error(Problem(found="an address", allowed=allowed, fix=fix))
    return note


class FindingAnswer(Model):
    """One line of the record: an acknowledgement, or with a verdict a closure."""

    at: Annotated[AwareDatetime, AfterValidator(is_utc)]
    """The time when somebody began, or was done, in UTC."""
    key: str
    """The tool's own identifier."""
    tool: Tool
    kind: str
    severity: FindingSeverity
    first_seen: AwareDatetime
    services: tuple[str, ...] = ()
    side: Side | None = None
    """None: both, or the finding does not say."""
    verdict: FindingVerdict | None = None
    """None: somebody has begun to look."""
    minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] | None = None
    """The time that was spent; of a closure only."""
    note: Annotated[Sentence, AfterValidator(_for_everybody)] | None = None

    def problems(self) -> Iterator[Problem]:
        if (self.verdict is None) != (self.minutes is None):
            allowed = "both of a closure, none of an acknowledgement"
            yield Problem(key="minutes", found="verdict or minutes alone", allowed=allowed)

    def line(self) -> str:
        """Return the answer as a line of its file, without keys that hold their defaults."""
        return self.model_dump_json(exclude_defaults=True) + "\n"


def answer_to(
    finding: SecurityFinding,
    at: datetime,
    *,
    verdict: FindingVerdict | None = None,
    minutes: int | None = None,
    note: str | None = None,
) -> FindingAnswer:
    """Return the line for a finding. Raises pydantic's ValidationError."""
    sides = {place.side for place in finding.places}
    return FindingAnswer(
        at=at,
        key=finding.key,
        tool=finding.tool,
        kind=finding.kind,
        severity=finding.severity,
        first_seen=finding.first_seen,
        services=finding.services,
        side=sides.pop() if len(sides) == 1 else None,
        verdict=verdict,
        minutes=minutes,
        note=note,
    )


def answers_path(folder: Path, environment: str, services: Iterable[str]) -> Path:
    """Return the file of a service's answers; `folder` holds the environment files."""
    names = tuple(services)
    name = names[0] if len(names) == 1 else OTHERS
    return folder / "findings" / environment / f"{name}.jsonl"


def append_answer(folder: Path, environment: str, answer: FindingAnswer) -> Path:
    """Add a line to the record and return its file. Raises OSError when it cannot."""
    path = answers_path(folder, environment, answer.services)
    append(path, answer.line())
    return path


AnswerRecord = Mapping[str, tuple[FindingAnswer, ...]]
"""Environment -> its answers, the oldest first."""


def read_answers(folder: Path, environments: Iterable[str], now: datetime) -> AnswerRecord:
    """Return the answers of some environments.

    Raises InvalidInput with every line that is not an answer, or is later than `now`.
    """
    record: dict[str, tuple[FindingAnswer, ...]] = {}
    problems: list[Problem] = []
    for environment in environments:
        answers: list[FindingAnswer] = []
        for path in sorted((folder / "findings" / environment).glob("[!.]*.jsonl")):
            where = f"findings/{environment}/{path.name}"
            for number, entry in read_lines(path, FindingAnswer, where):
                if isinstance(entry, Problem):
                    problems.append(entry)
                elif entry.at > now + CLOCK_DIFFERENCE:
                    allowed = "the time of the answer"
                    problems.append(out_of_time(entry.at, where, number, allowed=allowed))
                else:
                    answers.append(entry)
        record[environment] = tuple(sorted(answers, key=lambda each: each.at))
    if problems:
        raise InvalidInput(problems)
    return record


def closure(finding: SecurityFinding, answers: Iterable[FindingAnswer]) -> FindingAnswer | None:
    """Return the answer that closed a finding; None: it is open, or was seen again after that."""
    closed = [each for each in answers if each.key == finding.key and each.verdict]
    is_over = closed and finding.last_seen <= closed[-1].at
    return closed[-1] if is_over else None


def acknowledgement(key: str, answers: Iterable[FindingAnswer]) -> FindingAnswer | None:
    """Return the first acknowledgement after the last closure; None if nobody has begun."""
    begun: FindingAnswer | None = None
    for each in answers:
        if each.key == key:
            begun = None if each.verdict else begun or each
    return begun


def minutes_between(began: datetime, ended: datetime) -> int:
    """Return whole minutes, at least 1, because a minute that began was spent."""
    return max(1, (ended - began) // timedelta(minutes=1))
