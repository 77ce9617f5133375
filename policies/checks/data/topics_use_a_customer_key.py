"""SNS topics are encrypted with a customer managed key.

An alias of AWS's own (`alias/aws/sns`) cannot be restricted to the systems that need the key;
checkov's own check passes it.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_sns_topic")
def judge(topic: Block) -> list[str]:
    key = topic.value("kms_master_key_id")
    if not key or "alias/aws/" in str(key):
        return [f"kms_master_key_id is {key!r}"]
    return []
