"""Every alarm of the stacks, brought to ALARM and back by metrics: its messages reach its topic.

The alarms, the topics, their policies and their keys are those of the synthesised stacks; the
sandbox evaluates and publishes as AWS does. Alarms with the same settings are tried once.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model import Environment, Severity, Side, names
from pay.model.alarms import HEALTHY_HOSTS_ALARM, Alarm, alarms
from pay.model.expected_traffic import expected_requests
from pay.model.metrics import (
    CONNECTIONS,
    HEALTHY_HOSTS,
    REQUESTS,
    TARGET_5XX,
    TARGET_RESETS,
    Metric,
)
from pay.model.side import ServiceSide
from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.checkout import COMMITTED
from tests.support.stack_ids import platform_stack
from tests.support.synthesised import Synthesised
from tests.support.warm_sandboxes import empty_sandbox

pytestmark = pytest.mark.slow

START = 1_795_694_400
"""A whole hour; the test's clock starts there."""
MOST_MINUTES = 180
"""The sandbox evaluates so many minutes at once."""

ALARM = "aws_cloudwatch_metric_alarm"


@dataclass(frozen=True)
class Watched:
    """An alarm as Terraform writes it, and what the model says of it."""

    resource: Mapping[str, Any]
    row: Alarm
    side: ServiceSide

    @property
    def name(self) -> str:
        return str(self.resource["alarm_name"])

    @property
    def settings(self) -> object:
        """What decides when it goes off, and who hears of it."""
        row = self.row.model_dump(exclude={"description", "threshold"})
        return json.dumps(row, sort_keys=True, default=str)

    @property
    def minutes(self) -> int:
        """How long a failure lasts at most until it goes off, and until it ends."""
        return self.row.period_seconds // 60 * self.row.evaluation_periods + 2

    @property
    def requests(self) -> float:
        return expected_requests(self.side)


def watched(estate: Mapping[str, Synthesised], environment: Environment) -> Iterator[Watched]:
    """Yield the alarms of an environment's sides."""
    for service in environment.services:
        for side in Side:
            stack = estate.get(f"{environment.name}-{service}-{side}")
            own = ServiceSide(CATALOGUE[service], environment, side)
            rows = {
                names.alarm(environment.name, service, side, row.name): row for row in alarms(own)
            }
            made = stack.document.get("resource", {}).get(ALARM, {}) if stack else {}
            for resource in made.values():
                yield Watched(resource, rows[resource["alarm_name"]], own)


def one_of_each(every: Iterable[Watched]) -> Sequence[Watched]:
    """Return one alarm of each settings."""
    return list({each.settings: each for each in every}.values())


@pytest.fixture
def server(environment: Environment) -> Iterator[Server]:
    """The environment's account."""
    with empty_sandbox(SandboxSettings(account_id=environment.account_id)) as started:
        yield started


@pytest.fixture
def environment(request: pytest.FixtureRequest, environments: Mapping[str, Environment]) -> Any:
    return environments[request.param]


@pytest.fixture
def topics(
    estate: Mapping[str, Synthesised], environment: Environment, server: Server
) -> Mapping[Severity, str]:
    """Make the topics as the environment's platform has them, each with a queue."""
    platform = estate[platform_stack(environment.name)]
    policy = platform.resource("aws_kms_key", "alarms_key")["policy"]
    key = server.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    return {severity: _topic(platform, severity, key, server) for severity in Severity}


def _topic(platform: Synthesised, severity: Severity, key: str, server: Server) -> str:
    resources = platform.document["resource"]
    (topic,) = (id for id in resources["aws_sns_topic"] if id.endswith(f"{severity}_topic"))
    (policy,) = (
        each["policy"]
        for each in resources["aws_sns_topic_policy"].values()
        if f".{topic}." in each["arn"]
    )
    name = resources["aws_sns_topic"][topic]["name"]
    sns, sqs = server.client("sns"), server.client("sqs")
    arn: str = sns.create_topic(Name=name, Attributes={"KmsMasterKeyId": key})["TopicArn"]
    # Terraform puts the ARN in the place of the reference.
    policy = policy.replace(f"${{aws_sns_topic.{topic}.arn}}", arn)
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    sqs.create_queue(QueueName=name)
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=arn.replace(":sns:", ":sqs:"))
    return arn


def messages(server: Server, topic: str) -> set[str]:
    """Take what a topic's queue received: `NAME is STATE`."""
    sqs = server.client("sqs")
    url = sqs.get_queue_url(QueueName=topic.rpartition(":")[2])["QueueUrl"]
    found = set[str]()
    while taken := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in taken:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            told = json.loads(json.loads(message["Body"])["Message"])
            found.add(f"{told['AlarmName']} is {told['NewStateValue']}")
    return found


def dimensions(alarm: Watched, metric: Mapping[str, Any]) -> dict[str, str]:
    """Return a metric's dimensions, with names for the ends of ARNs, which Terraform knows."""
    known = {
        "LoadBalancer": f"app/{alarm.side.load_balancer}/1",
        "TargetGroup": f"targetgroup/{alarm.side.target_group}/1",
    }
    return {name: known.get(name, value) for name, value in metric["dimensions"].items()}


