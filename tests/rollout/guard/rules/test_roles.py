"""What the guard refuses about what runs, and about the roles that it runs under."""

import json
from typing import Any

import pytest

from pay.model import Segment, Side, Stage, names
from tests.rollout.guard.conftest import Judge
from tests.support.plans import EC2, ENVIRONMENT, PLATFORM, SERVICE, Json, change, container, plan

ACCOUNT = "555555555555"
TASK_ROLE = names.task_role(ENVIRONMENT, SERVICE, Side.EC2)
EXECUTION_ROLE = names.execution_role(ENVIRONMENT, SERVICE, Side.EC2)
INSTANCE_ROLE = names.instance_role(ENVIRONMENT, Segment.CDE)
OWN = {"runs-under-its-own-role"}


def arn(name: str, *, kind: str = "role", account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:{kind}/{name}"


def found(refused: Judge, stack: str, *changes: Json, **more: Any) -> set[str]:
    refusals = refused(plan(stack, *changes, **more), stage=Stage.LEGACY)
    return {refusal.rule for refusal in refusals}


def task(**roles: object) -> Json:
    values = {"container_definitions": json.dumps([container()])}
    was = {**values, "task_role_arn": arn(TASK_ROLE), "execution_role_arn": arn(EXECUTION_ROLE)}
    return change(
        "aws_ecs_task_definition.task", was, {**was, **roles}, actions=["create", "delete"]
    )


def test_lets_tasks_run_under_the_roles_of_their_side_and_not_without(refused: Judge) -> None:
    assert found(refused, EC2, task()) == set()
    assert found(refused, EC2, task(task_role_arn=None)) == {"keeps-its-containers"}


@pytest.mark.parametrize(
    "roles",
    [
        {"task_role_arn": arn("administrator")},
        {"task_role_arn": arn(names.task_role(ENVIRONMENT, "connector", Side.EC2))},
        {"task_role_arn": arn(names.task_role(ENVIRONMENT, SERVICE, Side.FARGATE))},
        {"task_role_arn": arn(EXECUTION_ROLE)},
        {"task_role_arn": arn(TASK_ROLE, account="999999999999")},
        {"task_role_arn": arn(f"other/{TASK_ROLE}")},
        {"execution_role_arn": arn("administrator")},
    ],
)
def test_refuses_tasks_under_another_role(refused: Judge, roles: Json) -> None:
    assert found(refused, EC2, task(**roles)) == OWN


def test_refuses_tasks_with_a_role_outside_a_side(refused: Judge) -> None:
    assert found(refused, PLATFORM, task()) == OWN


def new_task(role: str, *references: str) -> tuple[list[Json], Json]:
    """A first plan, in which no ARN is known: a role, a task, and what the task refers to."""
    definition = change(
        "aws_ecs_task_definition.task",
        None,
        {"container_definitions": json.dumps([container()])},
        unknown={"task_role_arn": True},
    )
    made = change("aws_iam_role.task_role", None, {"name": role})
    expressions = {"task_role_arn": {"references": list(references)}} if references else {}
    blocks = [{"address": "aws_ecs_task_definition.task", "expressions": expressions}]
    configuration = plan(EC2)["configuration"] | {"root_module": {"resources": blocks}}
    return [made, definition], configuration


MADE = ("aws_iam_role.task_role.arn", "aws_iam_role.task_role")


def test_lets_a_new_task_refer_to_the_new_role_of_its_side(refused: Judge) -> None:
    changes, configuration = new_task(TASK_ROLE, *MADE)
    assert found(refused, EC2, *changes, configuration=configuration) == set()


@pytest.mark.parametrize(
    ("role", "references"),
    [
        ("administrator", MADE),
        (TASK_ROLE, ()),
        (TASK_ROLE, ("aws_iam_role.task_role_of_others.arn",)),
        (TASK_ROLE, (*MADE, "data.aws_iam_role.other.arn")),
    ],
)
def test_refuses_a_new_task_that_may_run_under_another_role(
    refused: Judge, role: str, references: tuple[str, ...]
) -> None:
    changes, configuration = new_task(role, *references)
    assert found(refused, EC2, *changes, configuration=configuration) == OWN


FAMILY = names.task_family(ENVIRONMENT, SERVICE, Side.EC2)
OTHER_FAMILY = {"runs-its-own-task-definition"}


def revision(family: str, *, account: str = ACCOUNT, region: str = "eu-west-1") -> str:
    return f"arn:aws:ecs:{region}:{account}:task-definition/{family}:7"


def service(after: object, **more: Any) -> Json:
    was = {"name": SERVICE, "desired_count": 2, "task_definition": revision(FAMILY)}
    return change("aws_ecs_service.service", was, {**was, "task_definition": after}, **more)


@pytest.mark.parametrize("after", [f"{FAMILY}:8", FAMILY, revision(FAMILY).replace(":7", ":6")])
def test_lets_a_service_run_a_revision_of_its_own_task_definition(
    refused: Judge, after: str
) -> None:
    assert found(refused, EC2, service(after)) == set()


@pytest.mark.parametrize(
    "after",
    [
        revision("administrator"),
        revision(FAMILY, account="999999999999"),
        revision(FAMILY, region="us-east-1"),
        revision(names.task_family(ENVIRONMENT, SERVICE, Side.FARGATE)),
        revision(names.task_family(ENVIRONMENT, "connector", Side.EC2)),
        revision(f"{FAMILY}_other"),
        "administrator:1",
        None,
        "",
    ],
)
def test_refuses_a_service_that_runs_what_nobody_judged(refused: Judge, after: str | None) -> None:
    assert found(refused, EC2, service(after)) == OTHER_FAMILY


def test_refuses_a_service_outside_a_side(refused: Judge) -> None:
    assert found(refused, PLATFORM, service(f"{FAMILY}:8")) == OTHER_FAMILY


REVISION = ("aws_ecs_task_definition.task.arn", "aws_ecs_task_definition.task")


@pytest.mark.parametrize(
    ("family", "references", "rules"),
    [
        (FAMILY, REVISION, set()),
        ("administrator", REVISION, OTHER_FAMILY),
        (FAMILY, (), OTHER_FAMILY),
        (FAMILY, ("data.aws_ecs_task_definition.task.arn",), OTHER_FAMILY),
        (FAMILY, (*REVISION, "var.other"), OTHER_FAMILY),
    ],
)
def test_judges_a_new_revision_by_what_the_service_refers_to(
    refused: Judge, family: str, references: tuple[str, ...], rules: set[str]
) -> None:
    registered = task()
    for values in ("before", "after"):
        registered["change"][values]["family"] = family
    runs = service(None, unknown={"task_definition": True})
    del runs["change"]["after"]["task_definition"]
    expressions = {"task_definition": {"references": list(references)}} if references else {}
    blocks = [{"address": "aws_ecs_service.service", "expressions": expressions}]
    configuration = plan(EC2)["configuration"] | {"root_module": {"resources": blocks}}
    assert found(refused, EC2, registered, runs, configuration=configuration) == rules


@pytest.mark.parametrize("stack", [PLATFORM, EC2])
def test_refuses_instances_under_another_role(refused: Judge, stack: str) -> None:
    profile = "aws_iam_instance_profile.cde_instance_profile"
    was = {"name": INSTANCE_ROLE, "role": INSTANCE_ROLE}
    other = change(profile, was, {**was, "role": "administrator"})
    assert found(refused, stack, other) == OWN
    assert found(refused, stack, change(profile, was, {**was, "role": ""})) == OWN
    again = change(profile, {**was, "role": "administrator"}, was)
    assert found(refused, stack, again) == (set() if stack == PLATFORM else OWN)


@pytest.mark.parametrize(
    ("key", "own", "other"),
    [
        ("arn", arn(INSTANCE_ROLE, kind="instance-profile"), arn("x", kind="instance-profile")),
        ("arn", arn(INSTANCE_ROLE, kind="instance-profile"), arn(INSTANCE_ROLE)),
        ("name", INSTANCE_ROLE, "administrator"),
    ],
)
def test_refuses_a_launch_template_with_another_profile(
    refused: Judge, key: str, own: str, other: str
) -> None:
    values = [{"name": "t", "iam_instance_profile": [{key: value}]} for value in (own, other)]
    template = "aws_launch_template.cde_template"
    assert found(refused, PLATFORM, change(template, values[0], values[1])) == OWN
    assert found(refused, PLATFORM, change(template, values[1], values[0])) == set()
    without = {"name": "t", "iam_instance_profile": []}
    assert found(refused, PLATFORM, change(template, values[0], without)) == OWN
