"""The lines of a bill: so much of one item in a month, and in whose name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from math import prod

from pay.model import Side, Stage

HOURS = 730
"""Hours of a month, as AWS's calculator has them."""

_CENT = Decimal("0.01")
_MICRO = Decimal("0.000001")


class CostPart(StrEnum):
    """The thing that a line pays for; the order is that of every table."""

    EC2 = "EC2"
    IDLE = "idle room"
    FARGATE = "Fargate"
    BALANCERS = "balancers"
    ALARMS = "alarms"
    LOGS = "logs"
    DASHBOARDS = "dashboards"
    KEYS = "keys"
    CANARIES = "canaries"
    LOAD_TESTS = "load tests"


def cents(usd: Decimal) -> Decimal:
    """Round half up, as a spreadsheet's ROUND does."""
    return usd.quantize(_CENT, ROUND_HALF_UP)


def amount(value: Decimal | int | float) -> Decimal:
    """Return a quantity to the sixth place, which is the same in every output."""
    return Decimal(value).quantize(_MICRO, ROUND_HALF_UP).normalize() + 0


@dataclass(frozen=True)
class Usage:
    """So much of one item in a month, before its price."""

    environment: str
    part: CostPart
    what: str
    item: str
    """A row of the prices; for a share of instances, the name of their group."""
    quantity: Decimal
    service: str | None = None
    """None: all services of the environment share it."""
    side: Side | None = None
    """None: it belongs to both sides."""
    stage: Stage | None = None
    times: tuple[str, ...] = ()
    """The assumptions that multiply it; a name that ends in `_percent` counts as hundredths."""

    @property
    def runs_twice(self) -> bool:
        """Return whether it is Fargate's, of a service that EC2 still runs, too."""
        return self.side is Side.FARGATE and self.stage is not None and self.stage.has_ec2

    def multiplied(self, inputs: Mapping[str, Decimal]) -> Decimal:
        """Return the quantity with its assumptions."""
        return self.quantity * prod((factor(name, inputs) for name in self.times), start=Decimal(1))


def factor(name: str, inputs: Mapping[str, Decimal]) -> Decimal:
    """Return what an assumption multiplies by."""
    return inputs[name] / 100 if name.endswith("_percent") else inputs[name]


@dataclass(frozen=True)
class CostLine:
    """A usage with its cost."""

    usage: Usage
    usd: Decimal | None
    """To the cent; None if something that it needs is missing."""
    unpriced: tuple[str, ...] = ()
    """The items that it needs and that have no price."""
    unknown: tuple[str, ...] = ()
    """The team's figures that it needs and that nobody has given."""


def total(lines: Iterable[CostLine]) -> Decimal:
    """Return the sum of the lines that have a cost."""
    return sum((line.usd for line in lines if line.usd is not None), Decimal("0.00"))


def missing(lines: Iterable[CostLine]) -> tuple[str, ...]:
    """Return the items without a price, each once."""
    return tuple(dict.fromkeys(item for line in lines for item in line.unpriced))


def unknown(lines: Iterable[CostLine]) -> tuple[str, ...]:
    """Return the figures that lines lack, each once."""
    return tuple(dict.fromkeys(name for line in lines for name in line.unknown))


def whole(lines: Iterable[CostLine]) -> Decimal | None:
    """Return the sum of the lines; None where one has no cost."""
    lines = tuple(lines)
    return None if any(line.usd is None for line in lines) else total(lines)
