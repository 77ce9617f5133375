"""Exact confidence intervals for a share observed in independent draws.

The interval of Clopper and Pearson holds every share that fits the observation. Source: "The use of
confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934. It is
exact for few draws and for shares near 0, where the normal approximation is not.
"""

from collections.abc import Callable
from functools import cache
from math import exp, lgamma, log

BISECTIONS = 60


@cache
def exact_interval(hits: int, draws: int, confidence: float) -> tuple[float, float]:
    """Return the lowest and the highest share that fit `hits` in `draws`."""
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _bisect(lambda p: at_least(hits, draws, p) < tail)
    high = 1.0 if hits == draws else _bisect(lambda p: at_most(hits, draws, p) >= tail)
    return low, high


def at_most(hits: int, draws: int, share: float) -> float:
    """Return the probability of `hits` or fewer."""
    return min(1.0, sum(_exactly(k, draws, share) for k in range(hits + 1)))


def at_least(hits: int, draws: int, share: float) -> float:
    """Return the probability of `hits` or more."""
    return min(1.0, sum(_exactly(k, draws, share) for k in range(hits, draws + 1)))


def _exactly(k: int, n: int, p: float) -> float:
    if p in (0.0, 1.0):
        return float(k == n * p)
    return exp(_ways(k, n) + k * log(p) + (n - k) * log(1 - p))


@cache
def _ways(k: int, n: int) -> float:
    """Return the logarithm of the number of ways to choose `k` of `n`."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _bisect(is_below: Callable[[float], bool]) -> float:
    """Return the share at which the condition, true for small shares, becomes false."""
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2
