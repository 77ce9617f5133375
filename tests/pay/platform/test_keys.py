"""A key rotates, and whom its policy lets use it."""

import json
from collections.abc import Mapping

import pytest
from cdktf import TerraformStack

from pay.model import Environment
from pay.model.rights.keys_and_topics import used_by_alarms, used_by_logs
from pay.platform.keys import encryption_key
from tests.support.synthesised import Synthesised, rendered


@pytest.fixture
def environment(environments: Mapping[str, Environment]) -> Environment:
    return environments["production-2"]


@pytest.fixture
def stack(environment: Environment) -> Synthesised:
    def build(stack: TerraformStack) -> None:
        encryption_key(
            stack,
            "logs",
            environment=environment,
            alias="alias/production-2-logs",
            description="Logs",
            used_by=[used_by_logs(environment), used_by_alarms(environment)],
        )

    return rendered(build)


def test_a_key_rotates_and_is_deleted_as_late_as_kms_allows(stack: Synthesised) -> None:
    key = stack.resource("aws_kms_key", "logs_key")
    assert (key["enable_key_rotation"], key["deletion_window_in_days"]) == (True, 30)
    alias = stack.resource("aws_kms_alias", "logs_alias")
    assert alias["target_key_id"] == "${aws_kms_key.logs_key.key_id}"


def test_only_its_account_and_the_named_services_may_use_it(
    stack: Synthesised, environment: Environment
) -> None:
    policy = json.loads(stack.resource("aws_kms_key", "logs_key")["policy"])
    statements = {statement["Sid"]: statement for statement in policy["Statement"]}
    account, region = environment.account_id, environment.region
    assert {sid: statement["Principal"] for sid, statement in statements.items()} == {
        "AdministeredByAccount": {"AWS": f"arn:aws:iam::{account}:root"},
        "EncryptsLogs": {"Service": f"logs.{region}.amazonaws.com"},
        "SendsAlarms": {"Service": "cloudwatch.amazonaws.com"},
    }
    assert statements["EncryptsLogs"]["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account}:log-group:*"
        }
    }
    assert statements["SendsAlarms"]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": account}
    }
