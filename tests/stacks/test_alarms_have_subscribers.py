"""Every alarm that notifies has a topic of which `pay doctor` says whether somebody hears of it.
Every other one is named by a composite alarm that notifies.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pay.model import Environment, Stage
from pay.model.environment.monitoring import Notifying
from pay.model.stacks import OVERVIEW, known_stacks
from rollout.doctor.line import DoctorVerdict
from rollout.doctor.topics import PENDING, topic_lines
from tests.support.services import at_stage
from tests.support.synthesised import Synthesised, synthesise

ALARMS = {"aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"}
ACTIONS = ("alarm_actions", "ok_actions", "insufficient_data_actions")
CONFIRMED = "arn:aws:sns:eu-west-1:111111111111:alarms:1"
OF_SERVICES = ("connector", "egress")


@dataclass
class Subscribers:
    """SNS with the same subscriptions of each topic; it keeps which ones it was asked for."""

    arns: tuple[str, ...] = ()
    asked: set[str] = field(default_factory=set)

    def __call__(self, service: str) -> Any:
        return self

    def get_paginator(self, operation: str) -> Any:
        return self

    def paginate(self, *, TopicArn: str) -> Iterator[Mapping[str, Any]]:
        self.asked.add(TopicArn.rpartition(":")[2])
        for arn in self.arns:
            yield {"Subscriptions": [{"SubscriptionArn": arn}]}


def checked(environment: Environment) -> set[str]:
    """Return the topics that `pay doctor` looks at."""
    subscribers = Subscribers()
    list(topic_lines(environment, subscribers))
    return subscribers.asked


def topics_of(stack: Synthesised, alarm: Mapping[str, Any]) -> set[str]:
    """Return the names of the topics that an alarm notifies, of whichever state."""
    references = {arn for name in ACTIONS for arn in alarm.get(name) or ()}
    found = set()
    for reference in references:
        looked_up = re.fullmatch(r"\$\{data\.aws_sns_topic\.(\w+)\.arn\}", reference)
        assert looked_up, f"{alarm['alarm_name']} notifies {reference}, which is no topic"
        found.add(stack.data("aws_sns_topic", looked_up[1])["name"])
    return found


def not_heard(stacks: Iterable[Synthesised], checked: set[str]) -> list[str]:
    """Return the alarms of which nobody may hear, and nothing says so."""
    every = [
        (stack, alarm)
        for stack in stacks
        for kind in ALARMS
        for alarm in stack.document.get("resource", {}).get(kind, {}).values()
    ]
    assert every
    topics = {alarm["alarm_name"]: topics_of(stack, alarm) for stack, alarm in every}
    named = {
        child
        for _, alarm in every
        if alarm.get("alarm_actions")
        for child in re.findall(r'ALARM\("?([^")]+)"?\)', alarm.get("alarm_rule", ""))
    }
    return [
        f"{name}: {sorted(own)}"
        for name, own in topics.items()
        if not (own and own <= checked) and (own or name not in named)
    ]


def test_every_alarm_of_the_estate_is_heard_or_found(
    estate: Mapping[str, Synthesised], environments: Mapping[str, Environment]
) -> None:
    left = dict(estate)
    for environment in environments.values():
        ids = known_stacks({environment.name: environment}).keys() & left.keys()
        own = [left.pop(id) for id in sorted(ids)]
        assert not_heard(own, checked(environment)) == []
    assert [id for id, stack in left.items() if ALARMS & stack.document["resource"].keys()] == []


@pytest.mark.parametrize("stage", [Stage.DARK, Stage.HALF, Stage.CUTOVER, Stage.SOAK])
@pytest.mark.parametrize("notifying", Notifying)
def test_every_alarm_is_heard_or_found_wherever_a_service_stands(
    environments: Mapping[str, Environment], stage: Stage, notifying: Notifying
) -> None:
    moved = environments["production-2"]
    for service in OF_SERVICES:
        moved = at_stage(moved, service, stage)
    assert moved.monitoring
    monitoring = moved.monitoring.model_copy(update={"notifying": notifying})
    moved = moved.model_copy(update={"monitoring": monitoring})
    patterns = [f"{moved.name}-{service}-*" for service in OF_SERVICES]
    stacks = synthesise([moved], [*patterns, OVERVIEW.stack_id(moved.name)]).values()
    assert not_heard(stacks, checked(moved)) == []


@pytest.mark.parametrize(
    ("subscriptions", "verdict"),
    [
        ((), DoctorVerdict.FAILS),
        ((PENDING,), DoctorVerdict.FAILS),
        ((PENDING, CONFIRMED), DoctorVerdict.OK),
    ],
    ids=["nobody", "asked", "confirmed"],
)
def test_each_topic_is_found_until_a_subscriber_confirmed(
    environments: Mapping[str, Environment], subscriptions: tuple[str, ...], verdict: DoctorVerdict
) -> None:
    for environment in environments.values():
        lines = list(topic_lines(environment, Subscribers(subscriptions)))
        assert [line.verdict for line in lines] == [verdict] * len(checked(environment))
