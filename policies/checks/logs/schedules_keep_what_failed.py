"""Schedules must keep the calls that they could not make, where an alarm sees them.

EventBridge Scheduler drops a call after its last attempt. Without a dead-letter queue nothing shows
that a sweep of payments has not run.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block, blocks_of, get


@rule("aws_scheduler_schedule")
def judge(schedule: Block) -> list[str]:
    return [
        "the target has no dead_letter_config with the ARN of a queue"
        for target in schedule.blocks("target")
        if not any(get(each, "arn") for each in blocks_of(target, "dead_letter_config"))
    ]
