"""Calculates when the move has paid for itself, as a range, because developer hours are known as
ranges only.

Compares all that is spent from now on, with the bill and the hours of the move. The other amount is
the cost if every service had stayed on EC2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import prod

from rollout.cost.bill_lines import cents
from rollout.cost.months import Month
from rollout.cost.savings_plan import of_lines

WEEKS_OF_A_MONTH = Decimal(52) / 12


@dataclass(frozen=True)
class Payback:
    """One way to look at it: the balance after each month, and when it stays above 0."""

    balances: tuple[Decimal, ...]
    """USD that the move has brought by the end of each month; below 0 it has cost more."""
    number: int | None
    """The month from whose end on the balance is never below 0; None if that is beyond the horizon.
    """


@dataclass(frozen=True)
class Hours:
    """The team's hours in a month, low and high."""

    low: Decimal
    high: Decimal


def hours_a_month(low: Decimal, high: Decimal) -> Hours:
    """Return hours a month of hours a week."""
    return Hours(low * WEEKS_OF_A_MONTH, high * WEEKS_OF_A_MONTH)


RATE = ("hourly_rate_gbp", "usd_per_gbp")
RANGES = ("hours_a_week_before", "hours_a_week_after", "move_hours_a_service")
NEEDS = (*RATE, *RANGES, "savings_plan")
"""The figures of the team without which nobody knows when the move pays."""


def payback(
    months: Sequence[Month], before: Decimal, inputs: Mapping[str, Decimal], *, is_early: bool
) -> Payback:
    """Return the balance of the move. `before` is the bill of a month with all on EC2, in USD and
    with the savings plan. `inputs` has the numbers of all of NEEDS.

    `is_early` takes the ends of the ranges that pay back soonest. These are many hours before, few
    after and few for the move. Otherwise the other ends count.
    """
    hour = prod(inputs[name] for name in RATE)
    ends = ("high", "low", "low") if is_early else ("low", "high", "high")
    was, will_be, move = (inputs[f"{name}_{end}"] for name, end in zip(RANGES, ends, strict=True))
    saved_hours = cents((was - will_be) * WEEKS_OF_A_MONTH * hour)
    balance, balances = Decimal("0.00"), list[Decimal]()
    for month in months:
        bill = month.usd + of_lines(month.lines, inputs).usd
        balance += before - bill - cents(month.begun * move * hour)
        if month.is_over:
            balance += saved_hours
        balances.append(balance)
    last_below = max((n for n, each in enumerate(balances) if each < 0), default=-1)
    number = last_below + 1 if last_below + 1 < len(balances) else None
    return Payback(tuple(balances), number)
