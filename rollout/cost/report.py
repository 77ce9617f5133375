"""Everything that `pay cost` shows, worked out once for all of its outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from pay.model import Environment, Stage
from pay.sleep.parts import databases
from rollout.cost.assumptions import Assumptions, Range
from rollout.cost.bill import Bill, Pricing, all_at, bill
from rollout.cost.bill_lines import HOURS, CostPart, amount, unknown
from rollout.cost.months import Month, months, plan_of
from rollout.cost.payback import NEEDS, Hours, Payback, hours_a_month, payback
from rollout.cost.price_file import Price, PriceList
from rollout.cost.savings_plan import SavingsPlanCoverage, of_lines
from rollout.cost.usage import WEEK, part_of
from rollout.findings.answer_record import AnswerRecord
from rollout.findings.months import Answered, answered, hours, last_month
from rollout.moves.standings import Standings
from rollout.schedule.timetable import timetable

NOT_COUNTED = (
    "tax and the support plan",
    "databases, which are the same before and after, and whose classes are not known here",
    "data transfer, NAT gateways and endpoints",
    "metrics of Container Insights",
    "runs of canaries that `pay smoke` starts",
    "tasks that announced events add, and wakes outside the plan",
    "tasks that run once or by schedule, their calls and queues",
    "images in ECR, objects in S3, secrets, and calls of keys",
)


MONTHS_AFTER = 3
"""Months after the last move that people are shown."""


class DatabasesAsleep(NamedTuple):
    """The databases of an environment that sleeps, stopped by its plan."""

    environment: str
    databases: int
    hours: Decimal
    """In a month, of each. Storage and backups are billed meanwhile (AWS: RDS user guide,
    "Stopping an Amazon RDS DB instance temporarily")."""


@dataclass(frozen=True)
class CostReport:
    """The bill of some environments, or of one service in them."""

    environments: Mapping[str, Environment]
    service: str | None
    is_estate: bool
    """True for all environments together. The team's hours are spent on all of them."""
    pricing: Pricing
    today: date
    bill: Bill
    before: Bill
    """With every service on EC2 alone."""
    months: tuple[Month, ...]
    """Empty for one service. Instances, which go last, belong to no service."""
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
    def databases_asleep(self) -> tuple[DatabasesAsleep, ...]:
        """Return the databases of each environment that sleeps."""
        return tuple(
            DatabasesAsleep(
                name,
                len(databases(each)),
                amount(HOURS * (1 - part_of(WEEK, each.sleep.databases_awake_a_week))),
            )
            for name, each in self.environments.items()
            if each.sleep and self.service is None
        )

    @property
    def after(self) -> Month | None:
        """Return a month in which all has moved; None when the horizon has none."""
        return next((month for month in self.months if month.is_over), None)

    @property
    def months_of_moves(self) -> tuple[Month, ...]:
        """Return the months up to some after the last move. The rest are the same."""
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

    @property
    def has_plan(self) -> bool:
        """Return whether the bill is all that a savings plan covers, and the plan is known."""
        return self.is_estate and bool(self.months) and self.assumptions.savings_plan is not None

    def covered(self, month: Month) -> SavingsPlanCoverage | None:
        """Return what the savings plan does to a month; None if not known, or not for these."""
        return of_lines(month.lines, self.pricing.inputs) if self.has_plan else None

    @cached_property
    def covered_before(self) -> SavingsPlanCoverage | None:
        """Return what it would do with every service on EC2."""
        if not self.has_plan:
            return None
        billed = (line for each in self.before.instances for line in each.billed)
        fargate = (line for line in self.before.lines if line.usage.part is CostPart.FARGATE)
        return of_lines((*fargate, *billed), self.pricing.inputs)

    @cached_property
    def paybacks(self) -> tuple[Payback, Payback] | None:
        """Return the early and the late view. None: this is not the whole estate, or a figure is
        unknown.
        """
        if not self.is_estate or not self.months or self.unknown_of_payback:
            return None
        inputs, covered = self.pricing.inputs, self.covered_before
        assert covered, "its figures are known"
        before = self.before.usd + covered.usd
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
    record: AnswerRecord | None = None,
) -> CostReport:
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
    return CostReport(
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
