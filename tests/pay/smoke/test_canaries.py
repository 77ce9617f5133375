"""A canary runs what its target says, under a role that exists, and stores what it leaves."""

import json
from collections.abc import Mapping
from types import SimpleNamespace

import pytest
from cdktf import TerraformStack

from pay.model import Environment, names
from pay.smoke.alarms import alarm_name
from pay.smoke.archives import RUNTIME, archive
from pay.smoke.canaries import KEPT_DAYS, MEMORY_MIB, Canaries
from pay.smoke.targets import CanaryTarget, targets
from tests.support.synthesised import Synthesised, rendered

Json = Mapping[str, object]


@pytest.fixture(scope="module")
def environment(environments: Mapping[str, Environment]) -> Environment:
    """Of its canaries, some belong to a side and some run on a schedule."""
    return environments["production-2"]


@pytest.fixture(scope="module")
def stack(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    def build(stack: TerraformStack) -> None:
        assert environment.smoke is not None
        Canaries(stack, environment, environment.smoke)

    with pytest.MonkeyPatch.context() as patch:
        # The archives' own folder is deleted with a ResourceWarning, which fails a test.
        folder = SimpleNamespace(name=str(tmp_path_factory.mktemp("archives")))
        patch.setattr(Canaries, "_folder", folder)
        return rendered(build)


@pytest.fixture(scope="module")
def pairs(stack: Synthesised, environment: Environment) -> list[tuple[CanaryTarget, Json]]:
    """Each target with its canary. Both are the same in number."""
    canaries = {
        canary["name"]: canary
        for canary in stack.document["resource"]["aws_synthetics_canary"].values()
    }
    every = list(targets(environment))
    assert canaries.keys() == {target.name for target in every}
    assert len(canaries) == len(every)
    return [(target, canaries[target.name]) for target in every]


def test_a_canary_runs_the_script_of_its_scenario(pairs: list[tuple[CanaryTarget, Json]]) -> None:
    for target, canary in pairs:
        code = archive(target.scenario)
        assert canary["handler"] == code.handler
        assert canary["runtime_version"] == RUNTIME
        assert str(canary["zip_file"]).endswith(f"/{code.name}")
        assert canary.get("tags") == target.tags
        assert canary["run_config"] == {
            "active_tracing": False,
            "environment_variables": target.variables,
            "memory_in_mb": MEMORY_MIB,
            "timeout_in_seconds": target.scenario.timeout_seconds,
        }


def test_memory_is_what_chromium_needs_and_synthetics_takes() -> None:
    """AWS: Synthetics API reference, `CanaryRunConfigInput`: from 960, in steps of 64."""
    assert MEMORY_MIB >= 960
    assert MEMORY_MIB % 64 == 0
    assert KEPT_DAYS == 31


def test_terraform_starts_only_canaries_with_a_schedule(
    pairs: list[tuple[CanaryTarget, Json]],
) -> None:
    assert {target.side is None for target, _ in pairs} == {True, False}
    for target, canary in pairs:
        assert canary["start_canary"] is (target.side is None), target.name
        assert canary["schedule"] == {"expression": target.expression}


def test_a_canary_deletes_its_function_and_keeps_its_runs_for_a_month(
    pairs: list[tuple[CanaryTarget, Json]],
) -> None:
    for _, canary in pairs:
        assert canary["delete_lambda"] is True
        assert canary["success_retention_period"] == KEPT_DAYS
        assert canary["failure_retention_period"] == KEPT_DAYS


def test_what_a_canary_leaves_is_encrypted_with_the_key_of_the_bucket(
    pairs: list[tuple[CanaryTarget, Json]],
) -> None:
    for target, canary in pairs:
        expected = f"s3://${{aws_s3_bucket.artefacts.bucket}}/{target.name}"
        assert canary["artifact_s3_location"] == expected
        assert canary["artifact_config"] == {
            "s3_encryption": {
                "encryption_mode": "SSE_KMS",
                "kms_key_arn": "${aws_kms_key.artefacts_key.arn}",
            }
        }


def test_no_canary_runs_before_its_role_has_its_rights(
    stack: Synthesised, environment: Environment, pairs: list[tuple[CanaryTarget, Json]]
) -> None:
    for _, canary in pairs:
        assert canary["execution_role_arn"] == "${aws_iam_role.canary_role.arn}"
        assert canary["depends_on"] == ["aws_iam_role_policy.canary_policy"]
    role = stack.resource("aws_iam_role", "canary_role")
    assert role["name"] == names.smoke_role(environment.name)
    [trust] = json.loads(role["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_the_role_reads_only_the_secret_of_the_smoke_tests(
    stack: Synthesised, environment: Environment
) -> None:
    assert environment.smoke is not None
    secret = stack.data("aws_secretsmanager_secret", "smoke_secret")
    assert secret["name"] == environment.smoke.secret_name
    reads = [
        each["Resource"]
        for each in stack.policy("canary_policy").values()
        if "secretsmanager:GetSecretValue" in each["Action"]
    ]
    assert reads == [["${data.aws_secretsmanager_secret.smoke_secret.arn}"]]


def test_a_canary_runs_inside_the_network_of_its_environment(
    stack: Synthesised, environment: Environment, pairs: list[tuple[CanaryTarget, Json]]
) -> None:
    places = {json.dumps(canary["vpc_config"]) for _, canary in pairs}
    [place] = map(json.loads, places)
    assert place == {
        "subnet_ids": "${data.aws_subnets.smoke_subnets.ids}",
        "security_group_ids": "${data.aws_security_groups.smoke_security_groups.ids}",
    }


def test_exactly_the_scheduled_canaries_have_an_alarm_that_looks_at_them(
    stack: Synthesised, pairs: list[tuple[CanaryTarget, Json]]
) -> None:
    alarms = stack.document["resource"]["aws_cloudwatch_metric_alarm"].values()
    ids = {
        canary["name"]: id
        for id, canary in stack.document["resource"]["aws_synthetics_canary"].items()
    }
    expected = {
        alarm_name(target): f"${{aws_synthetics_canary.{ids[target.name]}.name}}"
        for target, _ in pairs
        if target.side is None
    }
    assert {each["alarm_name"]: each["dimensions"]["CanaryName"] for each in alarms} == expected
