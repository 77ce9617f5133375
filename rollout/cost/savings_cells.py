"""Writes what a savings plan covers as formulas of the spreadsheet; `rollout.cost.savings_plan`
calculates the same.
"""

from collections.abc import Iterator, Mapping, Sequence

from xlsxwriter.utility import xl_rowcol_to_cell

from rollout.cost.bill import Bill
from rollout.cost.bill_lines import HOURS, CostPart
from rollout.cost.formulas import Formula, name_of
from rollout.cost.savings_plan import COMMITMENT, DISCOUNTS, SavingsPlanCoverage, eligible

SAVINGS = (
    "hours of EC2 that a savings plan covers",
    "of the commitment used by Fargate",
    "of the commitment used by EC2",
    "savings plan, to add",
)

SavingsCell = tuple[int, int, Formula]
"""Row, column and content."""


def savings_cells(
    covered: SavingsPlanCoverage, hours: Formula, fargate: str, places: Sequence[tuple[int, int]]
) -> Iterator[SavingsCell]:
    """Yield the cells of SAVINGS, at these places. `hours`: what EC2's cost; `fargate`: the cell of
    what Fargate costs.
    """
    cell = [xl_rowcol_to_cell(*place) for place in places]
    demand = {CostPart.FARGATE: fargate, CostPart.EC2: cell[0]}
    used = {CostPart.FARGATE: cell[1], CostPart.EC2: cell[2]}
    formulas: tuple[Formula, ...] = (
        hours,
        *((_used(part, demand), covered.used[part]) for part in demand),
        (_added(demand, used), covered.usd),
    )
    for (row, column), formula in zip(places, formulas, strict=True):
        yield row, column, formula


def hours_before(before: Bill) -> Formula:
    """Return what the hours of all instances cost before the move."""
    groups = [each.group for each in before.instances]
    text = "+".join(
        f"IF(ISNUMBER({price}),ROUND({name_of('count', group.name)}*{HOURS}*{price},2),0)"
        for group, price in ((group, name_of("price", group.item)) for group in groups)
    )
    billed = (line for each in before.instances for line in each.billed)
    return text, eligible(billed, CostPart.EC2)


COMMITTED = f"ROUND({COMMITMENT}*{HOURS},2)"


def _used(part: CostPart, cells: Mapping[CostPart, str]) -> str:
    """Return what of the commitment a part uses. `cells` hold what of each is eligible; the part
    with the larger discount comes first, and of equal ones Fargate.
    """
    [other] = cells.keys() - {part}
    first = f"{DISCOUNTS[other]}>{'=' * (other is CostPart.FARGATE)}{DISCOUNTS[part]}"
    taken = f"IF({first},MIN({_discounted(other, cells[other])},{COMMITTED}),0)"
    return f"MIN({_discounted(part, cells[part])},{COMMITTED}-{taken})"


def _added(cells: Mapping[CostPart, str], used: Mapping[CostPart, str]) -> str:
    """Return what the plan adds to a bill, which is the commitment without what it covers."""
    covered = (
        f"-IF({used[part]}={_discounted(part, cell)},{cell},"
        f"ROUND({used[part]}/(1-{DISCOUNTS[part]}/100),2))"
        for part, cell in cells.items()
    )
    return f"{COMMITTED}{''.join(covered)}"


def _discounted(part: CostPart, cell: str) -> str:
    return f"ROUND({cell}*(1-{DISCOUNTS[part]}/100),2)"
