"""What the guard refuses about the keys that everything is encrypted with."""

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import PLATFORM, Json, change, plan

KEY = "aws_kms_key.cde_key"
ENABLED: Json = {"description": "a", "is_enabled": True}


@pytest.mark.parametrize("before", [None, ENABLED, {**ENABLED, "is_enabled": False}])
@pytest.mark.parametrize("value", [False, "false", 0])
def test_refuses_a_disabled_key(refused: Judge, before: Json | None, value: object) -> None:
    disabled = change(KEY, before, {"description": "b", "is_enabled": value})
    plans = plan(PLATFORM, disabled)
    assert found(refused, plans, stage=Stage.HALF) == {"keeps-its-keys-enabled"}


def test_refuses_a_key_of_which_nobody_knows_whether_it_is_enabled(refused: Judge) -> None:
    unknown = change(KEY, ENABLED, {"description": "a"}, unknown={"is_enabled": True})
    assert found(refused, plan(PLATFORM, unknown), stage=Stage.HALF) == {"keeps-its-keys-enabled"}


@pytest.mark.parametrize("before", [None, {**ENABLED, "is_enabled": False}])
def test_lets_a_key_be_made_or_enabled(refused: Judge, before: Json | None) -> None:
    for after in (ENABLED, {"description": "a"}):
        assert found(refused, plan(PLATFORM, change(KEY, before, after)), stage=Stage.HALF) == set()


ALIAS = "aws_kms_alias.cde_alias"
GROUP = "aws_cloudwatch_log_group.connector_app_log"


def uses_key(address: str, attribute: str) -> Json:
    return {"address": address, "expressions": {attribute: {"references": [f"{KEY}.arn", KEY]}}}


def made_anew(*others: Json, gone: bool) -> Json:
    """The plan of a key that the state does not have, although other things use one."""
    document = plan(PLATFORM, change(KEY, None, ENABLED), *others)
    document["configuration"]["root_module"]["resources"] = [
        uses_key(ALIAS, "target_key_id"),
        uses_key(GROUP, "kms_key_id"),
    ]
    if gone:
        document["resource_drift"] = [change(KEY, ENABLED, None)]
    return document


LED = change(ALIAS, {"target_key_id": "old"}, {"name": "a"}, unknown={"target_key_id": True})
ENCRYPTED = change(
    GROUP,
    {"kms_key_id": "arn:old", "retention_in_days": 365},
    {"retention_in_days": 365},
    unknown={"kms_key_id": True},
)


@pytest.mark.parametrize("others", [(LED,), (ENCRYPTED,), (LED, ENCRYPTED)])
def test_refuses_a_second_key_for_what_another_encrypted(
    refused: Judge, others: tuple[Json, ...]
) -> None:
    """The state has lost the key, or it waits for its deletion."""
    for gone in (False, True):
        refusals = refused(made_anew(*others, gone=gone), stage=Stage.HALF)
        texts = [r.finding.saw for r in refusals if r.rule == "recreates-no-key"]
        users = ", ".join(other["address"] for other in others)
        assert texts == [f"the plan recreates a key; the one before it is that of {users}"]


def test_refuses_a_key_that_somebody_deleted(refused: Judge) -> None:
    rules = found(refused, made_anew(gone=True), stage=Stage.HALF)
    assert rules == {"recreates-no-key", "has-no-drift"}


def test_lets_a_key_be_made_for_what_is_new(refused: Judge) -> None:
    alias = change(ALIAS, None, {"name": "a"}, unknown={"target_key_id": True})
    group = change(GROUP, None, {"retention_in_days": 365}, unknown={"kms_key_id": True})
    assert found(refused, made_anew(alias, group, gone=False), stage=Stage.HALF) == set()


@pytest.mark.parametrize(
    "drift",
    [
        change(KEY, ENABLED, {**ENABLED, "is_enabled": False}),
        change(KEY, ENABLED, None),
        change(ALIAS, {"target_key_id": "a"}, {"target_key_id": "b"}),
        change(GROUP, {"retention_in_days": 365}, {"retention_in_days": 30}),
        change(GROUP, {"retention_in_days": 365}, None),
        change("aws_launch_template.cde_template", {"latest_version": 1}, {"latest_version": 2}),
        change("aws_sns_topic.alarms_topic", {"name": "a"}, None),
        change("aws_ecs_cluster.ec2", {"name": "a"}, None),
    ],
    ids=lambda drift: drift["address"],
)
def test_refuses_drift_in_what_everything_needs(refused: Judge, drift: Json) -> None:
    plans = plan(PLATFORM, resource_drift=[drift])
    assert found(refused, plans, stage=Stage.HALF) == {"has-no-drift"}


def test_takes_what_a_policy_did_to_its_topic_for_no_drift(refused: Judge) -> None:
    drift = change("aws_sns_topic.alarms_topic", {"policy": "{}"}, {"policy": '{"Version": ""}'})
    assert found(refused, plan(PLATFORM, resource_drift=[drift]), stage=Stage.HALF) == set()
