"""SNS topics must be encrypted with a customer managed key.

Access to AWS's own key (`alias/aws/sns`) cannot be limited to the systems that need it. checkov's
own check accepts it.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_sns_topic")
def judge(topic: Block) -> list[str]:
    key = topic.value("kms_master_key_id")
    if not key or "alias/aws/" in str(key):
        return [f"kms_master_key_id is {key!r}"]
    return []
