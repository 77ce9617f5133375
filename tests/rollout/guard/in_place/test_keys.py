"""With which key something may be encrypted, and where sessions may be recorded, for the first
time.
"""

from typing import Any

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge
from tests.support.plans import PLATFORM, Json, change, plan

OWN = "arn:aws:kms:eu-west-1:555555555555:key/own"
KEY = change("aws_kms_key.cde_key", {"arn": OWN}, {"arn": OWN})
NEW_KEY = change("aws_kms_key.cde_key", None, {"description": "a"}, unknown={"arn": True})
LOG = change("aws_cloudwatch_log_group.exec", {"name": "exec"}, {"name": "exec"})
GROUP, CLUSTER = "aws_cloudwatch_log_group.app", "aws_ecs_cluster.ec2_cluster"


def refers(address: str, expressions: Json) -> Json:
    """The configuration of a plan in which a resource refers to others."""
    blocks = [{"address": address, "expressions": expressions}]
    return {"root_module": {"resources": blocks}}


def count(refused: Judge, *changes: Json, **more: Any) -> int:
    document = plan(PLATFORM, *changes)
    document["configuration"] |= more
    rule = "changes-only-what-is-harmless"
    return len([r for r in refused(document, stage=Stage.HALF) if r.rule == rule])


def encrypted(before: str | None, after: str | None, **more: Any) -> Json:
    was, becomes = (
        {"name": "app", "retention_in_days": 400, "kms_key_id": k} for k in (before, after)
    )
    return change(GROUP, was, becomes, actions=["update"], **more)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, OWN, 0),
        ("", OWN, 0),
        (None, OWN.replace("5" * 12, "9" * 12), 1),
        (None, OWN.replace("own", "other"), 1),
        (None, "alias/aws/logs", 1),
        (OWN, OWN.replace("own", "other"), 1),
        (OWN, None, 1),
    ],
)
def test_the_first_key_is_one_of_the_stack(
    refused: Judge, before: str | None, after: str | None, expected: int
) -> None:
    assert count(refused, KEY, encrypted(before, after)) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("aws_kms_key.cde_key", 0), ("data.aws_kms_key.other", 1), ("var.key", 1)],
)
def test_a_key_that_is_not_known_yet_is_one_that_the_plan_makes(
    refused: Judge, reference: str, expected: int
) -> None:
    unknown = encrypted(None, None, unknown={"kms_key_id": True})
    written = refers(GROUP, {"kms_key_id": {"references": [f"{reference}.arn", reference]}})
    assert count(refused, NEW_KEY, unknown, **written) == expected


RECORDED: Json = {
    "logging": "OVERRIDE",
    "kms_key_id": OWN,
    "log_configuration": [
        {"cloud_watch_encryption_enabled": True, "cloud_watch_log_group_name": "exec"}
    ],
}
NOWHERE = [{"cloud_watch_encryption_enabled": True, "cloud_watch_log_group_name": "other"}]
OPEN = [{"cloud_watch_encryption_enabled": False, "cloud_watch_log_group_name": "exec"}]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 0),
        ({"logging": "NONE"}, 1),
        ({"logging": "DEFAULT"}, 1),
        ({"log_configuration": []}, 1),
        ({"log_configuration": NOWHERE}, 1),
        ({"log_configuration": OPEN}, 1),
        ({"kms_key_id": OWN.replace("5" * 12, "9" * 12)}, 1),
        ({"kms_key_id": None}, 1),
    ],
)
def test_sessions_are_recorded_from_the_first_configuration_on(
    refused: Judge, changed: Json, expected: int
) -> None:
    first = {"configuration": [{"execute_command_configuration": [{**RECORDED, **changed}]}]}
    entry = change(CLUSTER, {"name": "a"}, {"name": "a", **first}, actions=["update"])
    assert count(refused, KEY, LOG, entry) == expected


def test_the_key_of_sessions_may_be_one_that_the_plan_makes(refused: Judge) -> None:
    command = {**RECORDED, "kms_key_id": None}
    first = {"configuration": [{"execute_command_configuration": [command]}]}
    unknown = {"configuration": [{"execute_command_configuration": [{"kms_key_id": True}]}]}
    entry = change(CLUSTER, {"name": "a"}, {"name": "a", **first}, unknown=unknown)
    for reference, expected in (("aws_kms_key.cde_key", 0), ("var.key", 1)):
        key = {"kms_key_id": {"references": [f"{reference}.arn", reference]}}
        inside = {"configuration": [{"execute_command_configuration": [key]}]}
        assert count(refused, NEW_KEY, LOG, entry, **refers(CLUSTER, inside)) == expected
