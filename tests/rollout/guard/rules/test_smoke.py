"""What the guard refuses of smoke tests: what leaves a side untried, or opens what runs leave."""

from pathlib import Path

import pytest

from pay.catalogue.scenarios import SCENARIOS
from pay.iam.document import policy_document
from pay.model import Environment, Stage, names
from pay.model.rights.canaries import canaries_trust, canary_rights
from pay.model.smoke import SCHEDULED
from pay.model.stacks import SMOKE, Stack
from pay.smoke.archives import RUNTIME
from rollout.guard.rule import Context
from rollout.guard.verdict import judge
from rollout.plans.plan import Plan
from rollout.plans.read import StackPlan
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import ENVIRONMENT, Json, change, plan

STACK = SMOKE.stack_id(ENVIRONMENT)
ROLE = names.smoke_role(ENVIRONMENT)
ROLE_ARN = f"arn:aws:iam::555555555555:role/{ROLE}"
PROBE = "aws_synthetics_canary.probe_fargate"


def canary(end: str = "fargate", scenario: str = "probe", **changes: object) -> Json:
    return {
        "name": names.canary(ENVIRONMENT, scenario, end),
        "runtime_version": RUNTIME,
        "zip_file": "assets/a/smoke-1.zip",
        "execution_role_arn": ROLE_ARN,
        **changes,
    }


def test_keeps_the_canary_of_a_side_that_a_service_has(refused: Judge) -> None:
    gone = plan(STACK, change(PROBE, canary(), None))
    (refusal,) = refused(gone, stage=Stage.DARK)
    assert refusal.rule == "keeps-its-canaries"
    assert "still run on fargate" in refusal.finding.saw


def test_lets_the_canary_of_a_side_go_that_no_service_has(refused: Judge) -> None:
    """Of the services that `notifications` opens, none has a Fargate side in the sandbox."""
    gone = change(PROBE, canary(scenario="notifications"), None)
    assert found(refused, plan(STACK, gone), stage=Stage.LEGACY) == set()


def test_lets_a_canary_go_that_the_catalogue_no_longer_has(refused: Judge) -> None:
    gone = change(PROBE, canary(scenario="card-forgotten"), None)
    assert found(refused, plan(STACK, gone), stage=Stage.HALF) == set()


@pytest.mark.parametrize("runtime", ["syn-nodejs-puppeteer-7.0", "syn-nodejs-puppeteer-10.0"])
def test_refuses_a_runtime_that_takes_no_canary(refused: Judge, runtime: str) -> None:
    code = {"zip_file": "assets/a/smoke-2.zip"}
    for before in (None, canary()):
        older = change(PROBE, before, canary(runtime_version=runtime, **code))
        assert found(refused, plan(STACK, older), stage=Stage.HALF) == {
            "moves-canaries-to-runtimes-that-take-them"
        }


def test_refuses_a_runtime_without_code(refused: Judge) -> None:
    newer = change(PROBE, canary(), canary(runtime_version="syn-nodejs-puppeteer-16.1"))
    (refusal,) = refused(plan(STACK, newer), stage=Stage.HALF)
    assert "only together with code" in refusal.finding.saw


def test_lets_a_newer_runtime_and_new_code_pass(refused: Judge) -> None:
    newer = canary(runtime_version="syn-nodejs-puppeteer-16.1", zip_file="assets/a/smoke-2.zip")
    code = canary(zip_file="assets/a/smoke-2.zip")
    for after in (newer, code):
        assert (
            found(refused, plan(STACK, change(PROBE, canary(), after)), stage=Stage.HALF) == set()
        )


def test_refuses_another_role(refused: Judge) -> None:
    other = canary(execution_role_arn="arn:aws:iam::555555555555:role/sandbox-connector-ec2-task")
    assert found(refused, plan(STACK, change(PROBE, canary(), other)), stage=Stage.HALF) == {
        "canaries-keep-their-role"
    }


