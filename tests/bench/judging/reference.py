"""The figures that the tables are compared with, from the simulations that chose the rules."""

from typing import NamedTuple


class Range(NamedTuple):
    """A figure's reference, from its best to its worst cell, and what chance may add."""

    low: float
    high: float
    tolerance: float

    def holds(self, value: float) -> bool:
        return self.low - self.tolerance <= value <= self.high + self.tolerance

    def __str__(self) -> str:
        text = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        return f"{text} ± {self.tolerance:g}"


FALSE_ALARMS = {
    # Per cent of days. The tolerance is three standard errors of a rate of 1 % in 600 days.
    "independent": Range(0, 0.01, 0.3),
    "clustered": Range(0, 1.3, 1.3),
    "shocked": Range(0, 0, 1.3),
}

FOUND: dict[tuple[float, float, float], Range] = {
    # (requests a second, share, times): per cent of days in which the fault is found.
    (0.2, 0.05, 5): Range(10, 10, 15),
    (0.2, 0.05, 20): Range(99, 99, 12),
    (0.2, 0.25, 5): Range(60, 60, 22),
    (0.2, 0.5, 5): Range(71, 71, 22),
    (0.2, 0.75, 5): Range(52, 52, 22),
    (1, 0.05, 5): Range(86, 86, 18),
}

MINUTES: dict[tuple[float, float, float], Range] = {
    # (requests a second, share, times): the median minute in which the fault is found.
    (0.2, 0.05, 20): Range(431, 431, 130),
    (0.2, 0.25, 20): Range(161, 161, 50),
    (0.2, 0.5, 20): Range(163, 163, 50),
    (0.2, 0.75, 20): Range(249, 249, 75),
    (1, 0.05, 20): Range(101, 101, 30),
    (1, 0.25, 5): Range(266, 266, 80),
    (1, 0.25, 20): Range(51, 51, 15),
    (1, 0.5, 5): Range(237, 237, 70),
    (1, 0.5, 20): Range(45, 45, 15),
    (1, 0.75, 5): Range(331, 331, 100),
    # The rule as it stands needs 62 on average: votes of 1.25, in six of ten minutes.
    (1, 0.75, 20): Range(51, 51, 20),
    (10, 0.05, 5): Range(111, 111, 30),
    (10, 0.05, 20): Range(26, 26, 10),
    (10, 0.25, 5): Range(66, 66, 20),
    (10, 0.25, 20): Range(41, 41, 10),
    (10, 0.5, 5): Range(45, 45, 15),
    (10, 0.5, 20): Range(31, 31, 10),
    (10, 0.75, 5): Range(64, 64, 20),
    (10, 0.75, 20): Range(38, 38, 10),
    (50, 0.05, 5): Range(53, 53, 15),
    (50, 0.05, 20): Range(26, 26, 10),
    (50, 0.25, 5): Range(61, 61, 15),
    (50, 0.25, 20): Range(41, 41, 10),
    (50, 0.5, 5): Range(43, 43, 12),
    (50, 0.5, 20): Range(31, 31, 10),
    (50, 0.75, 5): Range(49, 49, 15),
    (50, 0.75, 20): Range(38, 38, 10),
}


class Passing(NamedTuple):
    """When a healthy side passes, of those that do in a day, and how many do."""

    minutes: Range
    percent: Range | None = None


PASSES: dict[tuple[float, float], Passing] = {
    # (requests a second, share), at 0.1 % of errors.
    (0.2, 0.05): Passing(Range(607, 607, 180), Range(91, 91, 20)),
    (0.2, 0.25): Passing(Range(255, 255, 90), Range(99, 99, 12)),
    (0.2, 0.5): Passing(Range(480, 480, 150), Range(90, 90, 20)),
    # Half of the days never pass, so few decide the median.
    (0.2, 0.75): Passing(Range(585, 585, 300), Range(47, 47, 30)),
    (1, 0.05): Passing(Range(125, 125, 50)),
    (1, 0.25): Passing(Range(85, 85, 40)),
    (1, 0.5): Passing(Range(115, 115, 40)),
    (1, 0.75): Passing(Range(222, 222, 90)),
    **{(10, share): Passing(Range(60, 60, 15)) for share in (0.05, 0.25, 0.5, 0.75)},
}

NEEDED = {
    # The limit: the requests that a PASS needs with 0, 1, 2, 3 and 5 errors, to one request.
    0.01: (354, 647, 856, 1051, 1411),
    0.005: (710, 1296, 1714, 2105, 2826),
    0.003: (1184, 2162, 2858, 3511, 4713),
    0.002: (1777, 3245, 4289, 5269, 7071),
}
ERRORS = (0, 1, 2, 3, 5)

SLOWER_FAILS = {
    # Fargate's response time as a multiple: per cent of days that fail.
    1.0: Range(0, 0, 0.5),
    1.1: Range(0, 0, 0.5),
    1.25: Range(0, 1, 2),
    2.0: Range(97, 100, 3),
}
SLOWER_PASSES = {
    # The median minute of PASS over the cells, from the fastest to the slowest.
    1.0: Range(9, 130, 60),
    1.1: Range(13, 290, 120),
}
SLOWER_MINUTES = {1.5: Range(11, 250, 120), 2.0: Range(11, 110, 120)}
"""The median minute of FAIL. The slowest cell stands apart: 900 and 660 minutes at 0.2 requests a
second and 5 %."""

DIPS = {
    # The part that is lost: per cent of days in which the total fails within three hours.
    0.0: Range(0, 0.1, 0.5),
    0.25: Range(9, 20, 15),
    0.5: Range(98, 100, 3),
    1.0: Range(100, 100, 1),
}
DIP_MINUTES = Range(10, 15, 5)
"""The median until the loss of half is found."""
HOLIDAYS = Range(0, 17, 5)
"""Per cent of days with a bank holiday on which the total alone would fail. The judge says NOT
ENOUGH DATA there."""
