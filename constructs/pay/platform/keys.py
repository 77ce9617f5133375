"""A customer managed KMS key with its alias and policy."""

from collections.abc import Sequence

from constructs import Construct

from imports.aws.kms_alias import KmsAlias
from imports.aws.kms_key import KmsKey
from pay.iam.document import Statement, policy_document
from pay.model import Environment
from pay.model.environment.account import Account
from pay.model.rights.keys_and_topics import administered_by_account

DELETION_WINDOW_DAYS = 30
"""The longest window that KMS offers, because data encrypted with a deleted key is lost."""


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
    kms_key = KmsKey(
        scope,
        f"{key}_key",
        description=description,
        deletion_window_in_days=DELETION_WINDOW_DAYS,
        enable_key_rotation=True,
        policy=policy_document(administered_by_account(environment), *used_by),
    )
    KmsAlias(scope, f"{key}_alias", name=alias, target_key_id=kms_key.key_id)
    return kms_key
