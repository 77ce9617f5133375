"""What the guard refuses of changes in place of alarms: what decides whether a service moves."""

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import (
    EC2,
    FARGATE,
    Json,
    change,
    plan,
)

ALARM = "aws_cloudwatch_metric_alarm.errors"
RULE = {"changes-only-what-is-harmless"}

TOPIC = "arn:aws:sns:eu-west-1:555555555555:sandbox-alarms-critical"
OTHER_TOPIC = "arn:aws:sns:eu-west-1:555555555555:sandbox-alarms-warning"
WATCHED: Json = {
    **{"alarm_actions": [TOPIC], "ok_actions": [TOPIC], "actions_enabled": True},
    **{"comparison_operator": "GreaterThanThreshold", "threshold": 5, "period": 60},
    **{"evaluation_periods": 3, "datapoints_to_alarm": 2, "treat_missing_data": "missing"},
    **{"namespace": "AWS/ApplicationELB", "metric_name": "Errors", "statistic": "Sum"},
    "dimensions": {"LoadBalancer": "app/own"},
}
BLUNTED: list[Json] = [
    {"alarm_actions": []},
    {"alarm_actions": [OTHER_TOPIC]},
    {"alarm_actions": [TOPIC, OTHER_TOPIC.replace("5" * 12, "6" * 12)]},
    {"alarm_actions": [TOPIC, "arn:aws:lambda:eu-west-1:555555555555:function:a"]},
    {"insufficient_data_actions": [OTHER_TOPIC.replace("5" * 12, "6" * 12)]},
    {"ok_actions": []},
    {"actions_enabled": False},
    {"threshold": 6},
    {"comparison_operator": "LessThanThreshold"},
    {"period": 300},
    {"period": 10},
    {"evaluation_periods": 2},
    {"datapoints_to_alarm": 3},
    {"evaluation_periods": 10, "datapoints_to_alarm": 10},
    {"treat_missing_data": "notBreaching"},
    {"treat_missing_data": "ignore"},
    {"metric_name": "Requests"},
    {"namespace": "AWS/NetworkELB"},
    {"statistic": "Average"},
    {"unit": "Bytes"},
    {"dimensions": {"LoadBalancer": "app/other"}},
    {"dimensions": {}},
    {"metric_query": [{"id": "e1", "expression": "0"}]},
]
STRICTER: list[Json] = [
    {"alarm_description": "other words"},
    {"alarm_actions": [OTHER_TOPIC, TOPIC]},
    {"threshold": 4},
    {"comparison_operator": "GreaterThanOrEqualToThreshold"},
    {"datapoints_to_alarm": 1},
    {"evaluation_periods": 1, "datapoints_to_alarm": 1},
    {"treat_missing_data": "breaching"},
    {"tags": {"a": "b"}},
]
DECIDES = [s for s in Stage if Stage.READY.position <= s.position <= Stage.SOAK.position]


@pytest.mark.parametrize("blunted", BLUNTED)
def test_refuses_to_blunt_the_alarm_of_a_side_that_can_serve(refused: Judge, blunted: Json) -> None:
    entry = change(ALARM, WATCHED, {**WATCHED, **blunted}, actions=["update"])
    for stage in DECIDES:
        assert found(refused, plan(EC2, entry), stage=stage) == RULE
        assert found(refused, plan(FARGATE, entry), stage=stage) == RULE
    # The side that serves, and one that DNS can still reach.
    assert found(refused, plan(EC2, entry), stage=Stage.LEGACY) == RULE
    assert found(refused, plan(EC2, entry), stage=Stage.DETACHED) == RULE
    assert found(refused, plan(FARGATE, entry), stage=Stage.DETACHED) == RULE
    assert found(refused, plan(FARGATE, entry), stage=Stage.RETIRED) == RULE
    assert found(refused, plan(FARGATE, entry), stage=Stage.DARK) == set()
    assert found(refused, plan(EC2, entry), stage=Stage.RETIRED) == set()


@pytest.mark.parametrize("stricter", STRICTER)
def test_lets_an_alarm_get_stricter(refused: Judge, stricter: Json) -> None:
    entry = change(ALARM, WATCHED, {**WATCHED, **stricter}, actions=["update"])
    for stage in DECIDES:
        assert found(refused, plan(FARGATE, entry), stage=stage) == set()
