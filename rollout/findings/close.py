"""Finds the finding that a person answers, and writes the answer."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from pay.model.problem import InvalidInput
from pay.model.pydantic_errors import to_problems
from rollout.findings.answer_record import (
    FindingAnswer,
    FindingVerdict,
    acknowledgement,
    answer_to,
    append_answer,
    closure,
    minutes_between,
)
from rollout.findings.finding import SecurityFinding, short_id
from rollout.findings.read import Answers
from rollout.terminal.refusal import Finding, Refused


def is_named(key: str, name: str) -> bool:
    """Return whether a name from the command line means a finding. It is the short id, the tool's
    own id, or the end of its ARN.
    """
    return name in (key, short_id(key)) or name.rpartition("/")[2] == key


def begun(name: str, answers: Sequence[FindingAnswer]) -> FindingAnswer | None:
    """Return the acknowledgement of a finding that nobody has closed, by its id or its tool's."""
    return next(
        (
            acknowledged
            for key in dict.fromkeys(each.key for each in answers)
            if is_named(key, name) and (acknowledged := acknowledgement(key, answers))
        ),
        None,
    )


def chosen(name: str, environment: str, read: Answers) -> SecurityFinding:
    """Return the finding of an id. Raises Refused when no tool has it."""
    for each in read.findings:
        if is_named(each.key, name):
            return each
    reason = f"no tool has a finding {name!r} about {environment}"
    unread = [Finding("not read", f"{each.tool}: {each.reason}", each.fix) for each in read.unread]
    fix = f"take an id of: pay findings {environment}"
    raise Refused(f"answering {name}", [Finding("finding", reason, fix), *unread])


def acknowledge(
    folder: Path,
    environment: str,
    target: SecurityFinding | FindingAnswer,
    answers: Sequence[FindingAnswer],
    at: datetime,
) -> tuple[FindingAnswer, bool]:
    """Write that somebody begins, unless that is written; return it, and whether it was there."""
    if isinstance(target, FindingAnswer):
        return target, True
    if known := acknowledgement(target.key, answers):
        return known, True
    answer = answer_to(target, at)
    append_answer(folder, environment, answer)
    return answer, False


def close(
    folder: Path,
    environment: str,
    target: SecurityFinding | FindingAnswer,
    answers: Sequence[FindingAnswer],
    at: datetime,
    *,
    verdict: FindingVerdict,
    minutes: int | None,
    note: str | None,
) -> tuple[FindingAnswer, bool]:
    """Write the verdict on a finding, or on an acknowledged one, unless the same is written. Return
    it, and whether it was there.

    Raises Refused for one that has another verdict, or whose time nobody knows. Raises InvalidInput
    for a note with a secret or an address.
    """
    what = f"closing {short_id(target.key)} in {environment}"
    if isinstance(target, SecurityFinding) and (known := closure(target, answers)):
        if known.verdict is verdict:
            return known, True
        reason = f"it was closed at {known.at:%Y-%m-%d %H:%M} UTC as {known.verdict}"
        fix = f"correct the line in findings/{environment}, or leave it"
        raise Refused(what, [Finding("closed", reason, fix)])
    if minutes is None:
        if (began := acknowledgement(target.key, answers)) is None:
            reason = "nobody has acknowledged it, so the time that it took is not known"
            raise Refused(what, [Finding("minutes", reason, "say how long it took: --minutes N")])
        minutes = minutes_between(began.at, at)
    given = {"verdict": verdict, "minutes": minutes, "note": note}
    try:
        if isinstance(target, SecurityFinding):
            answer = answer_to(target, at, **given)  # type: ignore[arg-type]
        else:
            answer = FindingAnswer.model_validate(target.model_dump() | {"at": at} | given)
    except ValidationError as error:
        raise InvalidInput(to_problems(error)) from None
    append_answer(folder, environment, answer)
    return answer, False
