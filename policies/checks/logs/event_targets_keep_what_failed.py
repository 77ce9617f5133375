"""Targets of EventBridge must keep the events that they could not deliver, for an alarm to see.

EventBridge drops an event after its last attempt, and one that the target refuses at once. Without
a dead-letter queue a finding reaches nobody, and nothing shows it.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block, get


@rule("aws_cloudwatch_event_target")
def judge(target: Block) -> list[str]:
    if any(get(each, "arn") for each in target.blocks("dead_letter_config")):
        return []
    return ["it has no dead_letter_config with the ARN of a queue"]
