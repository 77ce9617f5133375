"""What the plans of a release may change: images, the revision that has them, and nothing else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment, Stage
from rollout.delivery.release_plans import others, runs_only_another_revision
from tests.support.plans import (
    ENVIRONMENT,
    FARGATE,
    change,
    container,
    plan,
    read,
    stage_change,
    task_definition,
)

TASK = "aws_ecs_task_definition.task"
SERVICE = "aws_ecs_service.service"
NEW_IMAGE = container(image=f"registry.test/publicauth@sha256:{'a' * 64}")


def service(**changes: Any) -> dict[str, Any]:
    before = {"name": "publicauth", "desired_count": 2, "task_definition": "arn:1"}
    after = {**before, "task_definition": None, **changes}
    return change(SERVICE, before, after, unknown={"task_definition": True})


def reasons(folder: Path, environment: Environment, *plans: Mapping[str, Any]) -> list[str]:
    found = read(folder, [dict(each) for each in plans], environment).plans
    return [finding.reason for each in found for finding in others(each)]


@pytest.fixture
def sandbox(environments: Mapping[str, Environment]) -> Environment:
    return environments[ENVIRONMENT]


def test_a_new_image_and_the_revision_that_has_it_are_a_release(
    tmp_path: Path, sandbox: Environment
) -> None:
    release = plan(FARGATE, task_definition([container()], [NEW_IMAGE]), service())
    assert reasons(tmp_path, sandbox, release) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([service(desired_count=3)], f"{SERVICE}: desired_count"),
        (
            [task_definition([container()], [{**NEW_IMAGE, "memory": 1024}])],
            "publicauth: memory",
        ),
        (
            [
                task_definition(
                    [container()],
                    [{**NEW_IMAGE, "environment": [{"name": "PORT", "value": "9"}]}],
                )
            ],
            "publicauth: variable PORT",
        ),
        (
            [task_definition([container()], [NEW_IMAGE, container("nginx")])],
            "nginx: ",
        ),
        ([change(TASK, {"cpu": "256"}, {"cpu": "512"})], f"{TASK}: cpu"),
        ([change("aws_iam_role.task", {"name": "a"}, {"name": "b"})], "aws_iam_role.task"),
        ([change(SERVICE, {"name": "publicauth"}, None)], SERVICE),
    ],
    ids=["tasks", "memory", "variable", "container", "size", "role", "deletion"],
)
def test_whatever_else_changes_is_named(
    tmp_path: Path, sandbox: Environment, changes: list[Any], said: str
) -> None:
    [reason] = reasons(tmp_path, sandbox, plan(FARGATE, *changes))
    assert said in reason


def test_a_record_that_would_change_is_an_open_move(tmp_path: Path, sandbox: Environment) -> None:
    moved = stage_change(sandbox, Stage.READY, Stage.CANARY)
    found = reasons(tmp_path, sandbox, moved)
    assert found
    assert all("a move of the stage is open" in reason for reason in found)


@pytest.mark.parametrize(
    ("drifted", "is_only_another"),
    [({"task_definition": "arn:2"}, True), ({"desired_count": 9}, False), ({}, False)],
)
def test_a_revision_that_a_killed_run_left_is_no_drift(
    tmp_path: Path, sandbox: Environment, drifted: dict[str, Any], is_only_another: bool
) -> None:
    before = {"name": "publicauth", "desired_count": 2, "task_definition": "arn:1"}
    drift = [change(SERVICE, before, {**before, **drifted})] if drifted else []
    drifting = plan(FARGATE, service(), resource_drift=drift)
    [found] = read(tmp_path, [drifting], sandbox).plans
    assert runs_only_another_revision(found, SERVICE) == is_only_another
