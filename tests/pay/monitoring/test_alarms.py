"""What watches a service, as CloudWatch is given it."""

from collections.abc import Mapping

import pytest
from cdktf import TerraformStack

from pay.catalogue import CATALOGUE
from pay.model import Environment, Stage
from pay.model.monitoring.service_alarms import alarms_over_both
from pay.monitoring.alarms import ServiceAlarms
from pay.monitoring.lookups import looked_up_sides
from tests.support.services import at_stage
from tests.support.synthesised import Synthesised, rendered


def alarms_of(environment: Environment, service: str, stage: Stage) -> Synthesised:
    moved, entry = at_stage(environment, service, stage), CATALOGUE[service]

    def build(stack: TerraformStack) -> None:
        looked_up = looked_up_sides(stack, entry, moved)
        ServiceAlarms(stack, service=entry, environment=moved, looked_up=looked_up)

    return rendered(build)


@pytest.mark.parametrize("service", ["connector", "egress"])
def test_each_alarm_over_both_sides_is_one_of_the_model(
    environments: Mapping[str, Environment], service: str
) -> None:
    environment = environments["test-12"]
    stack = alarms_of(environment, service, Stage.HALF)
    made = {
        resource["alarm_name"]: resource
        for kind in ("metric", "composite")
        for resource in stack.document["resource"][f"aws_cloudwatch_{kind}_alarm"].values()
    }
    moved = at_stage(environment, service, Stage.HALF)
    assert made.keys() == alarms_over_both(CATALOGUE[service], moved).keys()
    share = made.pop(f"test-12-{service}-share")
    assert "alarm_actions" not in share
    assert all(resource["alarm_actions"] for resource in made.values())
    rollback = made[f"test-12-{service}-rollback"]
    assert rollback["actions_suppressor"]["alarm"] == "test-12-platform-outage"
    assert rollback["depends_on"] == ["aws_cloudwatch_metric_alarm.share_alarm"]


def test_a_dip_notifies_by_the_composite_alarm_that_names_it(
    environments: Mapping[str, Environment],
) -> None:
    stack = alarms_of(environments["production-2"], "connector", Stage.HALF)
    assert "alarm_actions" not in stack.resource("aws_cloudwatch_metric_alarm", "dip_alarm")
    rollback = stack.resource("aws_cloudwatch_composite_alarm", "rollback_alarm")
    assert 'ALARM("production-2-connector-dip")' in rollback["alarm_rule"]
    assert "aws_cloudwatch_metric_alarm.dip_alarm" in rollback["depends_on"]


def test_one_side_alone_is_looked_up_and_has_no_alarm_over_both(
    environments: Mapping[str, Environment],
) -> None:
    stack = alarms_of(environments["test-12"], "publicauth", Stage.DARK)
    assert set(stack.document["data"]["aws_lb"]) == {"ec2_alb"}
    assert "resource" not in stack.document


def test_dead_letters_are_watched_at_every_stage(environments: Mapping[str, Environment]) -> None:
    for stage in (Stage.LEGACY, Stage.DETACHED):
        alarms = alarms_of(environments["test-12"], "ledger", stage).document["resource"]
        [alarm] = alarms["aws_cloudwatch_metric_alarm"].values()
        assert alarm["dimensions"] == {"QueueName": "test-12-payment-event-dead-letter"}
        assert alarm["alarm_actions"] == ["${data.aws_sns_topic.warning_topic.arn}"]
