"""The resource types that hold an IAM policy, with the argument and the kind of each policy."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class PolicyKind(Enum):
    """The kind of a policy, by its decision."""

    IDENTITY = "what a role may do"
    TRUST = "who may assume a role"
    RESOURCE = "who may do what with the one resource that it belongs to, which `*` means there"


_WITH_A_POLICY = (
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
    "aws_sns_topic",
    "aws_sqs_queue",
)
"""They hold their policy themselves or have a resource for it."""
_WITH_A_POLICY_BESIDE = ("aws_ecr_registry", "aws_ecr_repository", "aws_vpc_endpoint")

IDENTITY_POLICIES = tuple(f"aws_iam_{each}policy" for each in ("role_", "", "user_", "group_"))
"""The resources that say what a role, a user or a group may do."""
RESOURCE_POLICIES = (
    *_WITH_A_POLICY,
    *(f"{each}_policy" for each in (*_WITH_A_POLICY, *_WITH_A_POLICY_BESIDE)),
)
"""The resources that say who may use a key, bucket, secret, topic, queue, repository or an
endpoint."""

POLICY_ARGUMENTS: Mapping[str, tuple[str, PolicyKind]] = MappingProxyType(
    {
        **dict.fromkeys(IDENTITY_POLICIES, ("policy", PolicyKind.IDENTITY)),
        **dict.fromkeys(RESOURCE_POLICIES, ("policy", PolicyKind.RESOURCE)),
        "aws_iam_role": ("assume_role_policy", PolicyKind.TRUST),
    }
)
"""Resource type -> its argument with a policy document, and what that decides."""
ARGUMENT_NAMES = tuple(dict.fromkeys(argument for argument, _ in POLICY_ARGUMENTS.values()))
"""`policy` and `assume_role_policy`."""
