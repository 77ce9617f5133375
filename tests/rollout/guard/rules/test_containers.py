"""What the guard refuses about a new revision of a task definition, against the one before."""

from typing import Any

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import (
    EC2,
    FARGATE,
    REGISTRY,
    RELEASED_IMAGE,
    Json,
    change,
    container,
    plan,
    task_definition,
)
from tests.support.revisions import CHECK, LOG, OPEN_FILES, RUNNING, refusals, release

CONTAINERS, VARIABLES = "keeps-its-containers", "keeps-its-variables"


HARM: dict[str, Json] = {
    "image of another registry": {"image": f"x{REGISTRY}/publicauth:8-release"},
    "image of another repository": {"image": f"{REGISTRY}/ledger:8-release"},
    "port": {"portMappings": []},
    "another port": {"portMappings": [{"containerPort": 9000}]},
    "fixed port": {"portMappings": [{"containerPort": 8080, "hostPort": 80}]},
    "stop": {"stopTimeout": 2},
    "a stop that does not end": {"stopTimeout": 86400},
    "a start that outlasts the deployment": {"startTimeout": 3600},
    "default stop": {"stopTimeout": None},
    "start": {"startTimeout": 5},
    "command": {"command": ["migrate"]},
    "no command": {"command": None},
    "entry point": {"entryPoint": ["/bin/sh"]},
    "user": {"user": "0"},
    "directory": {"workingDirectory": "/"},
    "not essential": {"essential": False},
    "order": {"dependsOn": []},
    "other order": {"dependsOn": [{"containerName": "nginx", "condition": "HEALTHY"}]},
    "no check": {"healthCheck": None},
    "other check": {"healthCheck": {**CHECK, "command": ["CMD", "curl", "localhost/new"]}},
    "hasty check": {"healthCheck": {**CHECK, "retries": 1}},
    "no log": {"logConfiguration": None},
    "log driver": {"logConfiguration": {**LOG, "logDriver": "json-file"}},
    "log group": {
        "logConfiguration": {**LOG, "options": {**LOG["options"], "awslogs-group": "x"}}  # type: ignore[dict-item]
    },
    "log blocks": {
        "logConfiguration": {**LOG, "options": {**LOG["options"], "mode": "blocking"}}  # type: ignore[dict-item]
    },
    "log buffer": {
        "logConfiguration": {**LOG, "options": {**LOG["options"], "max-buffer-size": "1m"}}  # type: ignore[dict-item]
    },
    "writable root": {"readonlyRootFilesystem": False},
    "privileged": {"privileged": True},
    "capabilities": {"linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"], "drop": []}}},
    "lower ulimits": {"ulimits": [{**OPEN_FILES, "softLimit": 64, "hardLimit": 64}]},
    "a lower hard ulimit": {"ulimits": [{**OPEN_FILES, "softLimit": 8192, "hardLimit": 8191}]},
    "no ulimits": {"ulimits": []},
    "ulimits of another form": {"ulimits": ["x"]},
    "core dumps": {"ulimits": [OPEN_FILES, {"name": "core", "softLimit": -1, "hardLimit": -1}]},
    "a new ulimit": {"ulimits": [OPEN_FILES, {"name": "nproc", "softLimit": 9, "hardLimit": 9}]},
    "mount goes": {"mountPoints": []},
    "mount hides": {
        "mountPoints": [
            *RUNNING["mountPoints"],
            {"sourceVolume": "publicauth-tmp", "containerPath": "/app"},
        ]
    },
    "hosts": {"extraHosts": [{"hostname": "ledger", "ipAddress": "10.0.0.1"}]},
    "files": {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/a.env"}]},
    "what nobody knows": {"inventedByAws": "x"},
}


@pytest.mark.parametrize("harm", HARM)
def test_refuses_a_container_that_runs_otherwise(refused: Judge, harm: str) -> None:
    assert refusals(refused, release(**HARM[harm])) == {CONTAINERS}


