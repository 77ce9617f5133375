"""The rule of errors as it was simulated before the product existed: an oracle to compare with.

Written for one day at a time and without regard to speed; it shares no code with the product.
"""

from collections.abc import Sequence
from math import exp, factorial, log, sqrt
from statistics import median

Counts = tuple[int, int, int, int]
"""EC2's requests and errors, Fargate's requests and errors."""

GRID, TOLERANCE = (1.5, 2, 4, 8, 20), 1.25
RULE = {0.05: (5, 0.01, 3), 0.25: (5, 0.005, 2), 0.5: (2, 0.003, 2), 0.75: (1, 0.002, 2)}
"""Share -> minutes a block, limit, multiple of EC2's rate."""


def _grouped(minutes: Sequence[Counts], size: int) -> list[Counts]:
    whole = len(minutes) // size * size
    return [_sum(minutes[at : at + size]) for at in range(0, whole, size)]


def _sum(minutes: Sequence[Counts]) -> Counts:
    a, b, c, d = (sum(values) for values in zip(*minutes, strict=True))
    return a, b, c, d


def _stake(block: int, an_hour: int) -> float:
    if block == 0:
        return 0.5
    hour = block // an_hour
    return 0 if block % an_hour else 0.5 / (hour * (hour + 1))


def _votes(blocks: Sequence[Counts], an_hour: int) -> list[float]:
    wealth, out = [0.0] * len(GRID), []
    for number, (n_ec2, x_ec2, n_fargate, x_fargate) in enumerate(blocks):
        for at, ratio in enumerate(GRID):
            factor = 1.0
            if n_fargate and n_ec2 and x_ec2 + x_fargate:
                share = n_fargate / (n_fargate + n_ec2)
                odds = share * TOLERANCE / (1 - share)
                p, q = odds / (1 + odds), odds * ratio / (1 + odds * ratio)
                y = x_fargate / (x_ec2 + x_fargate)
                factor = y * q / p + (1 - y) * (1 - q) / (1 - p)
            wealth[at] = (wealth[at] + _stake(number, an_hour)) * factor
        out.append(sum(wealth) / len(GRID))
    return out


def _below(errors: int, requests: int, limit: float) -> float:
    return (
        sum(
            exp(
                min(
                    600,
                    (errors * log(part) if part else -1e9 * errors)
                    + (requests - errors) * log((1 - limit * part) / (1 - limit)),
                )
            )
            for part in (0, 0.1, 0.25, 0.5)
        )
        / 4
    )


def errors(minutes: Sequence[Counts], share: float, burst_rate: float) -> tuple[str, int | str]:
    """Return FAIL with its minute, PASS, or NOT ENOUGH DATA with the first words of its reason."""
    size, limit, times = RULE[min(RULE, key=lambda known: abs(known - share))]
    five = _grouped(minutes, 5)
    cut = max(5, 5 * median([block[1] + block[3] for block in five] or [0]))
    ordinary = _votes(_grouped(minutes, size), 60 // size)
    bursts = _votes([block if block[1] + block[3] >= cut else (0, 0, 0, 0) for block in five], 12)
    for end in range(1, len(minutes) + 1):
        evidence = (
            (ordinary[end // size - 1] if end >= size else 0)
            + (bursts[end // 5 - 1] if end >= 5 else 0)
        ) / 2
        _, _, n, x = _sum(minutes[:end])
        _, _, n_hour, x_hour = _sum(minutes[max(0, end - 60) : end])
        is_rate = x >= 0.001 * n or x_hour >= max(3, 0.001 * n_hour)
        if evidence >= 200 and x >= 3 and is_rate:
            return "FAIL", end
    n_ec2, x_ec2, n, x = _sum(minutes)
    allowed = max(limit, times * max(0, x_ec2 - 1.28 * sqrt(x_ec2)) / n_ec2 if n_ec2 else 0)
    e1, y1, f1, x1 = _sum(minutes[-60:])
    odd = sum(fx >= max(5, 0.05 * fn) and ex * 2 * fn < fx * en for en, ex, fn, fx in five)
    mean = burst_rate * len(five) * share
    tail = 1 - sum(exp(-mean) * mean**k / factorial(k) for k in range(odd))
    if 5 * sum(en > 0 and fn > 0 for en, _, fn, _ in five) < 60:
        return "NOT ENOUGH DATA", "too short"
    if odd and tail < 0.05:
        return "NOT ENOUGH DATA", "unexplained burst"
    if x1 >= 5 and x1 > f1 * max(limit, times * y1 / e1 if e1 else 0):
        return "NOT ENOUGH DATA", "last hour"
    if allowed < 1 and _below(x, n, allowed) >= 20:
        return "PASS", ""
    return "NOT ENOUGH DATA", "few requests" if x < allowed * n or not n else "above the limit"
