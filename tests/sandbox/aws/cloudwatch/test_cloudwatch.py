"""CloudWatch in the sandbox: what AWS refuses, and how it adds up what was sent."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server

HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
"""A start that lies on every period."""


def put(server: Server, name: str, *data: Mapping[str, Any], namespace: str = "Pay") -> None:
    server.client("cloudwatch").put_metric_data(
        Namespace=namespace, MetricData=[{"MetricName": name, **datum} for datum in data]
    )


def ask(
    server: Server,
    name: str,
    stat: str = "Sum",
    *,
    period: int = 60,
    span: tuple[datetime, datetime] = (HOUR, HOUR + timedelta(hours=1)),
    dimensions: Mapping[str, str] | None = None,
    namespace: str = "Pay",
    unit: str | None = None,
    **more: Any,
) -> dict[datetime, float]:
    """Return the points of one series."""
    metric: dict[str, Any] = {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": k, "Value": v} for k, v in (dimensions or {}).items()],
    }
    measured = {
        "Metric": metric,
        "Period": period,
        "Stat": stat,
        **({"Unit": unit} if unit else {}),
    }
    answer = server.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "a", "MetricStat": measured}],
        StartTime=span[0],
        EndTime=span[1],
        **more,
    )
    (result,) = answer["MetricDataResults"]
    return dict(zip(result["Timestamps"], result["Values"], strict=True))


def minute(number: int) -> datetime:
    return HOUR + timedelta(minutes=number)


def test_values_of_a_period_on_the_clock_are_one_point(server: Server) -> None:
    put(server, "sums", *({"Timestamp": minute(n), "Value": n} for n in range(10)))
    assert ask(server, "sums", period=300) == {minute(0): 10.0, minute(5): 35.0}
    late = ask(server, "sums", period=300, span=(HOUR + timedelta(seconds=17), minute(60)))
    assert min(late) == minute(0)
    assert ask(server, "sums", "SampleCount", period=300)[minute(0)] == 5
    assert ask(server, "sums", "Maximum", period=300)[minute(5)] == 9


def test_the_end_is_not_included_and_the_newest_comes_first(server: Server) -> None:
    put(server, "ends", *({"Timestamp": minute(n), "Value": 1} for n in range(5)))
    assert list(ask(server, "ends", span=(HOUR, minute(3)))) == [minute(2), minute(1), minute(0)]
    ascending = ask(server, "ends", span=(HOUR, minute(3)), ScanBy="TimestampAscending")
    assert list(ascending) == [minute(0), minute(1), minute(2)]


def test_a_series_is_its_namespace_and_all_its_dimensions_in_any_order(server: Server) -> None:
    pairs = [{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}]
    put(server, "sets", {"Timestamp": HOUR, "Value": 7, "Dimensions": pairs})
    assert ask(server, "sets", dimensions={"b": "2", "a": "1"}) == {HOUR: 7.0}
    assert ask(server, "sets", dimensions={"a": "1"}) == {}
    assert ask(server, "sets", dimensions={"a": "1", "b": "2"}, namespace="Other") == {}


def test_percentiles_need_the_values_themselves(server: Server) -> None:
    values = {"Values": [0.1, 0.2, 5.0], "Counts": [50.0, 49.0, 1.0]}
    put(server, "times", {"Timestamp": HOUR, **values})
    assert ask(server, "times", "p50") == {HOUR: 0.1}
    assert ask(server, "times", "p99") == {HOUR: 0.2}
    assert ask(server, "times", "p100") == {HOUR: 5.0}
    statistics = {"SampleCount": 100, "Sum": 20, "Minimum": 0.1, "Maximum": 5}
    put(server, "summaries", {"Timestamp": HOUR, "StatisticValues": statistics})
    assert ask(server, "summaries", "p99") == {}
    assert ask(server, "summaries", "Sum")[HOUR] == pytest.approx(20)
    assert ask(server, "summaries", "Average")[HOUR] == pytest.approx(0.2)


def test_another_unit_is_empty_and_no_error(server: Server) -> None:
    put(server, "units", {"Timestamp": HOUR, "Value": 1, "Unit": "Count"})
    assert ask(server, "units", unit="Count") == {HOUR: 1.0}
    assert ask(server, "units", unit="Seconds") == {}


def send(server: Server, name: str, at: datetime, value: float = 1) -> None:
    """Send a value of any age, as AWS itself does."""
    row = {
        "namespace": "Pay",
        "name": name,
        "dimensions": {},
        "points": [[at.timestamp(), value, 1]],
    }
    server.administer("metrics", method="POST", body=[row])


def test_old_points_are_kept_for_longer_periods_only(server: Server) -> None:
    old = HOUR - timedelta(days=20)
    send(server, "ages", old)
    hour = (old, old + timedelta(hours=1))
    assert ask(server, "ages", span=hour) == {}
    assert ask(server, "ages", period=300, span=hour) == {old: 1.0}
    older = HOUR - timedelta(days=70)
    send(server, "ages", older)
    hour = (older, older + timedelta(hours=1))
    assert ask(server, "ages", period=300, span=hour) == {}
    assert ask(server, "ages", period=3600, span=hour) == {older: 1.0}


def test_points_are_as_old_as_the_clock_that_was_set(server: Server) -> None:
    put(server, "Aged", {"Value": 7.0, "Timestamp": HOUR})
    assert list(ask(server, "Aged").values()) == [7]
    try:
        set_clock(server, HOUR + timedelta(days=16))
        assert ask(server, "Aged") == {}
        assert list(ask(server, "Aged", period=300).values()) == [7]
        set_clock(server, HOUR + timedelta(minutes=30))
        put(server, "Undated", {"Value": 1.0})
    finally:
        set_clock(server, datetime.now(UTC))
    assert ask(server, "Undated") == {minute(30): 1}


def set_clock(server: Server, at: datetime) -> None:
    server.administer("clock", method="POST", body={"now": at.timestamp()})


def test_a_long_answer_comes_in_pages(server: Server) -> None:
    put(server, "pages", *({"Timestamp": minute(n), "Value": 1} for n in range(10)))
    client = server.client("cloudwatch")
    metric = {"Namespace": "Pay", "MetricName": "pages"}
    queries = [{"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}]
    asked = {"MetricDataQueries": queries, "StartTime": HOUR, "EndTime": minute(60)}
    first = client.get_metric_data(**asked, MaxDatapoints=6)
    assert first["MetricDataResults"][0]["StatusCode"] == "PartialData"
    rest = client.get_metric_data(**asked, MaxDatapoints=6, NextToken=first["NextToken"])
    assert rest["MetricDataResults"][0]["StatusCode"] == "Complete"
    assert "NextToken" not in rest
    assert [len(page["MetricDataResults"][0]["Values"]) for page in (first, rest)] == [6, 4]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Id": "Upper"}, "Id"),
        ({"Period": 90}, "Period"),
        ({"Stat": "p101"}, "Stat"),
        ({"EndTime": HOUR}, "StartTime"),
        ({"Expression": "SUM(METRICS("}, "expression"),
        ({"Expression": "a + 1"}, "unknown"),
        ({"Expression": "m9 * 2"}, "m9"),
        ({"Expression": "5"}, "a number"),
        ({"Expression": "1" * 2049}, "2048"),
        ({"Expression": "ANOMALY_DETECTION_BAND(a)"}, "sandbox has no"),
        ({"Expression": "SEARCH('{AWS/SQS', 'Sum', 60)"}, "search"),
    ],
)
def test_refuses_what_aws_refuses(server: Server, change: dict[str, Any], said: str) -> None:
    metric = {"Namespace": "Pay", "MetricName": "any"}
    stat = {"Metric": metric, "Period": change.get("Period", 60), "Stat": change.get("Stat", "Sum")}
    query: dict[str, Any] = {"Id": change.get("Id", "a"), "MetricStat": stat}
    if "Expression" in change:
        query = {"Id": "a", "Expression": change["Expression"]}
    with pytest.raises(ClientError, match=said):
        server.client("cloudwatch").get_metric_data(
            MetricDataQueries=[query], StartTime=HOUR, EndTime=change.get("EndTime", minute(1))
        )


def test_the_names_of_aws_are_sent_by_aws_alone(server: Server) -> None:
    with pytest.raises(ClientError, match="AWS/"):
        put(server, "RequestCount", {"Value": 1}, namespace="AWS/ApplicationELB")
    row = {
        "namespace": "AWS/ApplicationELB",
        "name": "RequestCount",
        "dimensions": {"LoadBalancer": "app/a/1"},
        "points": [[HOUR.timestamp(), 57, 1]],
    }
    server.administer("metrics", method="POST", body=[row])
    found = ask(
        server,
        "RequestCount",
        namespace="AWS/ApplicationELB",
        dimensions={"LoadBalancer": "app/a/1"},
    )
    assert found == {HOUR: 57.0}
    listed = server.client("cloudwatch").list_metrics(Namespace="AWS/ApplicationELB")["Metrics"]
    assert [metric["MetricName"] for metric in listed] == ["RequestCount"]


@pytest.mark.parametrize(
    ("datum", "said"),
    [
        ({"Timestamp": HOUR - timedelta(days=15)}, "two weeks"),
        ({"Timestamp": HOUR + timedelta(hours=9)}, "two hours"),  # HOUR is of the collection
        ({"Value": 1e300}, "2\\^360"),
        ({"Dimensions": [{"Name": f"d{n}", "Value": "a"} for n in range(31)]}, "30 dimensions"),
    ],
)
def test_refuses_a_datum_that_aws_refuses_and_keeps_none_of_its_call(
    server: Server, datum: dict[str, Any], said: str
) -> None:
    with pytest.raises(ClientError, match=said):
        put(server, "half", {"Timestamp": HOUR, "Value": 1}, {"Value": 1, **datum})
    assert ask(server, "half") == {}


def test_a_call_sends_at_most_1000_data(server: Server) -> None:
    with pytest.raises(ClientError, match="1000"):
        put(server, "many", *[{"Value": 1}] * 1001)
    put(server, "many", *[{"Value": 1, "Timestamp": HOUR}] * 1000)
    assert ask(server, "many") == {HOUR: 1000}


def test_lists_what_had_a_value_in_two_weeks_by_dimension_in_pages(server: Server) -> None:
    send(server, "Forgotten", HOUR - timedelta(days=20))
    own = [{"Name": "Listed", "Value": "yes"}]
    for first in (0, 400):
        data = [
            {"MetricName": f"Listed{n}", "Value": 1, "Dimensions": own}
            for n in range(first, first + 400)
        ]
        server.client("cloudwatch").put_metric_data(Namespace="Pages", MetricData=data)
    client = server.client("cloudwatch")
    assert client.list_metrics(Namespace="Pay", MetricName="Forgotten")["Metrics"] == []
    by_name = {"Namespace": "Pages", "Dimensions": [{"Name": "Listed"}]}
    first_page = client.list_metrics(**by_name)
    rest = client.list_metrics(**by_name, NextToken=first_page["NextToken"])
    assert [len(page["Metrics"]) for page in (first_page, rest)] == [500, 300]
    none = client.list_metrics(Namespace="Pages", Dimensions=[{"Name": "Listed", "Value": "no"}])
    assert none["Metrics"] == []


@pytest.mark.parametrize("call", ["list_metrics", "describe_alarms", "describe_alarm_history"])
def test_a_token_that_nobody_gave_is_refused(server: Server, call: str) -> None:
    with pytest.raises(ClientError, match="InvalidNextToken"):
        getattr(server.client("cloudwatch"), call)(NextToken="soon")


def test_a_datum_has_one_kind_of_value(server: Server) -> None:
    both = {"Value": 1, "Values": [1.0]}
    many = {"Values": [float(n) for n in range(151)]}
    for datum in (both, many, {}):
        with pytest.raises(ClientError):
            put(server, "wrong", datum)
