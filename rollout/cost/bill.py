"""The bill of an environment: every usage priced, to the cent.

The sum over services is the sum over parts, because both add up the same lines.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from pay.model import Environment, Side, Stage
from rollout.cost.assumptions import Assumptions
from rollout.cost.bill_lines import CostLine, CostPart, Usage, cents, missing, total, whole
from rollout.cost.instances import InstanceGroup, groups, reserved
from rollout.cost.price_file import PriceList
from rollout.cost.usage import account_usage, service_usage, shared_usage


def priced(prices: PriceList, usage: Usage, inputs: Mapping[str, Decimal]) -> CostLine:
    """Return a usage with its cost. The cost is None when its price is missing, or an assumption
    that multiplies it is missing from `inputs`.
    """
    usd = prices.usd(usage.item)
    unknown = tuple(name for name in usage.times if name not in inputs)
    if usd is None or unknown:
        return CostLine(usage, None, () if usd else (usage.item,), unknown)
    return CostLine(usage, cents(usage.multiplied(inputs) * usd))


@dataclass(frozen=True)
class Pricing:
    """The inputs of a cost: prices and assumptions."""

    prices: PriceList
    assumptions: Assumptions

    @cached_property
    def inputs(self) -> Mapping[str, Decimal]:
        return self.assumptions.inputs

    def line(self, usage: Usage) -> CostLine:
        """Return the usage with its cost; without one when a price or a figure is missing."""
        return priced(self.prices, usage, self.inputs)

    def of_group(self, group: InstanceGroup, count: int) -> tuple[CostLine, ...]:
        """Return what so many instances cost: hours and disks."""
        return tuple(map(self.line, group.usage(count)))


@dataclass(frozen=True)
class SharedInstances:
    """A group of instances with its cost, and what of it is allocated."""

    group: InstanceGroup
    billed: tuple[CostLine, ...]
    """As configured: what AWS bills."""
    allocated: tuple[CostLine, ...]
    idle: CostLine

    @property
    def usd(self) -> Decimal | None:
        """Return what AWS bills; None when a price is missing."""
        return whole(self.billed)


@dataclass(frozen=True)
class Bill:
    """The cost of environments in a month at their stages."""

    lines: tuple[CostLine, ...]
    """Every line once: of the instances those that are allocated, and their idle room."""
    instances: tuple[SharedInstances, ...]

    @property
    def usd(self) -> Decimal:
        """Return the sum of all that has a cost."""
        return total(self.lines)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the items without a price."""
        return missing(self.lines)

    @property
    def items(self) -> frozenset[str]:
        """Return every row of the prices that the bill needs."""
        names = {each.group.name for each in self.instances}
        of_groups = (line.usage.item for each in self.instances for line in each.billed)
        return frozenset((*(line.usage.item for line in self.lines), *of_groups)) - names

    def only(self, is_wanted: Callable[[Usage], bool]) -> "Bill":
        """Return the bill of these lines, with the instances that they are a part of."""
        lines = tuple(line for line in self.lines if is_wanted(line.usage))
        names = {line.usage.item for line in lines}
        return Bill(lines, tuple(each for each in self.instances if each.group.name in names))

    @property
    def double_running(self) -> tuple[CostLine, ...]:
        """Return what Fargate costs where EC2 still runs the same service."""
        return tuple(line for line in self.lines if line.usage.runs_twice)


def bill(environments: Iterable[Environment], pricing: Pricing) -> Bill:
    """Return the bill of these environments."""
    billed = tuple(environments)
    lines, instances = list[CostLine](), list[SharedInstances]()
    lines += map(pricing.line, account_usage(billed))
    for environment in billed:
        for name in environment.services:
            lines += map(pricing.line, service_usage(environment, name))
        lines += map(pricing.line, shared_usage(environment))
        for group in groups(environment):
            of_group = _instances(environment, group, pricing)
            instances.append(of_group)
            lines += (*of_group.allocated, of_group.idle)
    return Bill(tuple(lines), tuple(instances))


def _instances(environment: Environment, group: InstanceGroup, pricing: Pricing) -> SharedInstances:
    """Share a group's cost: to each service what its tasks reserve, the rest is idle room."""
    billed = pricing.of_group(group, group.configured)
    usd, unpriced = whole(billed), missing(billed)
    weights = group.weight * group.configured
    allocated = tuple(
        CostLine(
            Usage(
                environment.name,
                CostPart.EC2,
                f"{weight:f} of {weights:f} parts of the instances of {group.segment}",
                group.name,
                weight,
                service=name,
                side=Side.EC2,
                stage=environment.services[name].stage,
            ),
            None if usd is None else cents(usd * weight / weights),
            unpriced,
        )
        for name, weight in reserved(environment, group.segment).items()
    )
    idle = Usage(
        environment.name,
        CostPart.IDLE,
        f"what no task of {group.segment} reserves",
        group.name,
        weights - sum(line.usage.quantity for line in allocated),
        side=Side.EC2,
    )
    return SharedInstances(
        group,
        billed,
        allocated,
        CostLine(idle, None if usd is None else usd - total(allocated), unpriced),
    )


def at_stages(environment: Environment, stages: Mapping[str, Stage]) -> Environment:
    """Return the same environment with services at other stages."""
    services = {
        name: deployment.model_copy(update={"stage": stages.get(name, deployment.stage)})
        for name, deployment in environment.services.items()
    }
    return environment.model_copy(update={"services": services})


def all_at(environment: Environment, stage: Stage) -> Environment:
    """Return the environment with every service at one stage."""
    return at_stages(environment, dict.fromkeys(environment.services, stage))


def grouped(
    lines: Iterable[CostLine], key: Callable[[Usage], str]
) -> Iterator[tuple[str, tuple[CostLine, ...]]]:
    """Yield the lines of each key, in the order in which keys appear."""
    by_key: dict[str, list[CostLine]] = {}
    for line in lines:
        by_key.setdefault(key(line.usage), []).append(line)
    yield from ((name, tuple(each)) for name, each in by_key.items())
