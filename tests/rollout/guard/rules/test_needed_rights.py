"""What the guard refuses about rights that tasks, instances, logs and alarms need."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.iam.document import Statement, policy_document
from pay.model import Environment, Segment, Side, Stage, names
from pay.model.rights.instances import agent_rights, instances_trust
from pay.model.rights.keys_and_topics import (
    administered_by_account,
    publishes_alarms,
    used_by_alarms,
    used_by_logs,
)
from pay.model.rights.tasks import PULL_ACTIONS, execution_rights, task_rights, tasks_trust
from pay.model.stacks import side_stack
from tests.rollout.guard.conftest import Judge
from tests.support.plans import (
    ENVIRONMENT,
    FARGATE,
    PLATFORM,
    RELEASED_IMAGE,
    SERVICE,
    Json,
    at,
    change,
    container,
    judged,
    plan,
    task_definition,
)
from tests.support.services import unwatched, watched

RULE = "keeps-the-rights-that-it-needs"
WIDER = {"widens-no-iam-statement"}
NARROWED, BOTH = {RULE}, {RULE, *WIDER}
WORKER = "connector"
"""A service that sends and receives messages."""

SECRET = "arn:aws:secretsmanager:eu-west-1:555555555555:secret:sandbox/publicauth-AbCdEf"
SHARED = "arn:aws:secretsmanager:eu-west-1:555555555555:secret:sandbox/shared/api-tokens-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:555555555555:key/1"
OTHER_KEY = "arn:aws:kms:eu-west-1:555555555555:key/2"
PARAMETER = "arn:aws:ssm:eu-west-1:555555555555:parameter/sandbox/publicauth/COLOUR"
LOG = {"logDriver": "awslogs", "options": {"awslogs-group": "sandbox_app_publicauth"}}
RUNNING = container(
    secrets=[
        {"name": "DB_PASSWORD", "valueFrom": f"{SECRET}:DB_PASSWORD::"},
        {"name": "TOKEN_API_HMAC_SECRET", "valueFrom": f"{SHARED}:TOKEN_API_HMAC_SECRET::"},
        {"name": "COLOUR", "valueFrom": PARAMETER},
    ],
    logConfiguration=LOG,
)
REPOSITORY = "arn:aws:ecr:eu-west-1:555555555555:repository/govukpay/publicauth"


def starts(environment: Environment, **changes: Any) -> list[Statement]:
    """The execution role's statements, as the constructs write them."""
    arns: dict[str, Any] = {
        "repositories": [REPOSITORY],
        "log_groups": [environment.arn("logs", "log-group:sandbox_app_publicauth")],
        "secrets": [SECRET, SHARED],
        "secret_keys": [KEY],
        "parameters": [PARAMETER],
    }
    return execution_rights(environment, Side.FARGATE, **arns | changes)


def role_policy(role: str, before: list[Statement], *after: Statement | Json) -> Json:
    texts = [each.as_document() if isinstance(each, Statement) else each for each in after]
    return change(
        "aws_iam_role_policy.policy",
        {"role": role, "policy": policy_document(*before)},
        {"role": role, "policy": json.dumps({"Statement": texts})},
    )


EXECUTION = names.execution_role(ENVIRONMENT, SERVICE, Side.FARGATE)
TASK_ROLE = names.task_role(ENVIRONMENT, WORKER, Side.FARGATE)
TASK = task_definition([RUNNING], [{**RUNNING, "image": RELEASED_IMAGE}])


def rules(refused: Judge, *changes: Json, stack: str = FARGATE, **more: Any) -> set[str]:
    refusals = refused(plan(stack, *changes, **more), stage=Stage.CANARY)
    return {refusal.rule for refusal in refusals}


def without(statements: list[Statement], sid: str) -> list[Statement]:
    left = [each for each in statements if each.sid != sid]
    assert len(left) < len(statements)
    return left


