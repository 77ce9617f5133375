"""Break-glass: the rules whose findings may pass, each with its reason."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pay.files import read_text
from pay.model.problem import InvalidInput, Problem, did_you_mean
from rollout.guard.rules import RULES


def unknown_rule(rule: str) -> str | None:
    """Return why a name is not a rule of the guard; None when it is."""
    if rule in RULES:
        return None
    fix = did_you_mean(rule, RULES, f"there are: {', '.join(RULES)}")
    return f"no rule is called {rule!r}; {fix}"


def missing_reason(rule: str, reason: str) -> str | None:
    """Return what a blank reason lacks; None when the reason has a text."""
    if reason.strip():
        return None
    return f"the reason to allow {rule} is empty; say why it is right this time"


def read_break_glass(file: Path) -> Mapping[str, str]:
    """Return rule -> reason of a file with a line `RULE: why` for each; nothing without a file.

    Raises InvalidInput with every line that is wrong.
    """
    allowed: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(_lines(file), start=1):
        rule, _, reason = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        twice = f"{rule} stands here twice" if rule in allowed else None
        if mistake := unknown_rule(rule) or missing_reason(rule, reason) or twice:
            problems.append(
                Problem(
                    where=file.name,
                    line=number,
                    found=mistake,
                    allowed="a rule of the guard, a colon and a reason, each rule once",
                    fix="write the line as `RULE: why`; `pay guard --rules` lists the rules",
                )
            )
        allowed[rule] = reason
    if problems:
        raise InvalidInput(problems)
    return allowed


def _lines(file: Path) -> Sequence[str]:
    try:
        return read_text(file).split("\n")
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        allowed = "a text file in UTF-8"
        raise InvalidInput([Problem(where=file.name, found=str(error), allowed=allowed)]) from None
