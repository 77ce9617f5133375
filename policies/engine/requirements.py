"""The table that maps requirements of PCI DSS v4.0.1 to rules."""

import tomllib
from collections import defaultdict
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class UnknownRule(ValueError):
    """The table and the rules disagree; the message lists every mistake."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Requirement(_Table):
    number: str
    title: str
    rules: tuple[str, ...]
    inventory: str | None = None
    """The inventory in the report that shows this requirement, in addition to its rules."""


class NotProvable(_Table):
    """A requirement that Terraform cannot show."""

    number: str
    title: str
    why: str


class LeftOut(_Table):
    """A check of checkov that looks relevant but is not used."""

    id: str
    why: str


class NeedsNoRule(_Table):
    """A resource type that no requirement concerns."""

    type: str
    why: str


class OutOfReach(_Table):
    """A rule of another pack that this gate does not have."""

    pack: str
    rules: tuple[str, ...]
    why: str


class Requirements(_Table):
    version: str
    requirement: tuple[Requirement, ...]
    not_provable: tuple[NotProvable, ...]
    left_out: tuple[LeftOut, ...]
    needs_no_rule: tuple[NeedsNoRule, ...] = ()
    out_of_reach: tuple[OutOfReach, ...] = ()

    @property
    def in_order(self) -> list[Requirement]:
        return sorted(self.requirement, key=lambda each: [*map(int, each.number.split("."))])

    def numbers_of_rules(self) -> dict[str, tuple[str, ...]]:
        """Return the requirements that each rule serves, in order."""
        numbers: dict[str, list[str]] = defaultdict(list)
        for requirement in self.in_order:
            for rule in requirement.rules:
                numbers[rule].append(requirement.number)
        return {rule: tuple(served) for rule, served in numbers.items()}


def load() -> Requirements:
    table = Path(__file__).parents[1].joinpath("requirements.toml")
    return Requirements.model_validate(tomllib.loads(table.read_text(encoding="utf-8")))
