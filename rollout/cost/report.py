"""Everything that `pay cost` shows, worked out once for all of its outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from pay.model import Environment, Stage
from rollout.cost.assumptions import Assumptions, Range
from rollout.cost.bill import Bill, Pricing, all_at, bill
from rollout.cost.lines import unknown
from rollout.cost.months import Month, months, plan_of
from rollout.cost.payback import NEEDS, Hours, Payback, hours_a_month, payback
from rollout.cost.prices import Price, PriceList
from rollout.findings.answers import Record
from rollout.findings.months import Answered, answered, hours, last_month
from rollout.moves.standings import Standings
from rollout.schedule.timetable import timetable

NOT_COUNTED = (
    "tax, the support plan and savings plans",
    "databases, which are the same before and after",
    "data transfer, NAT gateways and endpoints",
    "metrics of Container Insights",
    "runs of canaries that `pay smoke` starts",
    "tasks that announced events add, and wakes outside the plan",
    "tasks that run once or by schedule, their calls and queues",
    "images in ECR, objects in S3, secrets, and calls of keys",
)


MONTHS_AFTER = 3
"""Months after the last move that people are shown."""


@dataclass(frozen=True)
class Report:
    """The bill of some environments, or of one service in them."""

    environments: Mapping[str, Environment]
    service: str | None
    is_estate: bool
    """Whether these are all environments: the team's hours are spent on all of them."""
    pricing: Pricing
    today: date
    bill: Bill
    before: Bill
    """With every service on EC2 alone."""
    months: tuple[Month, ...]
    """Empty for one service: instances, which go last, belong to no service."""
    answered: tuple[Answered, ...] = ()
    """The findings of protective monitoring that the team closed in the last whole month."""

    @property
    def prices(self) -> PriceList:
        return self.pricing.prices

    @property
    def assumptions(self) -> Assumptions:
        return self.pricing.assumptions

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Return every item that is counted anywhere, in order."""
        of_months = {line.usage.item for month in self.months for line in month.lines}
        return tuple(sorted(self.bill.items | self.before.items | of_months))

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the items that have no price."""
        return tuple(item for item in self.items if self.prices.usd(item) is None)

    @property
    def old(self) -> Mapping[str, Price]:
        """Return the prices in use that were read too long ago."""
        rows = {item: self.prices.price[item] for item in self.items if item in self.prices.price}
        checked = self.prices.checked
        return {item: row for item, row in rows.items() if row.is_old(self.today, checked)}

    @property
    def after(self) -> Month | None:
        """Return a month in which all has moved; None when the horizon has none."""
        return next((month for month in self.months if month.is_over), None)

    @property
    def months_of_moves(self) -> tuple[Month, ...]:
        """Return the months up to some after the last move: the rest are the same."""
        over = sum(not month.is_over for month in self.months)
        return self.months[: over + MONTHS_AFTER]

    @property
    def hours_before(self) -> Hours | None:
        return _a_month(self.assumptions.hours_a_week_before)

    @property
    def hours_after(self) -> Hours | None:
        return _a_month(self.assumptions.hours_a_week_after)

    @property
    def month_of_findings(self) -> date:
        """Return the first day of the last whole month."""
        return last_month(self.today)

    @property
    def hours_on_findings(self) -> Decimal:
        """Return what the team has measured, in that month; it is in no other figure."""
        return hours(self.answered)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the team's figures that nobody has given."""
        return tuple(self.assumptions.unknown)

    @property
    def unknown_of_payback(self) -> tuple[str, ...]:
        """Return those without which nobody knows when the move pays."""
        bills = unknown(
            [*self.before.lines, *(line for each in self.months for line in each.lines)]
        )
        return tuple(name for name in self.unknown if name in (*NEEDS, *bills))

    @cached_property
    def paybacks(self) -> tuple[Payback, Payback] | None:
        """Return the early and the late view; None when this is not the whole estate, and while a
        figure is unknown.
        """
        if not self.is_estate or not self.months or self.unknown_of_payback:
            return None
        before, inputs = self.before.usd, self.pricing.inputs
        early = payback(self.months, before, inputs, is_early=True)
        return early, payback(self.months, before, inputs, is_early=False)

    def month_of(self, view: Payback) -> str:
        """Return the month in which the move has paid for itself."""
        if view.number is None:
            return f"after {self.months[-1].name}"
        return self.months[view.number].name


def _a_month(hours: Range | None) -> Hours | None:
    return hours_a_month(hours.low, hours.high) if hours else None


def report(
    standings: Standings,
    environments: Mapping[str, Environment],
    pricing: Pricing,
    *,
    service: str | None,
    is_estate: bool,
    record: Record | None = None,
) -> Report:
    """Work out everything for these environments; `service` limits it to one. `record` holds the
    answers to findings.
    """
    now = bill(environments.values(), pricing)
    before = bill((all_at(each, Stage.LEGACY) for each in environments.values()), pricing)
    ahead: tuple[Month, ...] = ()
    if service is not None:
        now, before = (each.only(lambda usage: usage.service == service) for each in (now, before))
    else:
        today = standings.now.date()
        plans = [
            plan_of(each, timetable(standings, name, today)) for name, each in environments.items()
        ]
        ahead = months(plans, pricing, standings.now)
    return Report(
        environments=environments,
        service=service,
        is_estate=is_estate and service is None,
        pricing=pricing,
        today=standings.now.date(),
        bill=now,
        before=before,
        months=ahead,
        answered=answered(record or {}, last_month(standings.now.date()), service),
    )
