"""Counts what findings cost the team in a month: minutes, false ones, and the time until an answer.

The one place that counts hours on findings: `pay findings report` and `pay cost` read it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median

from rollout.findings.answer_record import AnswerRecord, FindingAnswer, FindingVerdict
from rollout.findings.finding import NOT_IN_THE_CATALOGUE, Tool
from rollout.images.findings import a_month_after


@dataclass(frozen=True)
class Answered:
    """A closure, and how long after its first sight somebody began."""

    environment: str
    closure: FindingAnswer
    until_answer: timedelta

    @property
    def service(self) -> str:
        return ", ".join(self.closure.services) or NOT_IN_THE_CATALOGUE


@dataclass(frozen=True)
class MonthRow:
    """The findings of one tool about one service."""

    tool: Tool
    service: str
    closures: tuple[Answered, ...]

    @property
    def minutes(self) -> int:
        return sum(each.closure.minutes or 0 for each in self.closures)

    @property
    def false_percent(self) -> int:
        """Return how many of them were wrong, without drills, which nothing found."""
        judged = [e for e in self.closures if e.closure.verdict is not FindingVerdict.DRILL]
        false = sum(each.closure.verdict is FindingVerdict.FALSE for each in judged)
        return round(100 * false / len(judged)) if judged else 0

    @property
    def until_answer(self) -> timedelta:
        """Return the median. Half were answered sooner."""
        seconds = median(each.until_answer.total_seconds() for each in self.closures)
        return timedelta(seconds=seconds)


def month_of(day: date) -> tuple[date, date]:
    """Return the first day of a day's month and of the next."""
    first = day.replace(day=1)
    return first, a_month_after(first)


def last_month(today: date) -> date:
    """Return the first day of the last whole month."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def answered(record: AnswerRecord, month: date, service: str | None = None) -> tuple[Answered, ...]:
    """Return the closures of a month in the record; `service` limits them to one."""
    first, next_ = month_of(month)
    return tuple(
        each
        for environment, answers in record.items()
        for each in _answered(environment, answers)
        if first <= each.closure.at.date() < next_
        and (service is None or service in each.closure.services)
    )


def _answered(environment: str, answers: Iterable[FindingAnswer]) -> Iterator[Answered]:
    begun: dict[str, datetime] = {}
    for each in answers:
        if each.verdict is None:
            begun.setdefault(each.key, each.at)
        else:
            began = begun.pop(each.key, each.at - timedelta(minutes=each.minutes or 0))
            yield Answered(environment, each, max(began - each.first_seen, timedelta()))


def rows(closures: Iterable[Answered]) -> tuple[MonthRow, ...]:
    """Return the closures by tool and service, those that took longest first."""
    groups: dict[tuple[Tool, str], list[Answered]] = {}
    for each in closures:
        groups.setdefault((each.closure.tool, each.service), []).append(each)
    all_ = (MonthRow(tool, service, tuple(each)) for (tool, service), each in groups.items())
    return tuple(sorted(all_, key=lambda row: (-row.minutes, row.tool, row.service)))


def hours(closures: Iterable[Answered]) -> Decimal:
    """Return the hours that closures took."""
    minutes = sum(each.closure.minutes or 0 for each in closures)
    return Decimal(minutes) / 60
