"""What the guard refuses about IAM statements."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.iam.document import policy_document
from pay.iam.policy_arguments import RESOURCE_POLICIES
from pay.model import Environment, Side, Stage
from pay.model.environment.account import accounts
from pay.model.rights.keys_and_topics import keeps_untold_findings
from pay.model.stacks import side_stack
from tests.rollout.guard.conftest import Judge
from tests.support.plans import EC2, FARGATE, PLATFORM, Json, change, plan, policy, records, traffic
from tests.support.services import RUNNING_TASKS

ROLE = change("aws_iam_role.task_role", None, {"name": "task"})
OLD_ROLE = change("aws_iam_role.task_role", {"name": "task"}, {"name": "task"})
ACCOUNT = "555555555555"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:queue"
READ = {"Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": [QUEUE]}
SECRETS = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:"
ONE_OFF = "sandbox_stream-s3-sqs-task"
"""A role that toolbox may pass, and no other service."""
METRICS_ROLE = f"arn:aws:iam::{ACCOUNT}:role/sandbox-prometheus-write"
"""As environments/sandbox.toml has it."""


def found(refused: Judge, *changes: Json) -> set[str]:
    return {refusal.rule for refusal in refused(plan(EC2, *changes), stage=Stage.LEGACY)}


def role_policy(before: str | None, after: str) -> Json:
    return change(
        "aws_iam_role_policy.task_policy",
        None if before is None else {"role": "task", "policy": before},
        {"role": "task", "policy": after},
    )


@pytest.mark.parametrize(
    "after",
    [
        {**READ, "Action": [*READ["Action"], "sqs:SendMessage"]},
        {**READ, "Action": ["sqs:*"]},
        {**READ, "Resource": ["*"]},
        {**READ, "Resource": [QUEUE.replace("queue", "*")]},
        {"NotAction": "iam:*", "Resource": "*"},
        {"Action": READ["Action"], "NotResource": f"{QUEUE}-other"},
    ],
)
def test_refuses_a_statement_that_widens(refused: Judge, after: Json) -> None:
    widened = role_policy(policy(READ), policy(after))
    assert found(refused, OLD_ROLE, widened) == {"widens-no-iam-statement"}


@pytest.mark.parametrize(
    "after",
    [
        READ,
        {**READ, "Sid": "Other"},
        {**READ, "Action": "sqs:receivemessage"},
        {**READ, "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}},
    ],
)
def test_lets_a_statement_narrow(refused: Judge, after: Json) -> None:
    assert found(refused, OLD_ROLE, role_policy(policy(READ), policy(after))) == set()


def test_refuses_to_drop_or_change_a_condition(refused: Judge) -> None:
    bound = {**READ, "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}
    other = {**READ, "Condition": {"StringEquals": {"aws:SourceAccount": "2"}}}
    for after in (READ, other):
        widened = role_policy(policy(bound), policy(after))
        assert found(refused, OLD_ROLE, widened) == {"widens-no-iam-statement"}


def test_refuses_to_drop_a_denial(refused: Judge) -> None:
    denial = {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}
    widened = role_policy(policy(READ, denial), policy(READ))
    assert found(refused, OLD_ROLE, widened) == {"widens-no-iam-statement"}


def test_moving_a_grant_between_statements_widens_nothing(refused: Judge) -> None:
    one, two = ({**READ, "Action": action} for action in READ["Action"])
    assert found(refused, OLD_ROLE, role_policy(policy(READ), policy(one, two))) == set()


def test_a_new_policy_widens_a_role_that_exists(refused: Judge) -> None:
    new = role_policy(None, policy(READ))
    assert found(refused, OLD_ROLE, new) == {"widens-no-iam-statement"}
    assert found(refused, ROLE, new) == set()


@pytest.mark.parametrize("statement", [READ, {"Action": "s3:*", "Resource": "*"}])
def test_refuses_a_policy_that_is_given_to_another_role(refused: Judge, statement: Json) -> None:
    """At `dark`, where Fargate may be rebuilt, so that no other rule minds the replacement."""
    assert given_to(refused, "administrator", statement) == {"widens-no-iam-statement"}
    assert given_to(refused, None, statement) == {"widens-no-iam-statement"}


@pytest.mark.parametrize(
    ("statement", "rules"),
    [(READ, set()), ({"Action": "s3:*", "Resource": "*"}, {"widens-no-iam-statement"})],
)
@pytest.mark.parametrize("before", [None, {"name": "task"}])
def test_judges_a_policy_of_a_role_that_is_made_with_it_as_new(
    refused: Judge, before: Json | None, statement: Json, rules: set[str]
) -> None:
    made = change(
        "aws_iam_role.task_role",
        before,
        {"name": "task-2"},
        actions=["delete", "create"] if before else None,
    )
    assert given_to(refused, "task-2", statement, made) == rules


def given_to(refused: Judge, role: str | None, statement: Json, *others: Json) -> set[str]:
    """What is refused when a policy goes from the role `task` to another; None: not known yet."""
    was = {"role": "task", "policy": policy(statement)}
    moved = change(
        "aws_iam_role_policy.task_policy",
        was,
        {**was, "role": role},
        actions=["delete", "create"],
        replace_paths=[["role"]],
        unknown={"role": True} if role is None else {},
    )
    plans = plan(FARGATE, *others, moved), traffic(records(None), records(None))
    return {refusal.rule for refusal in refused(*plans, stage=Stage.DARK)}


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "*", "Resource": "*"},
        {"Action": "s3:*", "Resource": "*"},
        {"Action": "iam:PassRole", "Resource": "*"},
        {"NotAction": "iam:*", "Resource": "*"},
        {"Action": "*:*", "Resource": QUEUE},
        {"Action": "s?s:*", "Resource": QUEUE},
        {"Action": "sqs:*", "Resource": QUEUE},
        {"Action": "iam:*", "Resource": f"arn:aws:iam::{ACCOUNT}:*"},
        {"Action": "iam:PutRolePolicy", "Resource": f"arn:aws:iam::{ACCOUNT}:role/x"},
        {"Action": "iam:Pass*", "Resource": "*"},
        {"Action": "iam:Pass*", "Resource": f"arn:aws:iam::{ACCOUNT}:role/x"},
        {"Action": "IAM:PassRole", "Resource": f"arn:aws:iam::{ACCOUNT}:role/*"},
        {"Action": "iam:PassRole", "Resource": f"arn:aws:iam::{ACCOUNT}:role/administrator"},
        {"Action": "iam:PassRole", "Resource": f"arn:aws:iam::{ACCOUNT}:role/{ONE_OFF}"},
        {"Action": "kms:Decrypt", "Resource": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*-*"},
        {"Action": "secretsmanager:GetSecretValue", "Resource": f"{SECRETS}*-*"},
        {"Action": "secretsmanager:GetSecretValue", "Resource": f"{SECRETS}*-api"},
        {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::*-*"},
        {"Action": "kms:Decrypt", "Resource": "*"},
        {"Action": "kms:Decrypt", "Resource": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*"},
        {"Action": "secretsmanager:GetSecretValue", "Resource": "*"},
        {"Action": "secretsmanager:GetSecretValue", "Resource": "arn:aws:secretsmanager:*"},
        {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::*/*"},
        {"Action": "ecs:RunTask", "Resource": "*"},
        {"Action": "sts:AssumeRole", "Resource": "*"},
        {"Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{ACCOUNT}:role/administrator"},
        {"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:999999999999:queue"},
        {"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:*:queue"},
        {
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}},
        },
        {
            "Action": "kms:Decrypt",
            "Resource": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*",
            "Condition": {"StringLike": {"kms:ViaService": "*"}},
        },
        {
            "Action": "ecs:Poll",
            "Resource": "*",
            "Condition": {"ArnNotEquals": {"ecs:cluster": "arn:aws:ecs:x:y:cluster/z"}},
        },
    ],
)
def test_refuses_a_new_role_that_may_more_than_any_needs(refused: Judge, statement: Json) -> None:
    new = role_policy(None, policy(statement))
    assert found(refused, ROLE, new) == {"widens-no-iam-statement"}


@pytest.mark.parametrize("service", RUNNING_TASKS)
@pytest.mark.parametrize(
    ("role", "is_its_own"),
    [
        ("sandbox_{}-task", True),
        ("sandbox_{}-execution", True),
        ("sandbox_{}-*", False),
        ("administrator", False),
    ],
)
def test_a_service_passes_the_roles_of_its_own_one_off_tasks_only(
    refused: Judge, service: str, role: str, is_its_own: bool
) -> None:
    role = role.format(CATALOGUE[service].task_runs[0].family)
    passes = {
        "Action": "iam:PassRole",
        "Resource": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    }
    stack = side_stack("sandbox", service, Side.EC2)
    refusals = refused(plan(stack, ROLE, role_policy(None, policy(passes))), stage=Stage.LEGACY)
    assert {r.rule for r in refusals} == (set() if is_its_own else {"widens-no-iam-statement"})


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::pay-sandbox-reports/*"},
        {"Action": "sts:AssumeRole", "Resource": METRICS_ROLE},
        {
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*",
            "Condition": {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}},
        },
        {
            "Action": "ecs:Poll",
            "Resource": "*",
            "Condition": {"ArnEquals": {"ecs:cluster": f"arn:aws:ecs:x:{ACCOUNT}:cluster/z"}},
        },
        {"Effect": "Deny", "Action": "*", "Resource": "*"},
    ],
)
def test_lets_a_new_role_have_what_the_stacks_give(refused: Judge, statement: Json) -> None:
    assert found(refused, ROLE, role_policy(None, policy(statement))) == set()


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": "999999999999"},
        {"AWS": "arn:aws:iam::999999999999:root"},
        {"AWS": "arn:aws:iam::444444444444:role/prometheus"},
        {"AWS": ["arn:aws:iam::*:root"]},
        {"AWS": "AIDAEXAMPLE"},
        {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.test"},
    ],
)
@pytest.mark.parametrize("condition", [{}, {"StringLike": {"aws:PrincipalArn": "*"}}])
def test_refuses_a_role_that_others_may_assume(
    refused: Judge, principal: object, condition: Json
) -> None:
    trust = policy({"Action": "sts:AssumeRole", "Principal": principal, "Condition": condition})
    role = change("aws_iam_role.task_role", None, {"name": "t", "assume_role_policy": trust})
    assert found(refused, role) == {"widens-no-iam-statement"}


@pytest.mark.parametrize(
    "principal",
    [
        {"Service": "ecs-tasks.amazonaws.com"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"},
        {"AWS": ACCOUNT},
    ],
)
def test_lets_services_and_the_own_account_assume_a_new_role(
    refused: Judge, principal: Json
) -> None:
    trust = policy({"Action": "sts:AssumeRole", "Principal": principal})
    role = change("aws_iam_role.task_role", None, {"name": "t", "assume_role_policy": trust})
    assert found(refused, role) == set()


def test_refuses_another_principal(refused: Judge) -> None:
    values = [
        {
            "name": "t",
            "assume_role_policy": policy(
                {"Action": "sts:AssumeRole", "Principal": {"Service": service}}
            ),
        }
        for service in ("ecs-tasks.amazonaws.com", ["ecs-tasks.amazonaws.com", "x.amazonaws.com"])
    ]
    wider = change("aws_iam_role.task_role", values[0], values[1])
    assert found(refused, wider) == {"widens-no-iam-statement"}
    narrower = change("aws_iam_role.task_role", values[1], values[0])
    assert found(refused, narrower) == set()


def test_the_key_policy_of_the_account_itself_is_no_wildcard(refused: Judge) -> None:
    root = {"AWS": "arn:aws:iam::555555555555:root"}
    own = policy({"Action": "kms:*", "Resource": "*", "Principal": root})
    anybody = policy({"Action": "kms:*", "Resource": "*", "Principal": "*"})
    for document, expected in ((own, set()), (anybody, {"widens-no-iam-statement"})):
        new = plan(PLATFORM, change("aws_kms_key.cde_key", None, {"policy": document}))
        assert {refusal.rule for refusal in refused(new, stage=Stage.LEGACY)} == expected


@pytest.mark.parametrize("stack", ["sandbox-tasks", "sandbox-watching"])
@pytest.mark.parametrize("before", [None, {"name": "dead", "policy": ""}])
def test_refuses_a_queue_that_lets_anybody_in(
    refused: Judge, stack: str, before: Json | None
) -> None:
    document = policy({"Action": "sqs:*", "Resource": "*", "Principal": "*"})
    after = {"name": "dead", "policy": document}
    wider = plan(stack, change("aws_sqs_queue.dead_letters", before, after))
    assert "widens-no-iam-statement" in {each.rule for each in refused(wider, stage=Stage.LEGACY)}


def test_lets_a_queue_keep_findings_as_the_stacks_say(
    refused: Judge, environments: Mapping[str, Environment]
) -> None:
    [account] = [a for a in accounts(environments.values()) if a.name == "sandbox"]
    document = policy_document(keeps_untold_findings(account))
    values = [{"name": "dead", "policy": each} for each in ("", document)]
    named = plan("sandbox-watching", change("aws_sqs_queue.dead_letters", *values))
    assert "widens-no-iam-statement" not in {
        each.rule for each in refused(named, stage=Stage.LEGACY)
    }


@pytest.mark.parametrize("type", RESOURCE_POLICIES)
def test_refuses_every_resource_that_lets_anybody_in(refused: Judge, type: str) -> None:
    document = policy({"Action": "*", "Resource": "*", "Principal": "*"})
    wider = plan(PLATFORM, change(f"{type}.any", {"policy": ""}, {"policy": document}))
    assert "widens-no-iam-statement" in {each.rule for each in refused(wider, stage=Stage.LEGACY)}


@pytest.mark.parametrize(
    "document", ["not json", "[]", "{}", '{"Statement": [7]}', '{"Statement": {"Effect": "?"}}']
)
def test_refuses_a_policy_that_it_cannot_read(refused: Judge, document: str) -> None:
    assert found(refused, OLD_ROLE, role_policy(policy(READ), document)) == {
        "widens-no-iam-statement"
    }


def test_refuses_a_policy_that_is_known_only_after_apply(refused: Judge) -> None:
    unknown = role_policy(policy(READ), policy(READ))
    unknown["change"] |= {"actions": ["update"], "after_unknown": {"policy": True}}
    assert found(refused, OLD_ROLE, unknown) == {"widens-no-iam-statement"}


@pytest.mark.parametrize(
    "changed",
    [
        change("aws_iam_user.deployer", None, {"name": "deployer"}),
        change("aws_iam_access_key.deployer", None, {"user": "deployer"}),
        *(
            change(
                f"aws_iam_{whose}policy_attachment.{name}",
                None,
                {"role": "task", "policy_arn": f"arn:aws:iam::aws:policy/{name}"},
            )
            for whose in ("role_", "user_", "group_", "")
            for name in ("AdministratorAccess", "SecretsManagerReadWrite", "ReadOnlyAccess")
        ),
        change("aws_iam_role.task_role", None, {"name": "task", "managed_policy_arns": ["arn:a"]}),
        change(
            "aws_iam_role.task_role",
            {"name": "task", "permissions_boundary": "arn:b"},
            {"name": "task", "permissions_boundary": None},
        ),
    ],
    ids=lambda changed: changed["address"],
)
def test_refuses_what_widens_beside_the_statements(refused: Judge, changed: Json) -> None:
    # Most of these types no stack makes, so that they are refused for that as well.
    assert found(refused, changed) - {"leaves-the-existing-estate"} == {"widens-no-iam-statement"}
