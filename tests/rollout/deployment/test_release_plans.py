"""What the plans of a release may change: images, the revision that has them, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.stacks import TASKS, side_stack
from rollout.deployment.release_checks import RequestedRelease
from rollout.deployment.release_plans import others, plan_release, runs_only_another_revision
from tests.conftest import ROOT
from tests.support.plans import (
    ENVIRONMENT,
    FARGATE,
    REGISTRY,
    TRAFFIC,
    change,
    container,
    plan,
    read,
    stage_change,
    task_definition,
)

TASK = "aws_ecs_task_definition.task"
SERVICE = "aws_ecs_service.service"
DIGEST = f"sha256:{'a' * 64}"
NEW_IMAGE = container(image=f"registry.test/publicauth@{DIGEST}")


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


TASKS_STACK = TASKS.stack_id(ENVIRONMENT)
MIGRATION = "aws_ecs_task_definition.publicauth_migration"


@dataclass
class Terraform:
    """Plans nothing but a new image of the migration, and keeps the variables of each plan."""

    environment: Environment
    is_applied: bool
    passed: dict[str, dict[str, str]] = field(default_factory=dict)

    def init(self, _: str) -> None: ...

    def has(self, _: str) -> bool:
        return True

    def state_version(self, _: str) -> tuple[str, int] | None:
        return ("lineage", 3) if self.is_applied else None

    def plan(self, stack: str, file: Path, *, variables: Path | None) -> None:
        self.passed[stack] = json.loads(variables.read_text()) if variables else {}
        file.touch()

    def show(self, stack: str, *files: Path) -> bytes:
        if files:
            if stack == TRAFFIC:
                unchanged = stage_change(self.environment, Stage.LEGACY, Stage.LEGACY)
                return json.dumps(unchanged).encode()
            pinned = container(image=f"{REGISTRY}/publicauth@{DIGEST}")
            changes = [task_definition([container()], [pinned])] if stack == TASKS_STACK else []
            return json.dumps(plan(stack, *changes)).encode()
        others = [{"name": "ledger", "image": "registry/ledger:7-release"}]
        values = {"container_definitions": json.dumps(others)}
        held = {"address": MIGRATION, "type": MIGRATION.partition(".")[0], "mode": "managed"}
        resources = [{**held, "name": "ledger_migration", "values": values}]
        return json.dumps({"values": {"root_module": {"resources": resources}}}).encode()


@pytest.mark.parametrize("is_applied", [True, False])
def test_the_migration_gets_the_digest_and_other_tasks_keep_what_they_run(
    tmp_path: Path, sandbox: Environment, is_applied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAY_ENVIRONMENTS", str(ROOT / "environments"))
    asked = RequestedRelease(ROOT / "environments", sandbox, CATALOGUE["publicauth"], 12, "me")
    terraform: Any = Terraform(sandbox, is_applied)
    tags = {"application_image_tag": DIGEST}
    plans = plan_release(asked, terraform, tmp_path, {Side.EC2: tags}, migration=DIGEST)
    assert terraform.passed[side_stack(ENVIRONMENT, "publicauth", Side.EC2)] == tags
    if is_applied:
        running = {"ledger_image_tag": "7-release"}
        assert terraform.passed[TASKS_STACK] == {**running, "publicauth_image_tag": DIGEST}
        assert (plans.findings, plans.changes(TASKS_STACK)) == ((), True)
    else:
        [finding] = plans.findings
        assert finding.reason == f"{TASKS_STACK} is not applied: it has the migration of publicauth"
        assert TASKS_STACK not in terraform.passed