def test_refuses_it_in_place_and_created_before_the_old_one_is_deleted(refused: Judge) -> None:
    for actions in (["update"], ["create", "delete"], ["delete", "create"]):
        task = release(command=["migrate"])
        task["change"]["actions"] = actions
        assert refusals(refused, task) == {CONTAINERS}


def test_compares_a_second_definition_with_the_one_of_its_family(refused: Judge) -> None:
    task = release(command=["migrate"])
    values = task["change"]["before"]
    kept = change(task["address"], values, values)
    beside = change("aws_ecs_task_definition.other", None, task["change"]["after"])
    assert refusals(refused, kept, beside) == {CONTAINERS}


def test_lets_a_side_without_traffic_run_otherwise(refused: Judge) -> None:
    task = release(command=["migrate"], environment=[])
    assert found(refused, plan(FARGATE, task), stage=Stage.DARK) == set()
    assert found(refused, plan(EC2, task), stage=Stage.DARK) == {CONTAINERS, VARIABLES}


BENIGN: dict[str, Json] = {
    "nothing else": {},
    "a digest": {"image": f"{REGISTRY}/publicauth@sha256:{'a' * 64}"},
    "longer stop": {"stopTimeout": 90},
    "longer start": {"startTimeout": 120},
    "more memory": {"memory": 4096, "cpu": 512},
    "a port more": {"portMappings": [*RUNNING["portMappings"], {"containerPort": 8081}]},
    "what ECS adds": {"portMappings": [{"containerPort": 8080, "hostPort": 0, "protocol": "tcp"}]},
    "a patient check": {"healthCheck": {**CHECK, "retries": 5, "startPeriod": 60}},
    "a larger log buffer": {
        "logConfiguration": {**LOG, "options": {**LOG["options"], "max-buffer-size": "1g"}}  # type: ignore[dict-item]
    },
    "labels": {"dockerLabels": {"team": "pay"}},
    "higher ulimits": {"ulimits": [{**OPEN_FILES, "softLimit": 8192, "hardLimit": 65536}]},
    "endless ulimits": {
        "ulimits": [OPEN_FILES, {"name": "memlock", "softLimit": -1, "hardLimit": -1}]
    },
}


@pytest.mark.parametrize("benign", BENIGN)
def test_lets_everyday_work_pass(refused: Judge, benign: str) -> None:
    assert refusals(refused, release(**BENIGN[benign])) == set()


FIRST_CHECKS: list[tuple[Json, bool, bool]] = [
    (CHECK, True, True),
    ({"command": ["CMD-SHELL", "curl -f localhost:8080 || exit 1"]}, True, True),
    ({**CHECK, "retries": 10, "startPeriod": 120}, True, True),
    ({**CHECK, "retries": 1}, True, False),
    ({**CHECK, "timeout": 2}, True, False),
    ({**CHECK, "interval": 5}, True, False),
    ({**CHECK, "command": ["CMD-SHELL", "exit 1"]}, True, False),
    ({**CHECK, "command": ["CMD", "/bin/false"]}, True, False),
    ({**CHECK, "command": "true"}, True, False),
    ({**CHECK, "retries": 1}, False, True),
]
"""A container's first health check, whether the task ends with it, and whether it may come."""


@pytest.mark.parametrize(("check", "is_essential", "passes"), FIRST_CHECKS)
def test_lets_a_first_health_check_be_patient(
    refused: Judge, check: Json, is_essential: bool, passes: bool
) -> None:
    running = {**RUNNING, "healthCheck": None, "essential": is_essential}
    new = task_definition([container(**running)], [container(**{**running, "healthCheck": check})])
    assert refusals(refused, new) == (set() if passes else {CONTAINERS})


def test_lets_a_container_be_hardened_as_the_catalogue_says(refused: Judge) -> None:
    keys = ("user", "readonlyRootFilesystem", "linuxParameters", "mountPoints")
    bare = {key: value for key, value in RUNNING.items() if key not in keys}
    hardened = task_definition([container(**bare)], [container(**RUNNING)])
    softened = task_definition([container(**RUNNING)], [container(**bare)])
    root = task_definition([container(**bare)], [container(**{**RUNNING, "user": "7"})])
    assert refusals(refused, hardened) == set()
    assert refusals(refused, softened) == refusals(refused, root) == {CONTAINERS}


