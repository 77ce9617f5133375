"""The formulas of a line in a spreadsheet, and the names of the cells that they use."""

import re
from decimal import Decimal

from pay.model.environment.instance_types import ROOT_VOLUME_GIB
from rollout.cost.bill_lines import HOURS, CostPart, Usage
from rollout.cost.instances import DISK, InstanceGroup

NO_PRICE = "no price"

Formula = tuple[str, Decimal | str | None]
"""A formula and the value that it has as it is written; None if it has no price."""


def name_of(kind: str, what: str) -> str:
    """Return the name of a cell: `price_alb_hour`."""
    return f"{kind}_{re.sub('[^a-z0-9]+', '_', what.lower())}"


def usage_formula(usage: Usage, quantity: str) -> str:
    """Return quantity times assumptions times price, or the words that there is none."""
    price = name_of("price", usage.item)
    factors = (f"*{each}/100" if each.endswith("_percent") else f"*{each}" for each in usage.times)
    return f'IF(ISNUMBER({price}),ROUND({quantity}{"".join(factors)}*{price},2),"{NO_PRICE}")'


def group_formula(group: InstanceGroup, count: str) -> str:
    hour, disk = name_of("price", group.item), name_of("price", DISK)
    return (
        f"IF(AND(ISNUMBER({hour}),ISNUMBER({disk})),ROUND({count}*{HOURS}*{hour},2)"
        f'+ROUND({count}*{ROOT_VOLUME_GIB}*{disk},2),"{NO_PRICE}")'
    )


def allocated_formula(
    group: InstanceGroup, usage: Usage, quantity: str, above: tuple[str, str] | None
) -> str:
    """Return a service's part of the instances; of idle room, what the parts above leave."""
    instances, count = name_of("instances", group.name), name_of("count", group.name)
    if usage.part is CostPart.IDLE:
        left = f"-SUM({above[0]}:{above[1]})" if above else ""
        value = f"{instances}{left}"
    else:
        value = f"ROUND({instances}*{quantity}/({count}*{group.weight:f}),2)"
    return f'IF(ISNUMBER({instances}),{value},"{NO_PRICE}")'
