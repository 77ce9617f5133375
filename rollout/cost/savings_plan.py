"""Compute Savings Plans of the organisation: a commitment an hour, and what it makes cheaper.

AWS takes the commitment first where the discount is largest, and bills what it does not cover on
demand. It bills the commitment whether it is used or not. Source: Savings Plans user guide,
"Understanding how Savings Plans apply to your usage". One plan covers Fargate's tasks and the hours
of EC2's instances, and no disks. So it survives the move.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rollout.cost.bill_lines import HOURS, CostLine, CostPart, cents, total
from rollout.cost.instances import DISK

COMMITMENT = "savings_plan_usd_an_hour"
DISCOUNTS = {
    CostPart.FARGATE: "savings_plan_fargate_percent",
    CostPart.EC2: "savings_plan_ec2_percent",
}
"""Covered part -> the figure that gives its discount; of equal ones the first counts."""


@dataclass(frozen=True)
class SavingsPlanCoverage:
    """The effect of a savings plan on the bill of a month, USD."""

    committed: Decimal
    used: Mapping[CostPart, Decimal]
    """Of the commitment."""
    covered: Mapping[CostPart, Decimal]
    """The cost of the same hours on demand."""

    @property
    def usd(self) -> Decimal:
        """Return what the plan adds to a bill on demand: below 0 where it saves."""
        return self.committed - sum(self.covered.values())

    @property
    def unused(self) -> Decimal:
        return self.committed - sum(self.used.values())


def eligible(lines: Iterable[CostLine], part: CostPart) -> Decimal:
    """Return what the lines cost that a plan covers; EC2's are whole instances."""
    return total(line for line in lines if line.usage.part is part and line.usage.item != DISK)


def coverage(
    demand: Mapping[CostPart, Decimal], inputs: Mapping[str, Decimal]
) -> SavingsPlanCoverage:
    """Return what the plan does with what is eligible in a month; `inputs` has its figures."""
    left = committed = cents(inputs[COMMITMENT] * HOURS)
    used, covered = dict[CostPart, Decimal](), dict[CostPart, Decimal]()
    for part in sorted(DISCOUNTS, key=lambda part: -inputs[DISCOUNTS[part]]):
        price = 1 - inputs[DISCOUNTS[part]] / 100
        whole = cents(demand[part] * price)
        used[part] = min(whole, left)
        covered[part] = demand[part] if used[part] == whole else cents(used[part] / price)
        left -= used[part]
    return SavingsPlanCoverage(committed, used, covered)


def of_lines(lines: Iterable[CostLine], inputs: Mapping[str, Decimal]) -> SavingsPlanCoverage:
    """Return what the plan does with a bill whose lines of EC2 are whole instances and disks."""
    lines = tuple(lines)
    return coverage({part: eligible(lines, part) for part in DISCOUNTS}, inputs)
