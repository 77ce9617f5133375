"""SQS queues are encrypted with a customer managed key.

Encryption with SQS's own key, or with `alias/aws/sqs`, cannot be restricted to the systems that
need the key; checkov's own checks pass the first.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_sqs_queue")
def judge(queue: Block) -> list[str]:
    key = queue.value("kms_master_key_id")
    if not key or "alias/aws/" in str(key):
        return [f"kms_master_key_id is {key!r}"]
    return []