def put(alarm: Watched, cloudwatch: Any, topic: str) -> None:
    """Make the alarm as the provider does, with this topic."""
    resource = alarm.resource
    # The data source that looks the topic up is named by its severity.
    assert resource["alarm_actions"] == resource["ok_actions"]
    assert resource["alarm_actions"] == [f"${{data.aws_sns_topic.{alarm.row.severity}_topic.arn}}"]
    asked: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmActions": [topic],
        "OKActions": [topic],
        "ComparisonOperator": resource["comparison_operator"],
        "EvaluationPeriods": resource["evaluation_periods"],
        "DatapointsToAlarm": resource["datapoints_to_alarm"],
        "Threshold": resource["threshold"],
        "TreatMissingData": resource["treat_missing_data"],
    }
    if queries := resource.get("metric_query"):
        asked["Metrics"] = [_query(alarm, query) for query in queries]
    else:
        asked |= {
            "Namespace": resource["namespace"],
            "MetricName": resource["metric_name"],
            "Period": resource["period"],
            "Dimensions": _pairs(dimensions(alarm, resource)),
            **{
                key: resource[name]
                for key, name in (
                    ("Statistic", "statistic"),
                    ("ExtendedStatistic", "extended_statistic"),
                    ("EvaluateLowSampleCountPercentile", "evaluate_low_sample_count_percentiles"),
                )
                if name in resource
            },
        }
    cloudwatch.put_metric_alarm(**asked)


def _query(alarm: Watched, query: Mapping[str, Any]) -> dict[str, Any]:
    if "expression" in query:
        return {"Id": query["id"], "Expression": query["expression"], "ReturnData": True}
    metric = query["metric"]
    named = {
        "Namespace": metric["namespace"],
        "MetricName": metric["metric_name"],
        "Dimensions": _pairs(dimensions(alarm, metric)),
    }
    stat = {"Metric": named, "Period": metric["period"], "Stat": metric["stat"]}
    return {"Id": query["id"], "ReturnData": False, "MetricStat": stat}


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def feed(server: Server, alarm: Watched, minutes: range, *, fails: bool) -> None:
    """Send minutes after the start in which every request, or none, fails, and a task, or none, is
    ill: whole requests, at the rate that the side expects at least.
    """
    rows = dict[Metric, list[tuple[int, float, float]]]()
    for minute in minutes:
        for metric, value, times in _minute(alarm, minute, fails=fails):
            rows.setdefault(metric, []).append((START + 60 * minute, value, times))
    body = [
        {
            "namespace": metric.namespace,
            "name": metric.name,
            "dimensions": dimensions(alarm, {"dimensions": dict.fromkeys(metric.dimensions)}),
            "points": points,
        }
        for metric, points in rows.items()
    ]
    server.administer("metrics", method="POST", body=body)


def _minute(alarm: Watched, minute: int, *, fails: bool) -> Iterator[tuple[Metric, float, float]]:
    """Yield what the load balancer sends of a minute: no zeros."""
    side, row = alarm.side, alarm.row
    if row.name == HEALTHY_HOSTS_ALARM:
        yield HEALTHY_HOSTS[side.service.load_balancer_type], side.needed_tasks - fails, 1
        return
    requests = int(alarm.requests * (minute + 1)) - int(alarm.requests * minute)
    if not requests:
        return
    if isinstance(row.metric, Metric):
        yield row.metric, row.threshold + 1 if fails else 0.1, requests
    else:
        whole, part = (
            (CONNECTIONS, TARGET_RESETS) if row.name == "resets" else (REQUESTS, TARGET_5XX)
        )
        yield whole, requests, 1
        if fails:
            yield part, requests, 1


@pytest.mark.parametrize("environment", sorted(load_environments(COMMITTED)), indirect=True)
def test_every_alarm_goes_off_and_ends_and_its_topic_hears_of_both(
    estate: Mapping[str, Synthesised],
    environment: Environment,
    topics: Mapping[Severity, str],
    server: Server,
) -> None:
    chosen = one_of_each(watched(estate, environment))
    assert {alarm.row.severity for alarm in chosen} == set(Severity)
    cloudwatch = server.client("cloudwatch")
    server.administer("clock", method="POST", body={"now": START})
    for alarm in chosen:
        put(alarm, cloudwatch, topics[alarm.row.severity])
    end = 2 * max(alarm.minutes for alarm in chosen)
    for alarm in chosen:
        # Silence means that there is no target; of requests it means that there are none.
        lasts = end if alarm.row.name == HEALTHY_HOSTS_ALARM else 2 * alarm.minutes
        feed(server, alarm, range(alarm.minutes), fails=True)
        feed(server, alarm, range(alarm.minutes, lasts), fails=False)
    for minute in (*range(MOST_MINUTES, end, MOST_MINUTES), end):
        server.administer("clock", method="POST", body={"now": START + 60 * minute})
        # The sandbox evaluates at the next call.
        cloudwatch.describe_alarms(MaxRecords=1)
    for severity, topic in topics.items():
        names_of = [alarm.name for alarm in chosen if alarm.row.severity is severity]
        heard = messages(server, topic)
        assert heard == {f"{name} is {state}" for name in names_of for state in ("ALARM", "OK")}
