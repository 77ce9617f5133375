"""Reading metrics: all pages, or a message; never a part that looks like the whole."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count, repeat
from typing import Any

import pytest

from pay.model.metrics import REQUESTS, TARGET_5XX, Dimension
from rollout.measure.cloudwatch import MAX_QUERIES, Query, read
from rollout.terminal.refusal import Failed

START = datetime(2026, 11, 26, tzinfo=UTC)
DIMENSIONS: Mapping[Dimension, str] = {"LoadBalancer": "app/a/1", "TargetGroup": "targetgroup/a/1"}
QUERIES = [Query.of(REQUESTS, DIMENSIONS), Query.of(TARGET_5XX, DIMENSIONS)]


class Pages:
    """A CloudWatch that answers with these pages."""

    def __init__(self, pages: Iterator[dict[str, Any]]) -> None:
        self._pages = pages
        self.asked: list[dict[str, Any]] = []

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return next(self._pages)


def result(id: str, *minutes: int, status: str = "Complete") -> dict[str, Any]:
    times = [START + timedelta(minutes=minute) for minute in minutes]
    return {"Id": id, "Timestamps": times, "Values": [1.0] * len(times), "StatusCode": status}


def page(*results: dict[str, Any], more: str = "") -> dict[str, Any]:
    return {"MetricDataResults": list(results)} | ({"NextToken": more} if more else {})


def at(minute: int) -> int:
    return int(START.timestamp()) + 60 * minute


def asked(*pages: dict[str, Any]) -> Any:
    return read(Pages(iter(pages)), QUERIES, START, START + timedelta(hours=1))


def test_pages_of_a_series_are_one() -> None:
    first = page(result("q0", 0, 1, status="PartialData"), result("q1"), more="2")
    found = asked(first, page(result("q0", 2)))
    assert [list(found[query]) for query in QUERIES] == [[at(0), at(1), at(2)], []]


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_an_answer_in_part_is_no_answer(status: str) -> None:
    with pytest.raises(Failed, match=f"{status} for AWS/ApplicationELB RequestCount"):
        asked(page(result("q0", 0, status=status), result("q1", 0)))


def test_a_series_without_a_result_is_no_answer() -> None:
    with pytest.raises(Failed, match="HTTPCode_Target_5XX_Count"):
        asked(page(result("q0", 0)))


@pytest.mark.parametrize(("tokens", "said"), [(count(), "more than 50 pages"), (repeat(1), "same")])
def test_pages_without_an_end_are_a_message(tokens: Iterator[int], said: str) -> None:
    endless = (page(result("q0", 0), result("q1", 0), more=str(token)) for token in tokens)
    with pytest.raises(Failed, match=said):
        read(Pages(endless), QUERIES, START, START + timedelta(hours=1))


def test_many_series_are_asked_in_calls_of_the_largest_size() -> None:
    many = [Query.of(REQUESTS, DIMENSIONS, 60 * n) for n in range(1, MAX_QUERIES + 2)]
    answers = (page(*(result(f"q{n}", n) for n in range(size))) for size in (MAX_QUERIES, 1))
    cloudwatch = Pages(answers)
    found = read(cloudwatch, many, START, START + timedelta(hours=9))
    assert [len(call["MetricDataQueries"]) for call in cloudwatch.asked] == [MAX_QUERIES, 1]
    assert list(found[many[MAX_QUERIES]]) == [at(0)]


def test_a_series_that_two_parts_need_is_asked_once() -> None:
    cloudwatch = Pages(iter([page(result("q0", 0), result("q1", 1))]))
    found = read(cloudwatch, [*QUERIES, *QUERIES], START, START + timedelta(hours=1))
    assert len(cloudwatch.asked[0]["MetricDataQueries"]) == len(found) == len(QUERIES)
