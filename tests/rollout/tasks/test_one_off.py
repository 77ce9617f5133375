"""A task is followed from its start to its end, as ECS lists it."""

from collections.abc import Mapping
from typing import Any

import pytest

from pay.model import Environment
from rollout.aws.polling import Clock
from rollout.tasks.one_off import APPEARS_SECONDS, CLOCK, Runner
from rollout.terminal.refusal import Failed

TASK = "arn:aws:ecs:eu-west-1:555555555555:task/sandbox-fargate/a"
ENDED = {
    "taskArn": TASK,
    "lastStatus": "STOPPED",
    "containers": [{"name": "connector", "exitCode": 0}],
}


class Ecs:
    """Lists a task after some answers without it."""

    def __init__(self, unlisted: int) -> None:
        self.unlisted = unlisted

    def describe_tasks(self, **_: object) -> dict[str, Any]:
        self.unlisted -= 1
        return {"tasks": [] if self.unlisted >= 0 else [ENDED]}


def runner(environment: Environment, ecs: Ecs) -> Runner:
    passed = [0.0]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    clock = Clock(lambda: passed[0], sleep, CLOCK.poll_seconds)
    return Runner(environment, lambda _: ecs, lambda _: None, clock)


def test_waits_for_a_task_that_ecs_does_not_list_yet(
    environments: Mapping[str, Environment],
) -> None:
    assert runner(environments["sandbox"], Ecs(2)).follow(TASK, "connector").is_good


def test_gives_up_on_a_task_that_ecs_never_lists(environments: Mapping[str, Environment]) -> None:
    never = runner(environments["sandbox"], Ecs(1 + int(APPEARS_SECONDS / CLOCK.poll_seconds)))
    with pytest.raises(Failed, match="ECS no longer knows"):
        never.follow(TASK, "connector")
