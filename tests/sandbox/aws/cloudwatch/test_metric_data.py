"""GetMetricData in the sandbox: expressions and searches over what was sent."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server

HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
NAMESPACE = "Maths"


@pytest.fixture
def sides(server: Server) -> Server:
    """Two minutes of requests of two sides; the second side has none in the second minute."""
    for side, counts in (("ec2", (8, 8)), ("fargate", (2,))):
        server.administer(
            "metrics",
            method="POST",
            body=[
                {
                    "namespace": NAMESPACE,
                    "name": "RequestCount",
                    "dimensions": {"LoadBalancer": f"app/test-{side}/1"},
                    "points": [
                        [(HOUR + timedelta(minutes=n)).timestamp(), count, 1]
                        for n, count in enumerate(counts)
                    ],
                }
            ],
        )
    return server


def metric(id: str, side: str, *, period: int = 60, shown: bool = False) -> dict[str, Any]:
    of = {
        "Namespace": NAMESPACE,
        "MetricName": "RequestCount",
        "Dimensions": [{"Name": "LoadBalancer", "Value": f"app/test-{side}/1"}],
    }
    stat = {"Metric": of, "Period": period, "Stat": "Maximum"}
    return {"Id": id, "MetricStat": stat, "ReturnData": shown}


def answers(server: Server, *queries: Mapping[str, Any], **more: Any) -> Any:
    return server.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries,
        StartTime=HOUR,
        EndTime=HOUR + timedelta(minutes=3),
        ScanBy="TimestampAscending",
        **more,
    )


def rows(server: Server, *queries: Mapping[str, Any], **more: Any) -> list[Sequence[float]]:
    found = answers(server, *queries, **more)["MetricDataResults"]
    return [result["Values"] for result in found]


E, F = metric("e", "ec2"), metric("f", "fargate")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("100*f/(e+f)", [[20, 0]]),
        ("FILL(f,0)", [[2, 0, 0]]),
        ("IF(FILL(e,0)>=1,e,0)", [[8, 8, 0]]),
        ("METRICS()", [[8, 8], [2]]),
        (
            "SEARCH('{Maths,LoadBalancer} MetricName=\"RequestCount\" fargate', 'Maximum', 60)",
            [[2]],
        ),
        ("SUM(SEARCH('{Maths,LoadBalancer} test', 'Maximum', 60))", [[10, 8]]),
        ("SEARCH('{Maths,Other} test', 'Maximum', 60)", []),
    ],
)
def test_expressions(sides: Server, expression: str, expected: list[list[float]]) -> None:
    assert rows(sides, E, F, {"Id": "x", "Expression": expression}) == expected


def test_an_expression_may_name_another_and_what_is_not_asked_for_is_not_returned(
    sides: Server,
) -> None:
    total = {"Id": "total", "Expression": "e+f", "ReturnData": False}
    found = answers(sides, {"Id": "x", "Expression": "total*2", "Label": "twice"}, total, E, F)
    (result,) = found["MetricDataResults"]
    assert (result["Id"], result["Label"], result["Values"]) == ("x", "twice", [20, 16])


def test_a_search_names_what_it_finds(sides: Server) -> None:
    search = "SEARCH('{Maths,LoadBalancer} RequestCount', 'Maximum', 60)"
    found = answers(sides, {"Id": "x", "Expression": search})["MetricDataResults"]
    assert [result["Label"] for result in found] == [
        "app/test-ec2/1 RequestCount",
        "app/test-fargate/1 RequestCount",
    ]


def test_an_answer_with_expressions_has_no_pages(sides: Server) -> None:
    asked = (E, {"Id": "x", "Expression": "FILL(e,0)"})
    answer = answers(sides, *asked, MaxDatapoints=2)
    assert "NextToken" not in answer
    assert [len(result["Values"]) for result in answer["MetricDataResults"]] == [3]
    paged = answers(sides, metric("e", "ec2", shown=True), MaxDatapoints=1)
    assert paged["NextToken"]


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        ([{"Id": "a", "Expression": "b"}, {"Id": "b", "Expression": "a"}], "name each other"),
        ([E, metric("f", "fargate", period=300), {"Id": "x", "Expression": "e+f"}], "one period"),
        ([{**E, "Expression": "f"}], "or else"),
        ([E] * 501, "1 to 500"),
    ],
)
def test_refuses(sides: Server, queries: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ClientError, match=said):
        rows(sides, *queries)


def test_a_token_that_nobody_gave_is_refused(sides: Server) -> None:
    with pytest.raises(ClientError, match="InvalidNextToken"):
        rows(sides, E, NextToken="-1")
