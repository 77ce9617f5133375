"""SQS queues must be encrypted with a customer managed key.

Access to SQS's own key, or to `alias/aws/sqs`, cannot be limited to the systems that need it.
checkov's own checks accept the first.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_sqs_queue")
def judge(queue: Block) -> list[str]:
    key = queue.value("kms_master_key_id")
    if not key or "alias/aws/" in str(key):
        return [f"kms_master_key_id is {key!r}"]
    return []