def test_refuses_a_container_that_goes_and_one_that_nobody_names(refused: Judge) -> None:
    both = [container(), container("adot")]
    assert refusals(refused, task_definition(both, [container()])) == {CONTAINERS}
    assert refusals(refused, task_definition([container()], both)) == set()
    stranger = [container(), container("stranger")]
    assert refusals(refused, task_definition([container()], stranger)) == {CONTAINERS}


def task(before: Json, after: Json, **more: Any) -> Json:
    new = task_definition([container()], [container(image=RELEASED_IMAGE)], **more)
    new["change"]["before"] |= before
    new["change"]["after"] |= after
    return new


ARM = {"cpu_architecture": "ARM64", "operating_system_family": "LINUX"}
VOLUME = {"name": "publicauth-tmp", "host_path": ""}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"runtime_platform": [ARM]},
            {"runtime_platform": [{**ARM, "cpu_architecture": "X86_64"}]},
        ),
        ({"runtime_platform": [ARM]}, {"runtime_platform": []}),
        ({"runtime_platform": []}, {"runtime_platform": [{**ARM, "cpu_architecture": "X86_64"}]}),
        ({"network_mode": "awsvpc"}, {"network_mode": "host"}),
        ({"task_role_arn": "arn:aws:iam::1:role/x"}, {"task_role_arn": None}),
        ({"execution_role_arn": "arn:aws:iam::1:role/x"}, {"execution_role_arn": ""}),
        ({"volume": [VOLUME]}, {"volume": []}),
        ({"volume": [VOLUME]}, {"volume": [{**VOLUME, "host_path": "/etc"}]}),
        ({"volume": []}, {"volume": [{"name": "stranger"}]}),
        ({"volume": []}, {"volume": [{**VOLUME, "host_path": "/etc"}]}),
        ({"skip_destroy": True}, {"skip_destroy": False}),
        ({"pid_mode": ""}, {"pid_mode": "host"}),
        ({"ephemeral_storage": [{"size_in_gib": 40}]}, {"ephemeral_storage": []}),
        ({"enable_fault_injection": False}, {"enable_fault_injection": True}),
        ({"proxy_configuration": []}, {"proxy_configuration": [{"type": "APPMESH"}]}),
        ({}, {"invented_by_aws": "x"}),
    ],
)
def test_refuses_a_task_that_runs_otherwise(refused: Judge, before: Json, after: Json) -> None:
    assert refusals(refused, task(before, after)) == {CONTAINERS}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"runtime_platform": [ARM]}, {"runtime_platform": [ARM]}),
        ({"runtime_platform": []}, {"runtime_platform": [ARM]}),
        ({"volume": [{**VOLUME, "configure_at_launch": False}]}, {"volume": [VOLUME]}),
        ({"volume": []}, {"volume": [VOLUME]}),
        ({"pid_mode": "", "tags": {}}, {"pid_mode": None, "tags": {"team": "pay"}}),
        ({"ephemeral_storage": []}, {"ephemeral_storage": [{"size_in_gib": 40}]}),
        ({"revision": 1}, {}),
    ],
)
def test_lets_a_task_pass_that_runs_the_same(refused: Judge, before: Json, after: Json) -> None:
    assert refusals(refused, task(before, after)) == set()


def test_refuses_an_attribute_that_is_known_only_after_apply(refused: Judge) -> None:
    unknown = task({"network_mode": "awsvpc"}, {}, unknown={"network_mode": True})
    assert refusals(refused, unknown) == {CONTAINERS}


def test_refuses_what_cannot_be_compared(refused: Judge) -> None:
    unreadable = release()
    unreadable["change"]["before"]["container_definitions"] = "[]"
    assert refusals(refused, unreadable) == {CONTAINERS}
    assert refusals(refused, release(portMappings=[7])) == {CONTAINERS}
    assert refusals(refused, release(secrets="none")) == {VARIABLES}
