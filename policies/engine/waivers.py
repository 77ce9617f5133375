"""Waivers: accepted findings, each with an owner, a reason and an expiry date."""

import re
from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from pay.files import read_text
from pay.shown_text import cut
from pay.toml_text import NotToml, parse
from policies.engine.results import Problem, Result

FILE = Path(__file__).parents[1].joinpath("waivers.toml")

LONGEST = timedelta(days=366)
"""Every waiver is reviewed at least once a year (PCI DSS v4.0.1, 12.3.1 and 12.5.2)."""

_NO_SUCH_RULE = "there is no such rule; correct the id or remove the waiver"

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class Waiver(BaseModel):
    """One accepted finding; a false positive of protective monitoring has the same form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: Text
    """The rule's id."""
    stack: Text
    """The stack's id; `*` and `?` match as in a shell. `*` alone is refused: it would waive stacks
    that do not exist yet."""
    resource: Text
    """The resource's address in the stack, with the same wildcards after its type."""
    reason: Annotated[str, Field(min_length=20)]
    owner: Text
    """A role, not a person."""
    expires: date

    @field_validator("stack")
    @classmethod
    def _names_a_stack(cls, stack: str) -> str:
        if not re.search(r"[a-z0-9]", stack):
            what = "does not name a stack; write part of its name, for example '*-frontend-*'"
            raise PydanticCustomError("every_stack", what)
        return stack

    @field_validator("resource")
    @classmethod
    def _names_a_type(cls, resource: str) -> str:
        if not re.match(r"(data\.)?[a-z0-9_]+\.", resource):
            what = "does not name a type; write the resource's address, for example 'aws_lb.alb'"
            raise PydanticCustomError("every_resource", what)
        return resource

    def covers(self, result: Result) -> bool:
        return (
            self.check == result.rule
            and fnmatchcase(result.stack, self.stack)
            and fnmatchcase(result.address, self.resource)
        )

    def __str__(self) -> str:
        return f"{self.check} on {self.stack} {self.resource}"


class InvalidWaivers(ValueError):
    """The file of waivers is invalid; the message lists every mistake."""


def load(file: Path) -> tuple[Waiver, ...]:
    """Raises InvalidWaivers."""
    try:
        document = parse(read_text(file))
    except (OSError, ValueError) as error:
        line = f":{error.line}" if isinstance(error, NotToml) and error.line else ""
        raise InvalidWaivers(f"{file}{line}: {error}") from None
    if unknown := sorted(set(document) - {"waiver"}):
        raise InvalidWaivers(f"{file}: {cut(', '.join(unknown))} is unknown; allowed: [[waiver]]")
    listed = document.get("waiver", [])
    if not isinstance(listed, list):
        raise InvalidWaivers(f"{file}: waiver is {type(listed).__name__}; write each as [[waiver]]")
    waivers, mistakes = [], []
    for number, entry in enumerate(listed, start=1):
        try:
            waivers.append(Waiver.model_validate(entry))
        except ValidationError as error:
            mistakes += [
                f"{file}: waiver {number}, {cut('.'.join(map(str, each['loc'])))}: {each['msg']}"
                for each in error.errors()
            ]
    if mistakes:
        raise InvalidWaivers("\n".join(mistakes))
    return tuple(waivers)


def unknown_rules(waivers: Iterable[Waiver], rules: Container[str]) -> list[str]:
    """Return a message for each waiver of a rule that does not exist."""
    return [f"{each}: {_NO_SUCH_RULE}" for each in waivers if each.check not in rules]


def apply(
    waivers: Iterable[Waiver],
    results: list[Result],
    *,
    today: date,
    rules: Container[str],
    partial: bool = False,
) -> tuple[list[Result], list[Problem]]:
    """Return the results, with covered ones marked as waived, and the problems of the waivers.

    With `partial`, only some stacks were judged, so unused waivers are not reported.
    """
    mistakes = {}
    for waiver in waivers:
        if mistake := _mistake(waiver, today, rules):
            mistakes[waiver] = mistake
            continue
        covered = [r.outcome == "failed" and waiver.covers(r) for r in results]
        if not any(covered) and not partial:
            mistakes[waiver] = "covers no finding; remove it"
        results = [
            replace(result, outcome="waived", waiver=waiver.reason) if waived else result
            for result, waived in zip(results, covered, strict=True)
        ]
    return results, [
        Problem("waiver", "policies/waivers.toml", f"{waiver}: {mistake}")
        for waiver, mistake in mistakes.items()
    ]


def _mistake(waiver: Waiver, today: date, rules: Container[str]) -> str | None:
    if waiver.check not in rules:
        return _NO_SUCH_RULE
    if waiver.expires < today:
        return f"expired on {waiver.expires}; fix the finding or have the waiver renewed"
    if waiver.expires - today > LONGEST:
        return f"expires on {waiver.expires}; choose a date at most a year ahead"
    return None