@pytest.mark.parametrize(
    "sid",
    ["LogInToEcr", "PullImages", "WriteLogs", "ReadSecrets", "DecryptSecrets", "ReadParameters"],
)
def test_refuses_to_take_what_a_task_needs_to_start(
    refused: Judge, sandbox: Environment, sid: str
) -> None:
    before = starts(sandbox)
    taken = role_policy(EXECUTION, before, *without(before, sid))
    assert rules(refused, TASK, taken) == NARROWED


NARROWER: dict[str, Mapping[str, Any]] = {
    "one of two secrets": {"secrets": [SECRET]},
    "another key": {"secret_keys": [OTHER_KEY]},
    "another log group": {"log_groups": ["arn:aws:logs:eu-west-1:555555555555:log-group:other"]},
    "another repository": {"repositories": [f"{REPOSITORY}-other"]},
    "another parameter": {"parameters": [f"{PARAMETER}_OTHER"]},
}


@pytest.mark.parametrize("narrower", NARROWER)
def test_refuses_the_same_right_to_something_else(
    refused: Judge, sandbox: Environment, narrower: str
) -> None:
    after = starts(sandbox, **NARROWER[narrower])
    found = rules(refused, TASK, role_policy(EXECUTION, starts(sandbox), *after))
    assert found in (NARROWED, BOTH)


def test_lets_rights_go_that_nothing_needs(refused: Judge, sandbox: Environment) -> None:
    more = starts(
        sandbox,
        secrets=[SECRET, SHARED, f"{SECRET}-old"],
        repositories=[REPOSITORY, f"{REPOSITORY}-old"],
        log_groups=[
            sandbox.arn("logs", f"log-group:sandbox_app_publicauth{s}") for s in ("", "_FG")
        ],
    )
    everything = [Statement("", ["*"], ["*"])]
    for before in (more, everything):
        assert rules(refused, TASK, role_policy(EXECUTION, before, *starts(sandbox))) == set()


def test_old_tasks_need_a_secret_until_the_deployment_has_ended(
    refused: Judge, sandbox: Environment
) -> None:
    new = {**RUNNING, "secrets": [s for s in RUNNING["secrets"] if SHARED not in s["valueFrom"]]}
    release = task_definition([RUNNING], [new])
    taken = role_policy(EXECUTION, starts(sandbox), *starts(sandbox, secrets=[SECRET]))
    assert rules(refused, release, taken) == {RULE, "keeps-its-variables"}
    deployed = change("aws_ecs_task_definition.task", *[release["change"]["after"]] * 2)
    assert rules(refused, deployed, taken) == set()


def test_knows_the_key_of_a_secret_from_its_lookup(refused: Judge, sandbox: Environment) -> None:
    lookups = [
        {
            "address": f"data.aws_secretsmanager_secret.{name}",
            "mode": "data",
            "type": "aws_secretsmanager_secret",
            "values": {"arn": arn, "kms_key_id": KEY},
        }
        for name, arn in (("own", SECRET), ("shared", SHARED))
    ]
    state = {"values": {"root_module": {"resources": lookups}}}
    both = starts(sandbox, secret_keys=[KEY, OTHER_KEY])
    assert rules(refused, TASK, role_policy(EXECUTION, both, *starts(sandbox))) == NARROWED
    rekeyed = role_policy(EXECUTION, both, *starts(sandbox))
    assert rules(refused, TASK, rekeyed, prior_state=state) == set()


def works(environment: Environment) -> list[Statement]:
    """The task role's statements of the worker."""
    service = CATALOGUE[WORKER]
    queues = {
        queue.name: environment.arn("sqs", names.queue(environment.name, queue.name))
        for queue in service.queues
    }
    return task_rights(environment, service, queues=queues, topics=[])


def of_worker(refused: Judge, *changes: Json) -> set[str]:
    return rules(refused, *changes, stack=side_stack(ENVIRONMENT, WORKER, Side.EC2))


