"""Policies of buckets, topics, queues, secrets and repositories must not allow access to everybody.

A log or artefact that anybody may read or replace is neither protected nor evidence. Give
`Principal = "*"` a condition on named accounts, organisations, networks or ARNs.
"""

from pay.iam.document import Statement
from policies.engine.documents import allowing
from policies.engine.rule import rule
from policies.engine.stack import Block

_WHOSE = (
    *(f"aws:Source{each}" for each in ("Account", "Arn", "OrgID", "Vpc", "Vpce")),
    *(f"aws:Principal{each}" for each in ("Account", "Arn", "OrgID")),
)


@rule(
    "aws_ecr_repository_policy",
    "aws_s3_bucket",
    "aws_s3_bucket_policy",
    "aws_secretsmanager_secret",
    "aws_secretsmanager_secret_policy",
    "aws_sns_topic",
    "aws_sns_topic_policy",
    "aws_sqs_queue",
    "aws_sqs_queue_policy",
)
def judge(block: Block) -> list[str] | None:
    if not block.type.endswith("_policy") and block.get("policy") is None:
        return None
    return [
        f"{', '.join(statement.actions)} is allowed to everybody"
        for statement in allowing(block, "policy")
        if any(principal == "*" for _, principal in statement.principals)
        and not any(_limits(statement, key) for key in _WHOSE)
    ]


def _limits(statement: Statement, key: str) -> bool:
    values = statement.limited_to(key)
    return bool(values) and all(map(_names_somebody, values))


def _names_somebody(value: str) -> bool:
    """Return whether the account, or the bucket of an ARN without account, has no wildcard."""
    parts = value.split(":", 5)
    whose = value if len(parts) < 6 else parts[4] or parts[5].split("/")[0]
    return "*" not in whose and "?" not in whose
