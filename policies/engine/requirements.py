"""The table that maps requirements of PCI DSS v4.0.1 to rules."""

import tomllib
from collections import defaultdict
from pathlib import Path

from pydantic import BaseModel, ConfigDict

TABLE = Path(__file__).parents[1].joinpath("requirements.toml")


class UnknownRule(ValueError):
    """The table and the rules disagree; the message lists every mistake."""


class Requirement(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str
    title: str
    rules: tuple[str, ...]
    inventory: str | None = None
    """The inventory in the report that shows this requirement, in addition to its rules."""


class NotProvable(BaseModel):
    """A requirement that Terraform cannot show."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str
    title: str
    why: str


class LeftOut(BaseModel):
    """A check of checkov that looks relevant but is not used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    why: str


class NeedsNoRule(BaseModel):
    """A resource type that no requirement concerns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    why: str


class OutOfReach(BaseModel):
    """A rule of another pack that this gate does not have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pack: str
    rules: tuple[str, ...]
    why: str


class Requirements(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    requirement: tuple[Requirement, ...]
    not_provable: tuple[NotProvable, ...]
    left_out: tuple[LeftOut, ...]
    needs_no_rule: tuple[NeedsNoRule, ...] = ()
    out_of_reach: tuple[OutOfReach, ...] = ()

    @property
    def in_order(self) -> list[Requirement]:
        return sorted(self.requirement, key=lambda each: _key(each.number))

    def numbers_of_rules(self) -> dict[str, tuple[str, ...]]:
        """Return the requirements that each rule serves, in order."""
        numbers: dict[str, list[str]] = defaultdict(list)
        for requirement in self.in_order:
            for rule in requirement.rules:
                numbers[rule].append(requirement.number)
        return {rule: tuple(served) for rule, served in numbers.items()}


def load(table: Path = TABLE) -> Requirements:
    return Requirements.model_validate(tomllib.loads(table.read_text(encoding="utf-8")))


def _key(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("."))