@pytest.mark.parametrize(
    "sid", ["SendMessages", "ReceiveMessages", "EncryptMessages", "WriteMetrics"]
)
def test_refuses_to_take_what_the_application_does(
    refused: Judge, sandbox: Environment, sid: str
) -> None:
    before = works(sandbox)
    taken = role_policy(TASK_ROLE, before, *without(before, sid))
    assert of_worker(refused, taken) == NARROWED


@pytest.mark.parametrize(
    "action", ["sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
)
def test_refuses_to_take_one_action(refused: Judge, sandbox: Environment, action: str) -> None:
    before = works(sandbox)
    after = [
        {**each.as_document(), "Action": [a for a in each.actions if a != action]}
        for each in before
    ]
    assert of_worker(refused, role_policy(TASK_ROLE, before, *after)) == NARROWED


QUEUE = "arn:aws:sqs:eu-west-1:555555555555:sandbox-capture"
OVER_HTTP = {"Bool": {"aws:SecureTransport": "false"}}
ELSEWHERE = {"StringNotEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}}


@pytest.mark.parametrize(
    ("denial", "expected"),
    [
        ({"Action": "sqs:*", "Resource": "*"}, NARROWED),
        ({"Action": "sqs:SendMessage", "Resource": QUEUE}, NARROWED),
        ({"Action": "SQS:send*", "Resource": f"{QUEUE}*"}, NARROWED),
        ({"NotAction": "s3:*", "Resource": "*"}, NARROWED),
        ({"Action": "sqs:*", "NotResource": f"{QUEUE}-other"}, NARROWED),
        ({"Action": "kms:*", "Resource": KEY}, NARROWED),
        (
            {"Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "v"}}},
            NARROWED,
        ),
        ({"Action": "*", "Resource": "*", "Condition": OVER_HTTP}, set()),
        ({"Action": "kms:*", "Resource": "*", "Condition": ELSEWHERE}, set()),
        ({"Action": "sqs:DeleteQueue", "Resource": "*"}, set()),
        ({"Action": "iam:*", "Resource": "*"}, set()),
        ({"Action": "sqs:*", "Resource": f"{QUEUE}-other"}, set()),
    ],
)
def test_a_denial_takes_what_it_meets(
    refused: Judge, sandbox: Environment, denial: Json, expected: set[str]
) -> None:
    before = works(sandbox)
    denied = role_policy(TASK_ROLE, before, *before, {"Effect": "Deny", **denial})
    assert of_worker(refused, denied) == expected


def test_a_denial_in_a_policy_of_its_own_takes_what_it_meets(
    refused: Judge, sandbox: Environment
) -> None:
    statement = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
    denial = {"role": TASK_ROLE, "policy": json.dumps({"Statement": [statement]})}
    kept = role_policy(TASK_ROLE, works(sandbox), *works(sandbox))
    kept["change"]["actions"] = ["no-op"]
    kept["change"]["after"] = kept["change"]["before"]
    added = change("aws_iam_role_policy.denial", None, denial)
    assert of_worker(refused, kept, added) >= NARROWED


def test_a_tighter_condition_takes_the_right(refused: Judge, sandbox: Environment) -> None:
    before = works(sandbox)
    for condition, expected in (
        ({"StringLike": {"aws:SourceVpce": "vpce-1"}}, NARROWED),
        ({"Bool": {"aws:SecureTransport": "true"}}, set()),
    ):
        after = [
            {**each.as_document(), "Condition": {**dict(each.conditions), **condition}}
            for each in before
        ]
        assert of_worker(refused, role_policy(TASK_ROLE, before, *after)) == expected


def test_a_right_may_move_between_statements_and_policies_of_a_role(
    refused: Judge, sandbox: Environment
) -> None:
    before = works(sandbox)
    split = [{**each.as_document(), "Action": [a]} for each in before for a in each.actions]
    assert of_worker(refused, role_policy(TASK_ROLE, before, *split)) == set()


def test_refuses_to_take_what_no_construct_grants(refused: Judge, sandbox: Environment) -> None:
    """Adopted, for tracing or for sessions: nothing says that it is not needed."""
    traces = Statement("", ["xray:PutTraceSegments"], ["*"])
    before = [*works(sandbox), traces]
    assert of_worker(refused, role_policy(TASK_ROLE, before, *works(sandbox))) == NARROWED


def test_old_tasks_use_a_queue_that_left_the_catalogue(
    refused: Judge, sandbox: Environment
) -> None:
    queue = Statement("", ["sqs:SendMessage"], [f"{QUEUE}-old"])
    taken = role_policy(TASK_ROLE, [*works(sandbox), queue], *works(sandbox))
    url = "https://sqs.eu-west-1.amazonaws.com/555555555555/sandbox-capture-old"
    sends = container(WORKER, environment=[{"name": "OLD_QUEUE_URL", "value": url}])
    running = task_definition([sends], [sends])
    running["change"]["actions"] = ["no-op"]
    assert of_worker(refused, running, taken) == NARROWED
    assert of_worker(refused, taken) == set()


def test_lets_a_side_without_traffic_lose_rights(refused: Judge, sandbox: Environment) -> None:
    taken = role_policy(EXECUTION, starts(sandbox))
    assert {r.rule for r in refused(plan(FARGATE, TASK, taken), stage=Stage.DARK)} == set()


def test_refuses_instances_without_their_agents_rights(
    refused: Judge, sandbox: Environment
) -> None:
    role = names.instance_role(ENVIRONMENT, Segment.CDE)
    before = agent_rights(sandbox)
    for each in before:
        taken = role_policy(role, before, *without(before, each.sid))
        assert rules(refused, taken, stack=PLATFORM) == NARROWED
    manages = Statement("", ["ssm:UpdateInstanceInformation"], ["*"])
    assert (
        rules(refused, role_policy(role, [*before, manages], *before), stack=PLATFORM) == NARROWED
    )
    cluster = sandbox.model_copy(update={"name": "other"})
    moved = role_policy(role, before, *agent_rights(cluster))
    assert rules(refused, moved, stack=PLATFORM) == BOTH
    assert rules(refused, role_policy(role, before, *reversed(before)), stack=PLATFORM) == set()


def role(before: str, after: str, **changes: Any) -> Json:
    was = {"name": EXECUTION, "assume_role_policy": before}
    return change("aws_iam_role.role", was, {**was, "assume_role_policy": after, **changes})


def test_shows_a_trust_condition_as_it_was_and_as_it_is(
    refused: Judge, sandbox: Environment
) -> None:
    other = sandbox.model_copy(update={"account_id": "111111111111"})
    trusts = [policy_document(tasks_trust(each)) for each in (sandbox, other)]
    refusals = refused(plan(FARGATE, role(*trusts)), stage=Stage.CANARY)
    assert {r.rule for r in refusals} == BOTH
    texts = " ".join(r.finding.saw for r in refusals)
    assert "aws:sourceaccount (StringEquals) was 555555555555 and is 111111111111" in texts


def test_shows_the_condition_that_takes_a_right(refused: Judge, sandbox: Environment) -> None:
    trust = tasks_trust(sandbox)
    conditions = {**trust.conditions, "StringLike": {"aws:SourceVpc": "vpc-1"}}
    tighter = Statement("", trust.actions, principal=trust.principal, conditions=conditions)
    changed = role(policy_document(trust), policy_document(tighter))
    (refusal,) = refused(plan(FARGATE, changed), stage=Stage.CANARY)
    assert refusal.rule == RULE
    assert refusal.finding.saw.endswith("only where aws:sourcevpc (StringLike) is vpc-1")


def test_lets_a_trust_become_bound_to_its_account(refused: Judge, sandbox: Environment) -> None:
    trust = tasks_trust(sandbox)
    open_trust = policy_document(Statement("", trust.actions, principal=trust.principal))
    assert rules(refused, role(open_trust, policy_document(trust))) == set()
    nobody = policy_document(instances_trust())
    assert rules(refused, role(policy_document(trust), nobody)) == BOTH


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"permissions_boundary": "arn:aws:iam::555555555555:policy/b"}),
        ({"managed_policy_arns": ["arn:a", "arn:b"]}, {"managed_policy_arns": ["arn:a"]}),
        ({"inline_policy": [{"name": "a", "policy": "{}"}]}, {"inline_policy": []}),
    ],
)
def test_refuses_what_limits_a_role_beside_its_policies(
    refused: Judge, sandbox: Environment, before: Json, after: Json
) -> None:
    trust = policy_document(tasks_trust(sandbox))
    limited = role(trust, trust, **after)
    limited["change"]["before"] |= before
    assert RULE in rules(refused, limited)


