"""The queue of failed calls or undelivered findings, and its alarm."""

from constructs import Construct

from imports.aws.kms_key import KmsKey
from imports.aws.sqs_queue import SqsQueue
from pay.model import Environment, addresses, names
from pay.model.alarms import Alarm
from pay.model.monitoring.series import always
from pay.service.alarms import metric_alarm

KEPT_SECONDS = 1_209_600
"""The time for which a dead letter stays: the 14 days that SQS offers at most."""


def dead_letter_queue(
    scope: Construct,
    name: str,
    *,
    owner: str,
    key: KmsKey,
    alarm: Alarm,
    topic: str,
    rests_in: Environment | None = None,
    policy: str | None = None,
) -> SqsQueue:
    """Create the queue with its alarm; `key` encrypts it.

    `owner`: the environment, or the account, that the alarm's name begins with. `topic`: the ARN of
    the topic that hears of it. `rests_in`: the environment in whose sleep it notifies nobody.
    """
    queue = SqsQueue(
        scope,
        addresses.DEAD_LETTERS.id,
        name=name,
        message_retention_seconds=KEPT_SECONDS,
        kms_master_key_id=key.arn,
        policy=policy,
    )
    metric_alarm(
        scope,
        alarm,
        names.environment_alarm(owner, alarm.name),
        always({"QueueName": queue.name}),
        topic,
        rests_in=rests_in,
    )
    return queue