def test_refuses_a_role_of_another_account(refused: Judge) -> None:
    other = canary(execution_role_arn=ROLE_ARN.replace("555555555555", "111111111111"))
    assert found(refused, plan(STACK, change(PROBE, None, other)), stage=Stage.HALF) >= {
        "canaries-keep-their-role"
    }


@pytest.mark.parametrize(
    ("role", "rules"), [("canary_role", set()), ("other_role", {"canaries-keep-their-role"})]
)
def test_a_first_plan_makes_the_role_that_its_canaries_run_under(
    refused: Judge, role: str, rules: set[str]
) -> None:
    values = {key: value for key, value in canary().items() if key != "execution_role_arn"}
    first = plan(
        STACK,
        change("aws_iam_role.canary_role", None, {"name": ROLE}, unknown={"arn": True}),
        change("aws_iam_role.other_role", None, {"name": "other"}, unknown={"arn": True}),
        change(PROBE, None, values, unknown={"execution_role_arn": True}),
    )
    references = [f"aws_iam_role.{role}.arn", f"aws_iam_role.{role}"]
    first["configuration"]["root_module"]["resources"].append(
        {"address": PROBE, "expressions": {"execution_role_arn": {"references": references}}}
    )
    assert found(refused, first, stage=Stage.HALF) == rules


WATCHED = "staging-2"
EVERY = SCENARIOS["card-sandbox"].schedules[WATCHED]


def scheduled(minutes: int, **changes: object) -> Json:
    """The canary that watches staging by card payments."""
    name = names.canary(WATCHED, "card-sandbox", SCHEDULED)
    rate = {"expression": f"rate({minutes} minutes)"}
    role = f"arn:aws:iam::{{}}:role/{names.smoke_role(WATCHED)}"
    return {
        **canary(execution_role_arn=role, name=name),
        "schedule": [rate],
        "start_canary": True,
        **changes,
    }


@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        (None, scheduled(EVERY), set()),
        (scheduled(5), scheduled(EVERY), set()),
        (None, scheduled(0), {"keeps-its-canaries"}),
        (scheduled(EVERY), scheduled(0), {"keeps-its-canaries"}),
        (scheduled(EVERY), scheduled(1440), {"keeps-its-canaries"}),
        (scheduled(EVERY), scheduled(EVERY, schedule=[]), {"keeps-its-canaries"}),
        (scheduled(EVERY), scheduled(EVERY, start_canary=False), {"keeps-its-canaries"}),
    ],
)
def test_a_scheduled_canary_runs_as_often_as_the_catalogue_says(
    environments: dict[str, Environment], before: Json | None, after: Json, rules: set[str]
) -> None:
    account = environments[WATCHED].account_id
    both = [
        each and {**each, "execution_role_arn": each["execution_role_arn"].format(account)}
        for each in (before, after)
    ]
    moved = change("aws_synthetics_canary.card_sandbox_scheduled", *both)
    stack = Stack(SMOKE.stack_id(WATCHED), SMOKE, WATCHED, (WATCHED,))
    judged = StackPlan(Path(), "", stack, Plan.model_validate(plan(stack.id, moved)))
    assert {each.rule for each in judge(Context((judged,), environments)).refused} == rules


CLOSED: Json = {
    "bucket": "b",
    "block_public_acls": True,
    "block_public_policy": True,
    "ignore_public_acls": True,
    "restrict_public_buckets": True,
}
BLOCK = "aws_s3_bucket_public_access_block.artefacts_public_access"
BY_KEY: Json = {"sse_algorithm": "aws:kms", "kms_master_key_id": "arn:aws:kms:x"}
ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration.artefacts_encryption"


