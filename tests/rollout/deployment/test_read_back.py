"""What counts as running: this deployment, completed, every task with every digest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side
from pay.model.side import ServiceSide
from rollout.aws.polling import Clock
from rollout.deployment import read_back
from rollout.deployment.read_back import (
    NotRunning,
    PrimaryDeployment,
    primary,
    require_running,
    settled,
)

OURS, BEFORE = "ecs-svc/2", "ecs-svc/1"
FAMILY = "arn:aws:ecs:eu-west-1:555555555555:task-definition/sandbox_connector_FG"
NEW, OLD = f"{FAMILY}:2", f"{FAMILY}:1"
DIGESTS = {"connector": "sha256:" + "a" * 64, "nginx": "sha256:" + "b" * 64}
WANTED = {name: {digest} for name, digest in DIGESTS.items()}


def task(started_by: str = OURS, revision: str = NEW, **digests: str) -> dict[str, Any]:
    containers = {**DIGESTS, **digests}
    return {
        "startedBy": started_by,
        "taskDefinitionArn": revision,
        "containers": [{"name": k, "imageDigest": v} for k, v in containers.items()],
    }


def deployment(id: str = OURS, revision: str = NEW, **changes: Any) -> dict[str, Any]:
    return {
        "id": id,
        "status": "PRIMARY",
        "taskDefinition": revision,
        "rolloutState": "COMPLETED",
        "desiredCount": 2,
        "runningCount": 2,
        "failedTasks": 0,
        **changes,
    }


@dataclass
class Ecs:
    """Answers as ECS does; the last list of deployments stays."""

    deployments: list[list[dict[str, Any]]]
    running: list[dict[str, Any]] = field(default_factory=lambda: [task(), task()])
    stopped: list[dict[str, Any]] = field(default_factory=list)

    def describe_services(self, **_: Any) -> Any:
        now = self.deployments.pop(0) if len(self.deployments) > 1 else self.deployments[0]
        return {"services": [{"status": "ACTIVE", "deployments": now}] if now else []}

    def describe_task_definition(self, **_: Any) -> Any:
        images = [{"name": name, "image": f"r/{name}@{d}"} for name, d in DIGESTS.items()]
        return {"taskDefinition": {"containerDefinitions": images}}

    def get_paginator(self, _: str) -> "Ecs":
        return self

    def paginate(self, *, desiredStatus: str, **_: Any) -> Iterator[Any]:
        yield {"taskArns": [f"{desiredStatus} {n}" for n in range(len(self._tasks(desiredStatus)))]}

    def _tasks(self, status: str) -> list[dict[str, Any]]:
        return self.running if status == "RUNNING" else self.stopped

    def describe_tasks(self, *, tasks: list[str], **_: Any) -> Any:
        return {"tasks": self._tasks(tasks[0].split()[0])}


@pytest.fixture
def side(environments: Mapping[str, Environment], monkeypatch: pytest.MonkeyPatch) -> ServiceSide:
    monkeypatch.setattr(read_back, "CLOCK", Clock(poll_seconds=0))
    monkeypatch.setattr(read_back, "SCALING_SECONDS", 0)
    return ServiceSide(CATALOGUE["connector"], environments["sandbox"], Side.FARGATE)


def test_our_completed_deployment_with_every_digest_runs(side: ServiceSide) -> None:
    ecs = Ecs([[deployment(rolloutState="IN_PROGRESS")], [deployment(failedTasks=1)]])
    found = require_running(side, ecs, NEW, WANTED)
    assert (found.id, found.running, found.failed) == (OURS, 2, 1)


def test_one_of_the_images_of_an_index_may_be_what_runs(side: ServiceSide) -> None:
    child = "sha256:" + "c" * 64
    ecs = Ecs([[deployment()]], [task(connector=child), task(connector=child)])
    wanted = {**WANTED, "connector": {DIGESTS["connector"], child}}
    assert require_running(side, ecs, NEW, wanted).id == OURS


def test_a_deployment_that_was_rolled_back_is_no_success(side: ServiceSide) -> None:
    """The service is steady: its primary deployment completed, on the old revision."""
    stopped = {**task(), "stoppedReason": "CannotPullContainerError: not found"}
    before = [task(BEFORE, OLD), task(BEFORE, OLD)]
    ecs = Ecs([[deployment(BEFORE, OLD)]], before, [stopped, stopped])
    with pytest.raises(NotRunning, match=r"_FG:1 again: .*_FG:2 was rolled back \(CannotPull"):
        require_running(side, ecs, NEW, WANTED)


@pytest.mark.parametrize(
    ("deployments", "running", "said"),
    [
        ([deployment(rolloutState="FAILED")], [task(), task()], "ecs-svc/2 is FAILED"),
        ([deployment(runningCount=1)], [task()], "1 of 2 tasks run"),
        ([deployment()], [task(), task(BEFORE)], "1 of 2 tasks are of deployment ecs-svc/2"),
        ([deployment()], [task(), task(nginx="sha256:old")], "nginx runs sha256:old, and not"),
        ([deployment()], [task(), task(nginx="")], "nginx runs an unknown digest"),
        ([deployment()], [task()], "1 of 1 tasks are of deployment"),
        ([], [], "is not there"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_else_runs_is_no_success(
    side: ServiceSide, deployments: list[Any], running: list[Any], said: str
) -> None:
    with pytest.raises(NotRunning, match=said):
        require_running(side, Ecs([deployments], running), NEW, WANTED)


def test_a_task_that_scaling_starts_while_it_is_read_is_waited_for(
    side: ServiceSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its container has no digest until it runs: that is no reason to put the old images back."""
    monkeypatch.setattr(read_back, "SCALING_SECONDS", 20)
    ecs = Ecs([[deployment(desiredCount=3)]], [task(), task(), task(nginx="")])
    monkeypatch.setattr(read_back, "CLOCK", Clock(sleep=lambda _: _start_the_third(ecs)))
    assert require_running(side, ecs, NEW, WANTED).running == 3


def _start_the_third(ecs: Ecs) -> None:
    ecs.deployments, ecs.running = [[deployment(desiredCount=3, runningCount=3)]], [task()] * 3


def test_a_deployment_in_progress_is_waited_for(side: ServiceSide) -> None:
    ecs = Ecs([[deployment(rolloutState="IN_PROGRESS")]] * 3 + [[deployment()]])
    found = settled(side, ecs)
    assert isinstance(found, PrimaryDeployment)
    assert found.rollout_state == "COMPLETED"


def test_a_side_that_does_not_exist_has_no_deployment(side: ServiceSide) -> None:
    assert primary(side, Ecs([[]])) is None
