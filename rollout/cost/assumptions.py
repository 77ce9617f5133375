"""The team's own figures, which a bill needs beside AWS's prices.

None of them has a default. What needs one that is not known is left out, and names it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from pay.files import read_text
from pay.model.base import Model, description
from pay.model.problem import InvalidInput, Problem
from pay.model.pydantic_errors import to_problems
from pay.toml_lines import TomlLines
from pay.toml_text import NotToml, parse

Amount = Annotated[Decimal, Field(ge=0, le=1_000_000)]
Discount = Annotated[Decimal, Field(ge=0, le=90)]
Percent = Annotated[Decimal, Field(ge=0, le=100)]


class Range(Model):
    """A figure that nobody knows better than between two."""

    low: Amount
    high: Amount

    def problems(self) -> Iterator[Problem]:
        if self.low > self.high:
            yield Problem(key="low", found=str(self.low), allowed=f"at most high, {self.high}")


class SavingsPlan(Model):
    """The commitment of the organisation, and how much cheaper it makes what it covers."""

    usd_an_hour: Amount
    """0: there is no plan."""
    fargate_percent: Discount | None = None
    ec2_percent: Discount | None = None

    def problems(self) -> Iterator[Problem]:
        for key in ("fargate_percent", "ec2_percent") if self.usd_an_hour else ():
            if getattr(self, key) is None:
                allowed = "the discount in per cent, as AWS's pages of Savings Plans show it"
                yield Problem(key=key, found="nothing", allowed=allowed)


class Assumptions(Model):
    """One file, `costs/assumptions.toml` beside the environments."""

    hourly_rate_gbp: Amount | None = None
    """The cost of an hour of a developer, in GBP"""
    usd_per_gbp: Annotated[Decimal, Field(gt=0, le=10)] | None = None
    """The rate of exchange, for example 1.25"""
    usd_per_gbp_date: date | None = None
    """The day of that rate, for example 2026-11-26"""
    hours_a_week_before: Range | None = None
    """Hours a week on keeping EC2 instances, for example { low = 5, high = 7 }"""
    hours_a_week_after: Range | None = None
    """Hours a week on the platform when all has moved, for example { low = 0, high = 1 }"""
    move_hours_a_service: Range | None = None
    """Hours of work to move one service in one environment, for example { low = 4, high = 12 }"""
    scaled_percent: Percent | None = None
    """The average distance of scaling tasks from `min`: 0 is `min`, 100 is `peak`"""
    lcus_a_service: Amount | None = None
    """Capacity units that a service's load balancers use on average, at production's traffic"""
    log_gb_a_service: Amount | None = None
    """GB of log lines that a service writes in a month, at production's traffic"""
    log_stored_percent: Percent | None = None
    """The share of a GB of log lines that CloudWatch stores, compressed, in per cent"""
    load_tests_a_month: Amount | None = None
    """The runs of each scenario of load tests in a month"""

    savings_plan: SavingsPlan | None = None
    """Compute Savings Plans: the commitment in USD an hour and the discounts in per cent. Example:
    { usd_an_hour = 2, fargate_percent = 20, ec2_percent = 32 }; { usd_an_hour = 0 }: none
    """

    @property
    def inputs(self) -> Mapping[str, Decimal]:
        """Return every known number by its name. The names of a range end in `_low` and `_high`;
        those of the savings plan are its keys.
        """
        numbers: dict[str, Decimal] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Range):
                numbers |= {f"{name}_low": value.low, f"{name}_high": value.high}
            elif isinstance(value, SavingsPlan):
                figures = ((key, getattr(value, key)) for key in SavingsPlan.model_fields)
                numbers |= {f"{name}_{key}": each or Decimal(0) for key, each in figures}
            elif isinstance(value, Decimal):
                numbers[name] = value
        return numbers

    @property
    def unknown(self) -> Mapping[str, str]:
        """Return every figure that nobody has given yet, with what it is."""
        names = type(self).model_fields
        return {name: meaning_of(name) for name in names if getattr(self, name) is None}


def meaning_of(name: str) -> str:
    """Return what a figure is; `name` may be that of one in a table."""
    while name not in Assumptions.model_fields:
        name = name.rpartition("_")[0]
    return " ".join((description(Assumptions, name) or "").split())


def assumptions_file(environments: Path) -> Path:
    """Return the place of the team's figures."""
    return environments / "costs" / "assumptions.toml"


def load_assumptions(path: Path, given: Sequence[str] = ()) -> Assumptions:
    """Return the figures of a file; `given`, each `name=value`, comes before the file.

    Raises InvalidInput with every figure that is wrong, at once.
    """
    text, data = "", dict[str, Any]()
    try:
        text = read_text(path)
        data = parse(text)
    except FileNotFoundError:
        pass  # every figure is unknown
    except (OSError, ValueError) as error:
        line = error.line if isinstance(error, NotToml) else None
        problem = Problem(where=str(path), line=line, found=str(error), allowed="readable TOML")
        raise InvalidInput([problem]) from None
    try:
        return Assumptions.model_validate(_with(data, given))
    except ValidationError as error:
        lines = TomlLines(text)
        raise InvalidInput(
            replace(each, where=str(path), line=lines.of(each.key)) for each in to_problems(error)
        ) from None


def asked_for(figures: Assumptions, path: Path) -> Iterator[Problem]:
    """Yield each figure that is not known, as a question. `path`: where they are written down."""
    for name, meaning in figures.unknown.items():
        yield Problem(where=str(path), key=name, found="nothing", allowed=meaning, fix="add it")


def _with(data: dict[str, Any], given: Sequence[str]) -> dict[str, Any]:
    """Return the data with `name=value` and `name.low=value` in it."""
    merged = dict(data)
    for each in given:
        name, _, value = each.partition("=")
        key, _, end = name.partition(".")
        if end:
            old = merged.get(key)
            merged[key] = {**(old if isinstance(old, dict) else {}), end: value}
        else:
            merged[key] = value
    return merged
