"""Bucket policies must deny requests over plain HTTP.

S3 answers unencrypted requests unless the bucket's policy denies them.
"""

from policies.engine.documents import statements
from policies.engine.rule import rule
from policies.reading.stack import Block


@rule("aws_s3_bucket_policy")
def judge(policy: Block) -> list[str]:
    refuses = any(
        statement.effect == "Deny"
        and not statement.negations
        and any("*" in principal for _, principal in statement.principals)
        and any(
            key == "aws:securetransport" and "false" in values
            for _, key, values in statement.comparisons
        )
        for statement in statements(policy, "policy")
    )
    return [] if refuses else ["no statement denies aws:SecureTransport = false to everybody"]
