"""The demand of a service through a week.

The built-in curve has the size of GOV.UK Pay's public volumes: 30.2 million payments in the year to
2026-08. Source: alphagov/pay-product-page, `data/performance.json`. The share of each hour of a day
is not public, and an assumption.
"""

import csv
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pay.files import read_content
from pay.model.problem import InvalidInput, Problem

HOURS = (
    *(1.0, 0.6, 0.4, 0.35, 0.4, 0.7, 1.6, 3.0, 5.0, 6.8, 7.6, 7.5),
    *(7.2, 6.9, 6.8, 6.6, 6.2, 5.6, 5.2, 5.2, 5.0, 4.2, 2.9, 1.7),
)
"""Per cent of a day's payments in each of its hours."""

WEEKDAYS = (1.18, 1.12, 1.10, 1.08, 1.02, 0.76, 0.74)
"""Each day's payments, Monday first, as a part of the average day's."""

_A_MONDAY = datetime(2026, 1, 5)


@dataclass(frozen=True)
class DemandCurve:
    """Demand at moments; between two of them it changes evenly."""

    starts: datetime
    """A local time."""
    seconds: Sequence[float]
    """From the start, ascending."""
    demand: Sequence[float]
    """In any unit. The largest is the peak."""
    counts_requests: bool = False
    """Demand is requests of a service in a minute, as its load balancer counts them."""

    @property
    def peak_requests(self) -> float | None:
        """Return the requests in the busiest minute; None if the curve has another unit."""
        return max(self.demand) if self.counts_requests else None

    @property
    def length(self) -> timedelta:
        return timedelta(seconds=self.seconds[-1])

    def part_of_peak(self, second: float) -> float:
        """Return the demand at a second from the start, as a part of the largest, 0 to 1."""
        after = min(max(bisect_right(self.seconds, second), 1), len(self.seconds) - 1)
        start, end = self.seconds[after - 1], self.seconds[after]
        passed = min(1.0, max(0.0, (second - start) / (end - start)))
        low, high = self.demand[after - 1], self.demand[after]
        return (low + (high - low) * passed) / max(self.demand)


def built_in_week() -> DemandCurve:
    """Return the week of the public volumes, from Monday 00:00."""
    hours = [day * hour for day in WEEKDAYS for hour in HOURS]
    # An hour's share is that of its middle.
    return DemandCurve(
        _A_MONDAY,
        [0.0, *(number * 3600 + 1800 for number in range(len(hours))), len(hours) * 3600.0],
        [hours[0], *hours, hours[-1]],
    )


LONGEST = timedelta(days=31)
SHORTEST = timedelta(minutes=1)
LARGEST_BYTES = 8 * 2**20
"""A row for each minute of the longest curve has a quarter of it."""

COLUMNS = ["time", "requests"]


def read_curve(path: Path) -> DemandCurve:
    """Return the curve of a CSV file with the columns `time` (local, ISO 8601) and `requests`, as
    spreadsheets export it. It ignores a byte order mark, blank lines and spaces.

    Raises InvalidInput with every row that cannot be used.
    """
    times, demand, problems = list[datetime](), list[float](), list[Problem]()

    def refuse(line: int | None, value: str, allowed: str) -> None:
        problems.append(Problem(where=str(path), line=line, found=value, allowed=allowed))

    for line, cells in _rows(path):
        try:
            time, number = cells
            moment, requests = datetime.fromisoformat(time), float(number)
        except ValueError:
            refuse(line, ",".join(cells), "a time and a number, such as 2026-11-26T09:00,1250")
            continue
        if moment.tzinfo or not 0 <= requests < math.inf:
            refuse(line, ",".join(cells), "a local time without a zone, and requests from 0")
        elif times and moment <= times[-1]:
            allowed = f"a time later than {times[-1]}; leave an hour out that the clocks repeat"
            refuse(line, str(moment), allowed)
        else:
            times.append(moment)
            demand.append(requests)
    if not problems and not (times and times[-1] - times[0] >= SHORTEST and max(demand)):
        refuse(None, f"{len(times)} rows", "rows over at least a minute, and one with requests")
    elif not problems and times[-1] - times[0] > LONGEST:
        refuse(None, f"{times[0]} to {times[-1]}", f"at most {LONGEST.days} days")
    if problems:
        raise InvalidInput(problems)
    seconds = [(each - times[0]).total_seconds() for each in times]
    return DemandCurve(times[0], seconds, demand, counts_requests=True)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of each row below the header.

    Raises InvalidInput for what is not such a file.
    """
    try:
        text = read_content(path, most=LARGEST_BYTES).decode("utf-8-sig")
        reader = csv.reader(text.splitlines())
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
    except (OSError, ValueError, csv.Error) as error:
        reason = str(error)
        if isinstance(error, UnicodeDecodeError):
            reason = f"a byte that is not UTF-8, at position {error.start}"
        allowed = f"a CSV file in UTF-8 with the columns {' and '.join(COLUMNS)}"
        raise InvalidInput([Problem(where=str(path), found=reason, allowed=allowed)]) from None
    line, header = rows[0] if rows else (1, ["nothing"])
    if [cell.lower() for cell in header] != COLUMNS:
        allowed = f"the header {','.join(COLUMNS)}"
        raise InvalidInput(
            [Problem(where=str(path), line=line, found=",".join(header), allowed=allowed)]
        )
    yield from rows[1:]