def key(before: list[Statement], *after: Statement) -> Json:
    texts = [{"policy": policy_document(*statements)} for statements in (before, list(after))]
    return change("aws_kms_key.cde_key", texts[0], texts[1])


def test_refuses_a_key_that_logs_alarms_or_the_account_cannot_use(
    refused: Judge, sandbox: Environment
) -> None:
    before = [administered_by_account(sandbox), used_by_logs(sandbox), used_by_alarms(sandbox)]
    for each in before:
        assert rules(refused, key(before, *without(before, each.sid)), stack=PLATFORM) == NARROWED
    assert rules(refused, key(before, *reversed(before)), stack=PLATFORM) == set()


def test_resources_may_lose_a_principal_of_an_account_and_no_aws_service(
    refused: Judge, sandbox: Environment
) -> None:
    arn = sandbox.arn("sns", "sandbox-alarms-critical")
    before = publishes_alarms(sandbox, arn)

    def topic(*after: Statement, **principal: str) -> set[str]:
        other = Statement("Other", ["sns:Publish"], [arn], principal=principal)
        texts = [policy_document(before, other), policy_document(*after)]
        values = [{"arn": arn, "policy": text} for text in texts]
        return rules(refused, change("aws_sns_topic_policy.p", *values), stack=PLATFORM)

    assert topic(AWS="arn:aws:iam::555555555555:role/x") == NARROWED
    assert topic(before, AWS="arn:aws:iam::555555555555:role/x") == set()
    assert topic(before, Service="events.amazonaws.com") == NARROWED


