"""The bill month by month while services move, by the plan of moves.

A service costs in each month what its stages there cost, by the time that it is at them. Instances
end only whole, once somebody lowers `min_instances`. The plan cannot know when, so each month has
both figures.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property

from pay.model import Environment, Segment, Stage
from pay.model.stage.dwell import LOCAL_ZONE
from rollout.cost.bill import Pricing, all_at, at_stages
from rollout.cost.bill_lines import CostLine, CostPart, Usage, amount, missing, total
from rollout.cost.instances import InstanceGroup, counts_needed, groups
from rollout.cost.usage import account_usage, service_usage, shared_usage
from rollout.schedule.timetable import PlannedWave

HORIZON = 36
"""Months: nobody plans further, and prices and traffic will be others by then."""

Stays = Mapping[str, Sequence[tuple[Stage, datetime]]]
"""Service -> its stages in their order, each with the moment from which it is there."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class StagePlan:
    """An environment and the stages that its services will have."""

    environment: Environment
    stays: Stays

    def stage(self, service: str, at: datetime) -> Stage:
        """Return the stage of a service at a moment."""
        return [stage for stage, since in self.stays[service] if since <= at][-1]

    def stages(self, at: datetime) -> dict[str, Stage]:
        return {service: self.stage(service, at) for service in self.stays}

    @cached_property
    def starts(self) -> tuple[datetime, ...]:
        """Return the first move of each service that has one."""
        return tuple(each[1][1] for each in self.stays.values() if len(each) > 1)

    @cached_property
    def end(self) -> datetime:
        """Return the moment of the last move."""
        return max((each[-1][1] for each in self.stays.values()), default=LONG_AGO)


def plan_of(environment: Environment, waves: Sequence[PlannedWave]) -> StagePlan:
    """Return the stages of an environment's services, from now on by the plan of moves."""
    stays = {
        name: [(deployment.stage, LONG_AGO)] for name, deployment in environment.services.items()
    }
    for wave in waves:
        for move in wave.moves:
            stays[move.service].append((move.after, move.at))
    return StagePlan(environment, stays)


@dataclass(frozen=True)
class Month:
    """The bill of one month."""

    first: date
    lines: tuple[CostLine, ...]
    """One for each item and part; of EC2 with `min_instances` lowered as services leave."""
    ec2_as_configured: tuple[CostLine, ...]
    """The cost of EC2 instead, while nobody lowers `min_instances`."""
    double_running: tuple[CostLine, ...]
    """The lines of Fargate for services that EC2 also still runs."""
    begun: int
    """The services that begin to move."""
    is_over: bool
    """True when all has moved before the month begins."""

    def of(self, part: CostPart) -> Decimal:
        return total(line for line in self.lines if line.usage.part is part)

    @property
    def usd(self) -> Decimal:
        return total(self.lines)

    @property
    def usd_as_configured(self) -> Decimal:
        return self.usd - self.of(CostPart.EC2) + total(self.ec2_as_configured)

    @property
    def usd_twice(self) -> Decimal:
        return total(self.double_running)

    @property
    def missing(self) -> tuple[str, ...]:
        return missing(self.lines)

    @property
    def name(self) -> str:
        return f"{self.first:%b %Y}"


def months(plans: Sequence[StagePlan], pricing: Pricing, now: datetime) -> tuple[Month, ...]:
    """Return HORIZON months from the present one on."""
    used = [_UsageByStage(plan) for plan in plans]
    of_accounts = [*account_usage(plan.environment for plan in plans)]
    end = max(plan.end for plan in plans)
    bills = list[Month]()
    for number in range(HORIZON):
        start, after = _start(now, number), _start(now, number + 1)
        first = start.astimezone(LOCAL_ZONE).date()
        if bills and bills[-1].is_over:  # nothing changes any more
            bills.append(replace(bills[-1], first=first))
            continue
        usages, ec2, as_configured = [*of_accounts], list[Usage](), list[Usage]()
        for each in used:
            usages += (*each.shared, *each.of_services(start, after))
            counts = each.counts(start)
            for group in each.groups:
                count = counts[group.segment]
                ec2 += group.usage(count)
                as_configured += group.usage(group.configured if count else 0)
        bills.append(
            Month(
                first=first,
                lines=_summed((*ec2, *usages), pricing),
                ec2_as_configured=_summed(as_configured, pricing),
                double_running=_summed((each for each in usages if each.runs_twice), pricing),
                begun=sum(start <= at < after for plan in plans for at in plan.starts),
                is_over=end <= start,
            )
        )
    return tuple(bills)


def _summed(usages: Iterable[Usage], pricing: Pricing) -> tuple[CostLine, ...]:
    """Return a line for each item and part."""
    quantities = dict[tuple[CostPart, str, tuple[str, ...]], Decimal]()
    for usage in usages:
        key = usage.part, usage.item, usage.times
        quantities[key] = quantities.get(key, Decimal(0)) + usage.quantity
    order = list(CostPart)
    return tuple(
        pricing.line(Usage("", part, item, item, amount(quantity), times=times))
        for (part, item, times), quantity in sorted(
            quantities.items(), key=lambda each: (order.index(each[0][0]), *each[0][1:])
        )
    )


class _UsageByStage:
    """The usage of an environment at each of its services' stages, looked up once."""

    def __init__(self, plan: StagePlan) -> None:
        self._plan = plan
        self.shared = tuple(shared_usage(plan.environment))
        self.groups: tuple[InstanceGroup, ...] = tuple(groups(plan.environment))
        self._known: dict[tuple[str, Stage], tuple[Usage, ...]] = {}
        before = all_at(plan.environment, Stage.LEGACY)
        self._before = {each: counts_needed(before, each)[1] for each in Segment}

    def at(self, service: str, stage: Stage) -> tuple[Usage, ...]:
        key = service, stage
        if key not in self._known:
            there = at_stages(self._plan.environment, {service: stage})
            self._known[key] = tuple(service_usage(there, service))
        return self._known[key]

    def of_services(self, start: datetime, after: datetime) -> Iterator[Usage]:
        """Yield what the services use between two moments, as parts of a month."""
        for service, stays in self._plan.stays.items():
            ends = [since for _, since in stays[1:]]
            for (stage, since), until in zip(stays, [*ends, after], strict=True):
                length = min(until, after) - max(since, start)
                if length.total_seconds() > 0:
                    part = Decimal(length.total_seconds()) / Decimal(
                        (after - start).total_seconds()
                    )
                    for usage in self.at(service, stage):
                        yield replace(usage, quantity=usage.quantity * part)

    def counts(self, at: datetime) -> dict[Segment, int]:
        """Return the instances that are still wanted. Those that only held tasks of moved services
        are not counted. At least one a zone stays; none when no service is left.

        Spare instances of today stay, so that the move gets no credit for them.
        """
        there = at_stages(self._plan.environment, self._plan.stages(at))
        zones = len(there.network.zones)
        counts = {}
        for group in self.groups:
            now = counts_needed(there, group.segment)[1]
            left = group.configured - (self._before[group.segment] - now)
            counts[group.segment] = max(left, zones) if now else 0
        return counts


def _start(now: datetime, number: int) -> datetime:
    """Return the first moment of the month that comes so many months after the present one."""
    here = now.astimezone(LOCAL_ZONE)
    years, month = divmod(here.month - 1 + number, 12)
    return datetime(here.year + years, month + 1, 1, tzinfo=LOCAL_ZONE).astimezone(UTC)
