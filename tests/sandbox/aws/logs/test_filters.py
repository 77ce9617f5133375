"""Metric filters and subscriptions of log groups in the sandbox."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

Client = Callable[[str], Any]

SQUID = "[time, elapsed, client, code=*/5*, bytes, method, url, user, peer, type]"
NOW_MS = int(time.time() * 1000) // 60_000 * 60_000


def tunnel(code: int, elapsed: int = 6074) -> str:
    return f"1739285977.555 {elapsed} 172.18.4.240 TCP_TUNNEL/{code} 7095 CONNECT h:443 - D/- -"


@pytest.fixture
def group(client: Client, unique: str) -> str:
    logs = client("logs")
    logs.create_log_group(logGroupName=unique)
    logs.create_log_stream(logGroupName=unique, logStreamName="fargate/1")
    return unique


def count_by(client: Client, group: str, pattern: str, name: str, **transformation: Any) -> None:
    client("logs").put_metric_filter(
        logGroupName=group,
        filterName=name,
        filterPattern=pattern,
        metricTransformations=[
            {
                "metricName": name,
                "metricNamespace": group,
                "metricValue": "1",
                **transformation,
            }
        ],
    )


def log(client: Client, group: str, *messages: str, ms: int = NOW_MS) -> None:
    client("logs").put_log_events(
        logGroupName=group,
        logStreamName="fargate/1",
        logEvents=[{"timestamp": ms, "message": message} for message in messages],
    )


def points(client: Client, group: str, name: str, stat: str = "Sum", **pairs: str) -> list[float]:
    dimensions = [{"Name": key, "Value": value} for key, value in pairs.items()]
    metric = {"Namespace": group, "MetricName": name, "Dimensions": dimensions}
    measured = {"Metric": metric, "Period": 60, "Stat": stat}
    minute = datetime.fromtimestamp(NOW_MS / 1000, UTC)
    answer = client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "a", "MetricStat": measured}],
        StartTime=minute,
        EndTime=minute + timedelta(minutes=5),
        ScanBy="TimestampAscending",
    )
    found: list[float] = answer["MetricDataResults"][0]["Values"]
    return found


def test_a_filter_counts_the_lines_that_match(client: Client, group: str) -> None:
    count_by(client, group, SQUID, "failed")
    log(client, group, tunnel(200), tunnel(503), tunnel(502), "2026/11/26 kid1| a line of its own")
    assert points(client, group, "failed") == [2]


def test_without_a_default_silence_is_no_data_and_with_one_it_is(
    client: Client, group: str
) -> None:
    count_by(client, group, SQUID, "silent")
    count_by(client, group, SQUID, "zero", defaultValue=0)
    log(client, group, tunnel(200), tunnel(200))
    assert points(client, group, "silent") == []
    assert points(client, group, "zero") == [0]
    log(client, group, tunnel(503), ms=NOW_MS + 60_000)
    assert points(client, group, "zero") == [0, 1]


def test_a_filter_takes_its_value_and_dimensions_from_the_line(client: Client, group: str) -> None:
    everything = SQUID.replace("=*/5*", "")
    count_by(client, group, everything, "elapsed", metricValue="$elapsed", unit="Milliseconds")
    count_by(client, group, everything, "by_method", dimensions={"Method": "$method"})
    count_by(client, group, "{ $.ms = * }", "json", metricValue="$.ms")
    log(client, group, tunnel(200, 10), tunnel(200, 30), json.dumps({"ms": 7.5}))
    assert points(client, group, "elapsed", "Maximum") == [30]
    assert points(client, group, "by_method", Method="CONNECT") == [2]
    assert points(client, group, "json", "Average") == [7.5]


def test_a_filter_of_the_same_name_takes_the_place_of_the_first(client: Client, group: str) -> None:
    logs = client("logs")
    count_by(client, group, "ERROR", "again")
    count_by(client, group, "WARN", "again")
    (only,) = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    assert only["filterPattern"] == "WARN"
    logs.delete_metric_filter(logGroupName=group, filterName="again")
    with pytest.raises(ClientError, match="does not exist"):
        logs.delete_metric_filter(logGroupName=group, filterName="again")


def test_a_pattern_can_be_tried(client: Client) -> None:
    answer = client("logs").test_metric_filter(
        filterPattern=SQUID, logEventMessages=[tunnel(200), tunnel(503)]
    )
    (match,) = answer["matches"]
    assert match["eventNumber"] == 2
    assert match["extractedValues"]["$code"] == "TCP_TUNNEL/503"


@pytest.mark.parametrize(
    ("pattern", "transformation", "said"),
    [
        ("a-b", {}, "pattern"),
        ("ERROR", {"metricNamespace": "AWS/Logs"}, "reserved"),
        ("ERROR", {"metricValue": "$elapsed"}, "not a field"),
        ("[a, b]", {"metricValue": "$c"}, "not a field"),
        # hashicorp/terraform-provider-aws#22105, #19608
        ("ERROR", {"dimensions": {"A": "$.a"}}, "not a field"),
        ("{ $.a = * }", {"dimensions": {"A": "$.a"}, "defaultValue": 0}, "mutually exclusive"),
        ("{ $.a = * }", {"dimensions": {n: f"$.{n}" for n in "abcd"}}, "at most 3"),
        ("ERROR", {"unit": "Requests"}, "unit"),
    ],
)
def test_refuses_a_filter_that_aws_refuses(
    client: Client, group: str, pattern: str, transformation: dict[str, Any], said: str
) -> None:
    with pytest.raises(ClientError, match=said):
        count_by(client, group, pattern, "refused", **transformation)


def test_refuses_a_filter_of_a_group_that_is_not_there(client: Client, unique: str) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        count_by(client, unique, "ERROR", "nowhere")


@pytest.fixture
def stream(client: Client, unique: str) -> str:
    """Return the ARN of a Firehose stream that writes to a bucket of its name."""
    client("s3").create_bucket(
        Bucket=unique, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    made = client("firehose").create_delivery_stream(
        DeliveryStreamName=unique,
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::222222222222:role/delivery",
            "BucketARN": f"arn:aws:s3:::{unique}",
        },
    )
    return str(made["DeliveryStreamARN"])


def role(client: Client, name: str, service: str) -> str:
    policy = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
            }
        ]
    }
    made = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy))
    return str(made["Role"]["Arn"])


def subscribe(client: Client, group: str, name: str, stream: str, role_arn: str) -> None:
    client("logs").put_subscription_filter(
        logGroupName=group,
        filterName=name,
        filterPattern="ERROR",
        destinationArn=stream,
        roleArn=role_arn,
    )


def test_a_subscription_sends_the_lines_that_match(
    client: Client, group: str, stream: str, unique: str
) -> None:
    subscribe(client, group, "pipeline", stream, role(client, unique, "logs.amazonaws.com"))
    log(client, group, "INFO a line")
    assert "Contents" not in client("s3").list_objects_v2(Bucket=unique)
    log(client, group, "ERROR a line")
    assert client("s3").list_objects_v2(Bucket=unique)["KeyCount"] == 1


def test_a_group_has_two_subscriptions_and_each_can_be_replaced(
    client: Client, group: str, stream: str, unique: str
) -> None:
    writer = role(client, unique, "logs.eu-west-1.amazonaws.com")
    for name in ("one", "two", "two"):
        subscribe(client, group, name, stream, writer)
    with pytest.raises(ClientError, match="LimitExceeded"):
        subscribe(client, group, "three", stream, writer)


def test_refuses_a_subscription_through_which_logs_may_not_write(
    client: Client, group: str, stream: str, unique: str
) -> None:
    wrong = role(client, unique, "firehose.amazonaws.com")
    for arn in (wrong, wrong + "-missing"):
        with pytest.raises(ClientError, match="assume"):
            subscribe(client, group, "pipeline", stream, arn)
    right = role(client, f"{unique}-right", "logs.amazonaws.com")
    with pytest.raises(ClientError, match="Firehose"):
        subscribe(client, group, "pipeline", stream + "-missing", right)
