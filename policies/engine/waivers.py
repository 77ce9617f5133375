"""Waivers: accepted findings, each with an owner, a reason and an expiry date."""

import re
from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from pay.model.accepted import Accepted
from pay.shown_text import cut
from pay.toml_entries import NotEntries, read_entries
from policies.results import GateProblem, Result

FILE = Path(__file__).parents[1].joinpath("waivers.toml")

_NO_SUCH_RULE = "there is no such rule; correct the id or remove the waiver"

WaiverText = Annotated[str, Field(min_length=1, pattern=r"\S")]


class Waiver(Accepted):
    """One accepted finding of the gate."""

    noun: ClassVar[str] = "waiver"

    check: WaiverText
    """The rule's id."""
    stack: WaiverText
    """The stack's id; `*` and `?` match as in a shell. `*` alone is refused, because it would waive
    stacks that do not exist yet."""
    resource: WaiverText
    """The resource's address in the stack, with the same wildcards after its type."""

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

    @property
    def what(self) -> str:
        return self.check

    @property
    def where(self) -> str:
        return f"{self.stack} {self.resource}"


class InvalidWaivers(ValueError):
    """The file of waivers is invalid; the message lists every mistake."""


def load(file: Path) -> tuple[Waiver, ...]:
    """Load the waivers. Raises InvalidWaivers."""
    waivers, mistakes = [], []
    try:
        for entry in read_entries(file, Waiver.noun):
            try:
                waivers.append(Waiver.model_validate(entry.values))
            except ValidationError as error:
                keys = [(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors()]
                mistakes += [f"{entry.place(key)}, {cut(key)}: {what}" for key, what in keys]
    except NotEntries as error:
        raise InvalidWaivers(str(error)) from None
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
) -> tuple[list[Result], list[GateProblem]]:
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
        GateProblem("waiver", "policies/waivers.toml", f"{waiver}: {mistake}")
        for waiver, mistake in mistakes.items()
    ]


def _mistake(waiver: Waiver, today: date, rules: Container[str]) -> str | None:
    return _NO_SUCH_RULE if waiver.check not in rules else waiver.date_mistake(today)
