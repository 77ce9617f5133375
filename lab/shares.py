"""The plot of a walk: Fargate's share of the requests over time, with the deployments."""

from collections.abc import Sequence
from dataclasses import dataclass

from lab.findings import LabFinding
from lab.look import Look
from lab.walk import Walk
from pay.model import Side

BIN_SECONDS = 1.0
WIDTH, HEIGHT = 1000, 220
"""The size of the plot in SVG units."""

LETTER_WIDTH = 6.2
"""In SVG units, with some margin; a stage narrower than its name has only a title."""


@dataclass(frozen=True)
class Band:
    """A period of time on the plot."""

    x: float
    width: float
    label: str
    title: str


class Plot:
    """The coordinates of one walk's plot; y is a share, from 0 at the bottom to 1 at the top."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._requests = walk.traffic.log.requests
        self._start = walk.began
        self._end = max([walk.began + 1, *(request.ended for request in self._requests)])
        self.findings: Sequence[LabFinding] = walk.findings()

    @property
    def seconds(self) -> float:
        return self._end - self._start

    def x(self, time: float) -> float:
        return round(min(max(time - self._start, 0) / self.seconds, 1) * WIDTH, 1)

    @property
    def observed(self) -> str:
        """Return the points of Fargate's share of the requests, second by second."""
        bins: dict[int, list[int]] = {}
        for request in self._requests:
            if request.side:
                index = int((request.began - self._start) / BIN_SECONDS)
                bins.setdefault(index, []).append(request.side is Side.FARGATE)
        return " ".join(
            f"{self.x(self._start + (index + 0.5) * BIN_SECONDS)},"
            f"{round(HEIGHT * (1 - sum(hits) / len(hits)), 1)}"
            for index, hits in sorted(bins.items())
        )

    @property
    def expected(self) -> str:
        """Return the points of the share by Route 53's rules, with a step at each write."""
        points = []
        for stay in self._walk.stays:
            y = round(HEIGHT * (1 - stay.expected), 1)
            points += [f"{self.x(stay.began)},{y}", f"{self.x(min(stay.ended, self._end))},{y}"]
        return " ".join(points)

    @property
    def stages(self) -> list[Band]:
        bands = []
        for stay in self._walk.stays:
            x = self.x(stay.began)
            width = self.x(min(stay.ended, self._end)) - x
            label = stay.stage.value if width >= len(stay.stage) * LETTER_WIDTH else ""
            bands.append(Band(x, width, label, f"{stay.stage}, weights {stay.weights}"))
        return bands

    @property
    def deployments(self) -> list[Band]:
        return [
            Band(
                x := self.x(each.began),
                self.x(each.ended) - x,
                "",
                f"{each.edge}: {each.stack}, {each.ended - each.began:.0f} s",
            )
            for each in self._walk.deployments
        ]

    @property
    def looks(self) -> list[Band]:
        """Return each look of the judge; one that the service moved on has its verdict as label."""
        return [
            Band(
                self.x(look.time),
                0,
                look.judgement.verdict.value if look.decides else "",
                f"{look.judgement.stage}: {look.judgement.verdict}, {look.outcome}",
            )
            for look in self._walk.looks
        ]

    @property
    def decisions(self) -> list[tuple[int, Look]]:
        """Return the looks on which the service moved, each with the number of looks at its stage.
        Also the last look of a walk that ended early.
        """
        counted, count = [], 0
        for look in self._walk.looks:
            count += 1
            if look.decides or look is self._walk.looks[-1]:
                counted.append((count, look))
                count = 0
        return counted

    @property
    def errors(self) -> list[Band]:
        return [Band(self.x(f.time), 0, "", str(f)) for f in self.findings]

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Return at most twelve ticks, at round seconds."""
        step = next(s for s in (5, 10, 30, 60, 120, 300, 600, 3600) if self.seconds / s <= 12)
        return [
            (self.x(self._start + s), minutes(s)) for s in range(0, int(self.seconds) + 1, step)
        ]


def minutes(seconds: float) -> str:
    """Return a time since the start of a walk: `4:05`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
