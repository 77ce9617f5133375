"""A customer managed KMS key with its alias and policy."""

from collections.abc import Sequence

from constructs import Construct

from imports.aws.kms_alias import KmsAlias
from imports.aws.kms_key import KmsKey
from pay.iam.document import Statement, policy_document
from pay.model import Environment
from pay.model.environment.account import Account

DELETION_WINDOW_DAYS = 30
"""The longest window that KMS offers: data encrypted with a deleted key is lost."""


def encryption_key(
    scope: Construct,
    key: str,
    *,
    environment: Environment | Account,
    alias: str,
    description: str,
    used_by: Sequence[Statement],
) -> KmsKey:
    """Create a key that rotates yearly (PCI DSS v4.0.1, 3.7.4) and that its account administers.

    `used_by` lists the AWS services that may use it, with their actions.
    """
    account = Statement(
        "AdministeredByAccount",
        # AWS: KMS developer guide, "Default key policy": without it IAM policies have no effect.
        ["kms:*"],
        ["*"],
        principal={"AWS": f"arn:aws:iam::{environment.account_id}:root"},
    )
    kms_key = KmsKey(
        scope,
        f"{key}_key",
        description=description,
        deletion_window_in_days=DELETION_WINDOW_DAYS,
        enable_key_rotation=True,
        policy=policy_document(account, *used_by),
    )
    KmsAlias(scope, f"{key}_alias", name=alias, target_key_id=kms_key.key_id)
    return kms_key


def used_by_logs(environment: Environment | Account) -> Statement:
    """Allow CloudWatch Logs to encrypt this account's log groups (AWS: CloudWatch Logs user guide,
    "Encrypt log data using KMS").
    """
    groups = f"arn:aws:logs:{environment.region}:{environment.account_id}:log-group:*"
    return Statement(
        "EncryptsLogs",
        ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        ["*"],
        principal={"Service": f"logs.{environment.region}.amazonaws.com"},
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )


def used_by_alarms(environment: Environment | Account) -> Statement:
    """Allow CloudWatch to send alarms to an encrypted topic (AWS: SNS developer guide, "Key
    management", "Enable compatibility between event sources from AWS services and encrypted
    topics").
    """
    return Statement(
        "SendsAlarms",
        ["kms:Decrypt", "kms:GenerateDataKey*"],
        ["*"],
        principal={"Service": "cloudwatch.amazonaws.com"},
        conditions={"StringEquals": {"aws:SourceAccount": environment.account_id}},
    )