def encrypted(**by: str) -> Json:
    return {"bucket": "b", "rule": [{"apply_server_side_encryption_by_default": [by]}]}


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [
        *((BLOCK, CLOSED, {**CLOSED, flag: False}) for flag in CLOSED if flag != "bucket"),
        (BLOCK, CLOSED, None),
        (ENCRYPTION, encrypted(**BY_KEY), encrypted(sse_algorithm="AES256")),
        (ENCRYPTION, encrypted(**BY_KEY), None),
        ("aws_s3_bucket.artefacts", {"bucket": "b"}, None),
        ("aws_s3_bucket_policy.artefacts_policy", {"bucket": "b", "policy": "{}"}, None),
        ("aws_s3_bucket_logging.artefacts_logging", {"bucket": "b"}, None),
        ("aws_kms_key.artefacts_key", {"policy": "{}"}, None),
    ],
)
def test_keeps_artefacts_closed(
    refused: Judge, address: str, before: Json, after: Json | None
) -> None:
    opened = plan(STACK, change(address, before, after))
    assert found(refused, opened, stage=Stage.HALF) == {"keeps-artefacts-closed"}


def test_lets_artefacts_be_made_and_kept_longer(refused: Judge) -> None:
    rule = "aws_s3_bucket_lifecycle_configuration.artefacts_expiry"
    made = plan(
        STACK,
        change(BLOCK, None, CLOSED),
        change(ENCRYPTION, None, encrypted(**BY_KEY)),
        change(rule, {"rule": [{"id": "a"}]}, {"rule": [{"id": "b"}]}),
    )
    assert found(refused, made, stage=Stage.HALF) == set()


POLICY = "aws_iam_role_policy.canary_policy"


def rights(environment: Environment, *without: str) -> Json:
    statements = canary_rights(
        environment,
        bucket_arn="arn:aws:s3:::b",
        key_arn="arn:aws:kms:eu-west-1:555555555555:key/1",
        secret_arn="arn:aws:secretsmanager:eu-west-1:555555555555:secret:s-1",
        secret_key_arn="arn:aws:kms:eu-west-1:555555555555:key/2",
        webhooks_bucket="w",
    )
    document = policy_document(*(each for each in statements if each.sid not in without))
    return {"role": ROLE, "name": "canary-policy", "policy": document}


@pytest.mark.parametrize(
    "sid",
    [
        "StoreArtefacts",
        "EncryptArtefacts",
        "WriteMetrics",
        "JoinNetwork",
        "ReadSecret",
        "FindSides",
    ],
)
def test_takes_no_right_from_canaries(refused: Judge, sandbox: Environment, sid: str) -> None:
    whole, less = rights(sandbox), rights(sandbox, sid)
    weaker = plan(STACK, change(POLICY, whole, less))
    assert found(refused, weaker, stage=Stage.HALF) == {"keeps-the-rights-that-it-needs"}
    stronger = plan(STACK, change(POLICY, less, whole))
    assert found(refused, stronger, stage=Stage.HALF) == {"widens-no-iam-statement"}
    role = {"name": ROLE, "assume_role_policy": policy_document(canaries_trust())}
    new = change("aws_iam_role.canary_role", None, role), change(POLICY, None, whole)
    assert found(refused, plan(STACK, *new), stage=Stage.HALF) == set()


def test_lets_lambda_alone_assume_the_role(refused: Judge) -> None:
    trusted = {"name": ROLE, "assume_role_policy": policy_document(canaries_trust())}
    tasks = {
        "name": ROLE,
        "assume_role_policy": trusted["assume_role_policy"].replace("lambda", "ec2"),
    }
    other = plan(STACK, change("aws_iam_role.canary_role", trusted, tasks))
    assert "keeps-the-rights-that-it-needs" in found(refused, other, stage=Stage.HALF)


ALARM = "aws_cloudwatch_metric_alarm.card_sandbox_alarm"


def test_an_alarm_goes_with_its_schedule(refused: Judge) -> None:
    """Nothing is scheduled in the sandbox."""
    unscheduled = {"alarm_name": f"{ENVIRONMENT}-smoke-card-sandbox"}
    assert found(refused, plan(STACK, change(ALARM, unscheduled, None)), stage=Stage.HALF) == set()
