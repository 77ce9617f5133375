"""Evidence that may be looked at as often as anybody likes.

An e-value is the wealth of a bet that cannot gain on average while a claim is true. So it ever
passes 200 with a chance of at most 1 in 200, not only at one chosen time. Sources: Ville's
inequality; Waudby-Smith and Ramdas 2023, "Estimating means of bounded random variables by betting".
"""

from collections.abc import Iterable, Iterator, Sequence

FAILS_AT = 200.0
"""A part that says FAIL is wrong once in 200 stages at most."""

PASSES_AT = 20.0
"""A part that says PASS is wrong once in 20 at most, while a stage also has to last."""

_MOST = 1e300
"""Wealth beyond it is as good: a float would end at infinity, which JSON does not have."""

NO_BET = 1.0
"""The factor of a block that says nothing."""


def restarting(blocks: Iterable[Sequence[float]], *, blocks_an_hour: int) -> Iterator[float]:
    """Yield the wealth after each block; a block holds the factor of each alternative.

    Half of the stake is bet at the start, and a part of the rest each hour. So a fault after many
    good hours is found as quickly as without them.
    """
    wealth: list[float] = []
    for index, factors in enumerate(blocks):
        wealth = wealth or [0.0] * len(factors)
        stake = _stake(index, blocks_an_hour)
        wealth = [
            min(_MOST, (own + stake) * factor) for own, factor in zip(wealth, factors, strict=True)
        ]
        yield sum(wealth) / len(wealth)


def _stake(block: int, blocks_an_hour: int) -> float:
    """Return the new stake at a block: over all hours the stakes sum to 1."""
    hour, rest = divmod(block, blocks_an_hour)
    if block == 0:
        return 0.5
    return 0.0 if rest else 0.5 / (hour * (hour + 1))


def at_once(blocks: Iterable[Sequence[float]]) -> float:
    """Return the wealth after all blocks when everything is bet at the start."""
    wealth: list[float] = []
    for factors in blocks:
        wealth = wealth or [1.0] * len(factors)
        wealth = [min(_MOST, own * factor) for own, factor in zip(wealth, factors, strict=True)]
    return sum(wealth) / len(wealth) if wealth else 1.0
