"""Policies of buckets, topics and queues allow nothing to everybody.

A log or an artefact that the whole world may read or replace is neither protected nor evidence.
"""

from policies.documents import statements
from policies.rule import rule
from policies.stack import Block


@rule("aws_s3_bucket_policy", "aws_sns_topic_policy", "aws_sqs_queue_policy")
def judge(policy: Block) -> list[str]:
    return [
        f"{', '.join(statement.actions)} is allowed to everybody"
        for statement in statements(policy, "policy")
        if statement.allows
        and any(principal == "*" for _, principal in statement.principals)
        and not statement.conditions
    ]