def test_refuses_to_take_guarddutys_agent_from_a_watched_side(
    sandbox: Environment, tmp_path: Path
) -> None:
    here = watched(sandbox)
    before = starts(here)
    taken = role_policy(EXECUTION, before, *without(before, "PullGuardDutyAgent"))
    plans = [plan(FARGATE, TASK, taken)]
    verdict = judged(tmp_path, plans, at(here, Stage.CANARY))
    assert {refusal.rule for refusal in verdict.refused} == NARROWED
    # Where nobody watches the account, it is a right that nothing needs.
    verdict = judged(tmp_path, plans, at(unwatched(sandbox), Stage.CANARY))
    assert verdict.refused == ()


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("arn:aws:ecr:eu-west-1:694911143906:repository/aws-guardduty-agent-fargate", set()),
        ("arn:aws:ecr:eu-west-1:694911143906:repository/other", WIDER),
        ("arn:aws:ecr:eu-west-1:999999999999:repository/aws-guardduty-agent-fargate", WIDER),
    ],
)
@pytest.mark.parametrize("is_watched", [True, False])
def test_only_a_watched_side_may_come_to_pull_guarddutys_agent(
    sandbox: Environment, tmp_path: Path, is_watched: bool, repository: str, expected: set[str]
) -> None:
    pull = Statement("PullGuardDutyAgent", PULL_ACTIONS, [repository])
    before = starts(unwatched(sandbox))
    given = role_policy(EXECUTION, before, *before, pull)
    here = watched(sandbox) if is_watched else unwatched(sandbox)
    verdict = judged(tmp_path, [plan(FARGATE, TASK, given)], at(here, Stage.CANARY))
    found = {refusal.rule for refusal in verdict.refused}
    assert found == (expected if is_watched else WIDER)
