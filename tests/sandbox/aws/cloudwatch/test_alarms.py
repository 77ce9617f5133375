"""Alarms in the sandbox: their states follow metrics, and messages reach topics, as on AWS."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from moto.cloudwatch.exceptions import ValidationError

from sandbox.aws.cloudwatch.alarm_checks import check_composite
from sandbox.settings import SandboxSettings
from tests.support.warm_sandboxes import empty_sandbox
from tests.support.watched_account import ACCOUNT, MINUTE, Aws


@pytest.fixture(scope="module")
def account() -> Iterator[Aws]:
    with empty_sandbox(SandboxSettings(account_id=ACCOUNT)) as server:
        yield Aws(server)


@pytest.fixture
def aws(account: Aws) -> Aws:
    account.begin()
    return account


def refused(call: Callable[[], object], said: str) -> None:
    with pytest.raises(ClientError, match=said):
        call()


def test_an_alarm_follows_its_metric_and_tells_its_topic(aws: Aws, unique: str) -> None:
    topic = aws.topic(unique)
    aws.alarm(unique, AlarmActions=[topic], OKActions=[topic])
    assert aws.state(unique) == "INSUFFICIENT_DATA"
    aws.minutes(unique, 1, 1, 1)
    assert (aws.state(unique), aws.messages(topic)) == ("OK", [f"{unique} is OK"])
    aws.minutes(unique, 9, 1, 9)
    assert (aws.state(unique), aws.messages(topic)) == ("ALARM", [f"{unique} is ALARM"])
    aws.minutes(unique, 9)
    assert aws.messages(topic) == []
    aws.minutes(unique, 1, 1)
    assert (aws.state(unique), aws.messages(topic)) == ("OK", [f"{unique} is OK"])


def test_an_updated_alarm_keeps_its_state(aws: Aws, unique: str) -> None:
    aws.alarm(unique)
    aws.minutes(unique, 9, 9, 9)
    aws.alarm(unique, AlarmDescription="another")
    assert aws.state(unique) == "ALARM"


def test_a_period_ends_at_each_minute(aws: Aws, unique: str) -> None:
    aws.alarm(unique, Period=300, EvaluationPeriods=1, DatapointsToAlarm=1)
    aws.minutes(unique, 3, 2)
    assert aws.state(unique) == "OK"
    aws.minutes(unique, 1)
    assert aws.state(unique) == "ALARM"
    aws.minutes(unique, 0, 0, 0)
    assert aws.state(unique) == "OK"


@pytest.mark.parametrize(
    ("missing", "state"), [("breaching", "ALARM"), ("notBreaching", "OK"), ("ignore", "OK")]
)
def test_silence_is_what_the_alarm_says_it_is(
    aws: Aws, unique: str, missing: str, state: str
) -> None:
    aws.alarm(unique, TreatMissingData=missing)
    aws.minutes(unique, 1, 1, 1, *[None] * 6)
    assert aws.state(unique) == state


def test_silence_is_insufficient_data_by_default(aws: Aws, unique: str) -> None:
    aws.alarm(unique)
    aws.minutes(unique, 1, 1, 1, *[None] * 6)
    assert aws.state(unique) == "INSUFFICIENT_DATA"


@pytest.mark.parametrize(("samples", "state"), [(99, "INSUFFICIENT_DATA"), (100, "ALARM")])
def test_a_percentile_of_few_samples_may_be_ignored(
    aws: Aws, unique: str, samples: int, state: str
) -> None:
    aws.alarm(
        unique,
        Statistic=None,
        ExtendedStatistic="p90",
        EvaluateLowSampleCountPercentile="ignore",
    )
    aws.minutes(unique, 9, 9, 9, count=samples)
    assert aws.state(unique) == state


def test_a_percentile_of_few_samples_is_evaluated_by_default(aws: Aws, unique: str) -> None:
    aws.alarm(unique, Statistic=None, ExtendedStatistic="p99")
    aws.minutes(unique, 9, 9, 9)
    assert aws.state(unique) == "ALARM"


def formula(part: str, whole: str, text: str = "IF(FILL(n,0)>=20,100*FILL(x,0)/n,0)") -> Any:
    def metric(id: str, name: str) -> dict[str, Any]:
        named = {"Namespace": "Test", "MetricName": name}
        stat = {"Metric": named, "Period": MINUTE, "Stat": "Sum"}
        return {"Id": id, "ReturnData": False, "MetricStat": stat}

    watched = {"Id": "e", "Expression": text, "ReturnData": True}
    return [metric("x", part), metric("n", whole), watched]


SINGLE: dict[str, Any] = dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))


def test_a_formula_is_watched_by_its_result(aws: Aws, unique: str) -> None:
    aws.alarm(unique, Metrics=formula(f"{unique}-x", f"{unique}-n"), **SINGLE)
    aws.minutes(f"{unique}-n", 19, 19, 19)
    assert aws.state(unique) == "OK"
    for _ in range(3):
        aws.send({f"{unique}-n": 20, f"{unique}-x": 2})
    assert aws.state(unique) == "ALARM"


def test_a_formula_leaves_out_times(aws: Aws, unique: str) -> None:
    """The times are of the periods, so it needs no change when they are over."""
    begins = int(aws.now) + 5 * MINUTE
    at = "EPOCH(n)"
    text = f"IF({at}>{begins - MINUTE}&&{at}<{begins + 10 * MINUTE},5,n+x)"
    queries = formula(f"{unique}-x", f"{unique}-n", text)
    less = {"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching"}
    aws.alarm(unique, Metrics=queries, **less, **SINGLE)
    aws.minutes(f"{unique}-n", 9, 9, 9, 9, 9)
    states = []
    for _ in range(3):
        aws.pass_minutes(5)
        states.append(aws.state(unique))
    assert states == ["OK", "OK", "ALARM"]
    aws.minutes(f"{unique}-n", 9, 9, 9)
    assert aws.state(unique) == "OK"


# A child that a composite names cannot be deleted (hashicorp/terraform-provider-aws#34807).
def test_a_composite_follows_its_children_and_keeps_them(aws: Aws, unique: str) -> None:
    topic, one, other = aws.topic(unique), f"{unique}-1", f"{unique}-2"
    aws.alarm(one)
    aws.alarm(other)
    rule = f'ALARM("{one}") AND NOT ALARM("{other}")'
    aws.composite(unique, rule, AlarmActions=[topic], OKActions=[topic])
    assert (aws.state(unique), aws.messages(topic)) == ("OK", [f"{unique} is OK"])
    aws.set_state(one, "ALARM")
    assert (aws.state(unique), aws.messages(topic)) == ("ALARM", [f"{unique} is ALARM"])
    aws.set_state(other, "ALARM")
    assert (aws.state(unique), aws.messages(topic)) == ("OK", [f"{unique} is OK"])
    refused(lambda: aws.cloudwatch.delete_alarms(AlarmNames=[one]), "composite alarm.s. depending")
    aws.cloudwatch.delete_alarms(AlarmNames=[unique])
    aws.cloudwatch.delete_alarms(AlarmNames=[one, other])


def test_composites_stand_on_composites(aws: Aws, unique: str) -> None:
    aws.alarm(unique)
    aws.composite(f"{unique}-low", f'ALARM("{unique}")')
    aws.composite(f"{unique}-high", f'ALARM("{unique}-low")')
    aws.set_state(unique, "ALARM")
    assert aws.state(f"{unique}-high") == "ALARM"
    refused(
        lambda: aws.cloudwatch.delete_alarms(AlarmNames=[f"{unique}-high", f"{unique}-low"]),
        "one composite",
    )


# API reference, PutCompositeAlarm: "It is possible to create a loop or cycle of composite alarms".
def test_a_circle_is_accepted_and_never_evaluated(aws: Aws, unique: str) -> None:
    aws.alarm(unique)
    aws.composite(f"{unique}-1", f'ALARM("{unique}")')
    aws.composite(f"{unique}-2", f'ALARM("{unique}-1")')
    aws.composite(f"{unique}-1", f'ALARM("{unique}") OR ALARM("{unique}-2")')
    aws.set_state(unique, "ALARM")
    assert aws.state(f"{unique}-1") == "OK"
    refused(lambda: aws.cloudwatch.delete_alarms(AlarmNames=[f"{unique}-1"]), "depending on it")
    aws.composite(f"{unique}-1", "FALSE")
    aws.cloudwatch.delete_alarms(AlarmNames=[f"{unique}-2"])


def test_a_composite_that_was_set_by_hand_stays_until_a_child_changes(
    aws: Aws, unique: str
) -> None:
    aws.alarm(unique)
    aws.composite(f"{unique}-c", f'ALARM("{unique}")')
    aws.set_state(f"{unique}-c", "ALARM")
    aws.pass_minutes(2)
    assert aws.state(f"{unique}-c") == "ALARM"
    aws.set_state(unique, "OK")
    assert aws.state(f"{unique}-c") == "OK"


def suppressed(aws: Aws, unique: str, topic: str, wait: int = 120, extension: int = 180) -> None:
    """Make `unique` over `unique-child`, held back by `unique-outage`."""
    aws.alarm(f"{unique}-child")
    aws.alarm(f"{unique}-outage")
    for name in ("child", "outage"):
        aws.set_state(f"{unique}-{name}", "OK")
    aws.composite(
        unique,
        f'ALARM("{unique}-child")',
        AlarmActions=[topic],
        OKActions=[],
        ActionsSuppressor=f"{unique}-outage",
        ActionsSuppressorWaitPeriod=wait,
        ActionsSuppressorExtensionPeriod=extension,
    )


def quiet(aws: Aws, unique: str, minutes: int, *, outage: float) -> None:
    """Let minutes pass in which the child is in ALARM and the suppressor has this value."""
    for _ in range(minutes):
        aws.send({f"{unique}-child": 9, f"{unique}-outage": outage})


def test_actions_wait_for_the_suppressor_and_are_then_performed(aws: Aws, unique: str) -> None:
    topic = aws.topic(unique)
    suppressed(aws, unique, topic)
    quiet(aws, unique, 3, outage=0)
    assert aws.described(unique)["ActionsSuppressedBy"] == "WaitPeriod"
    assert aws.messages(topic) == []
    quiet(aws, unique, 2, outage=0)
    assert aws.messages(topic) == [f"{unique} is ALARM"]
    assert "ActionsSuppressedBy" not in aws.described(unique)


def test_a_suppressor_in_alarm_holds_actions_back_and_its_end_performs_them(
    aws: Aws, unique: str
) -> None:
    topic = aws.topic(unique)
    suppressed(aws, unique, topic)
    quiet(aws, unique, 6, outage=9)
    assert aws.described(unique)["ActionsSuppressedBy"] == "Alarm"
    assert aws.messages(topic) == []
    quiet(aws, unique, 3, outage=0)
    assert aws.described(unique)["ActionsSuppressedBy"] == "ExtensionPeriod"
    quiet(aws, unique, 4, outage=0)
    assert aws.messages(topic) == [f"{unique} is ALARM"]


def test_a_topic_that_does_not_let_cloudwatch_publish_hears_nothing(aws: Aws, unique: str) -> None:
    policy = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": "*",
            }
        ]
    }
    topic = aws.topic(unique, Policy=json.dumps(policy))
    aws.alarm(unique, AlarmActions=[topic])
    aws.set_state(unique, "ALARM")
    assert aws.messages(topic) == []
    (failed,) = actions(aws, unique)
    assert failed.startswith("Failed")


# aws/aws-cdk#11121: alarms go silently into nothing.
@pytest.mark.parametrize("lets_cloudwatch", [True, False])
def test_a_key_has_to_let_cloudwatch_encrypt(aws: Aws, unique: str, lets_cloudwatch: bool) -> None:
    owner = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Describe*"}
    cloudwatch = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    statements = [owner, cloudwatch] if lets_cloudwatch else [owner]
    policy = {"Statement": [{**each, "Resource": "*"} for each in statements]}
    key = aws.server.client("kms").create_key(Policy=json.dumps(policy))["KeyMetadata"]
    topic = aws.topic(unique, KmsMasterKeyId=key["Arn"])
    aws.alarm(unique, AlarmActions=[topic])
    aws.set_state(unique, "ALARM")
    assert bool(aws.messages(topic)) is lets_cloudwatch


def actions(aws: Aws, name: str) -> list[str]:
    history = aws.cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")
    return [item["HistorySummary"] for item in history["AlarmHistoryItems"]]


def test_disabled_actions_stay_silent(aws: Aws, unique: str) -> None:
    topic = aws.topic(unique)
    aws.alarm(unique, AlarmActions=[topic])
    aws.cloudwatch.disable_alarm_actions(AlarmNames=[unique])
    aws.set_state(unique, "ALARM")
    assert aws.messages(topic) == []
    aws.cloudwatch.enable_alarm_actions(AlarmNames=[unique])
    # Nothing is told of a state that it has already.
    assert aws.messages(topic) == []
    aws.set_state(unique, "OK")
    aws.set_state(unique, "ALARM")
    assert aws.messages(topic) == [f"{unique} is ALARM"]


def test_history_outlives_the_alarm_and_comes_in_pages(aws: Aws, unique: str) -> None:
    aws.alarm(unique)
    for state in ("OK", "ALARM", "OK"):
        aws.set_state(unique, state)
    aws.cloudwatch.delete_alarms(AlarmNames=[unique])
    pages = aws.cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=unique, PaginationConfig={"PageSize": 2}
    )
    kinds = [item["HistoryItemType"] for page in pages for item in page["AlarmHistoryItems"]]
    # The newest first.
    assert kinds == ["ConfigurationUpdate", *["StateUpdate"] * 3, "ConfigurationUpdate"]


def test_described_alarms_are_metric_alarms_unless_others_are_asked_for(
    aws: Aws, unique: str
) -> None:
    aws.alarm(unique)
    aws.composite(f"{unique}-c", f'ALARM("{unique}")')
    answer = aws.cloudwatch.describe_alarms(AlarmNamePrefix=unique)
    assert [alarm["AlarmName"] for alarm in answer["MetricAlarms"]] == [unique]
    assert answer["CompositeAlarms"] == []
    parents = aws.cloudwatch.describe_alarms(ParentsOfAlarmName=unique)["CompositeAlarms"]
    assert [alarm["AlarmName"] for alarm in parents] == [f"{unique}-c"]
    children = aws.cloudwatch.describe_alarms(ChildrenOfAlarmName=f"{unique}-c")["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in children] == [unique]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"Period": 90}, "multiple of 60"),
        ({"DatapointsToAlarm": 4}, "DatapointsToAlarm"),
        ({"Period": 3540, "EvaluationPeriods": 25}, "cannot be checked across"),
        ({"Period": 86400, "EvaluationPeriods": 8}, "cannot be checked across"),
        ({"ExtendedStatistic": "p99"}, "ExtendedStatistic"),
        ({"Statistic": None}, "Statistic"),
        ({"Threshold": None}, "Threshold"),
        ({"TreatMissingData": "bad"}, "TreatMissingData"),
        ({"AlarmActions": [f"arn:aws:sns:eu-west-1:1:{n}" for n in range(6)]}, "at most 5"),
        ({"AlarmActions": ["topic"]}, "arn syntax"),
        ({"Metrics": formula("x", "n")}, "mutually exclusive"),
        ({"Metrics": formula("x", "n", "x/y"), **SINGLE}, "y"),
        ({"Metrics": formula("x", "n", "e+x"), **SINGLE}, "e"),
        ({"Metrics": formula("x", "n", "x/"), **SINGLE}, "expression"),
        ({"Metrics": formula("x", "n")[:2], **SINGLE}, "return data"),
        ({"Metrics": formula("x", "n", "SEARCH('a', 'Sum', 60)"), **SINGLE}, "not supported on"),
        ({"Metrics": formula("x", "n", "x+" * 1024 + "x"), **SINGLE}, "2048 characters"),
        ({"Statistic": "Median"}, "Median"),
        ({"Statistic": None, "ExtendedStatistic": "p101"}, "p101"),
        ({"EvaluateLowSampleCountPercentile": "ignore"}, "percentiles only"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "ComparisonOperator"),
        ({"Dimensions": [{"Name": f"d{n}", "Value": "a"} for n in range(31)]}, "30 dimensions"),
    ],
)
def test_refuses_a_metric_alarm_that_aws_refuses(
    aws: Aws, unique: str, values: dict[str, Any], said: str
) -> None:
    refused(lambda: aws.alarm(unique, **values), said)


@pytest.mark.parametrize(
    ("rule", "values", "said"),
    [
        ('ALARM("nobody")', {}, "do not exist"),
        ("ALARM(", {}, "not an expression"),
        ("TRUE", {"AlarmActions": [f"arn:aws:sns:eu-west-1:1:{n}" for n in range(6)]}, "at most 5"),
        ("TRUE", {"ActionsSuppressorWaitPeriod": 60}, "with ActionsSuppressor only"),
        (
            "TRUE",
            {
                "ActionsSuppressor": "nobody",
                "ActionsSuppressorWaitPeriod": 60,
                "ActionsSuppressorExtensionPeriod": 60,
            },
            "does not exist",
        ),
        ("TRUE", {"ActionsSuppressor": "nobody"}, "WaitPeriod"),
    ],
)
def test_refuses_a_composite_that_aws_refuses(
    aws: Aws, unique: str, rule: str, values: dict[str, Any], said: str
) -> None:
    refused(lambda: aws.composite(unique, rule, **values), said)


def test_an_alarm_is_in_at_most_150_composites() -> None:
    rule = 'ALARM("child")'
    parents = {f"p{n}": SimpleNamespace(name=f"p{n}", rule=rule) for n in range(150)}
    alarms = cast(Any, {"child": SimpleNamespace(name="child", rule=None), **parents})
    assert check_composite({"AlarmName": "p7", "AlarmRule": rule}, alarms)
    with pytest.raises(ValidationError, match="At most 150"):
        check_composite({"AlarmName": "more", "AlarmRule": rule}, alarms)
