"""The queue of what schedules could not do, and its alarm."""

from constructs import Construct

from imports.aws.kms_key import KmsKey
from imports.aws.sqs_queue import SqsQueue
from pay.existing.messaging import AlarmTopics
from pay.model import Environment, addresses, names
from pay.model.alarms import Alarm
from pay.model.monitoring.series import always
from pay.service.alarms import metric_alarm

KEPT_SECONDS = 1_209_600
"""How long a dead letter stays: the 14 days that SQS offers at most."""


def dead_letter_queue(
    scope: Construct,
    name: str,
    *,
    environment: Environment,
    key: KmsKey,
    alarm: Alarm,
    topics: AlarmTopics,
    rests: bool,
) -> SqsQueue:
    """Create the queue with its alarm; `key` encrypts it.

    `rests`: whether the alarm notifies nobody while the environment sleeps.
    """
    queue = SqsQueue(
        scope,
        addresses.DEAD_LETTERS.id,
        name=name,
        message_retention_seconds=KEPT_SECONDS,
        kms_master_key_id=key.arn,
    )
    metric_alarm(
        scope,
        alarm,
        names.environment_alarm(environment.name, alarm.name),
        always({"QueueName": queue.name}),
        topics.arn(alarm.severity),
        rests_in=environment if rests else None,
    )
    return queue
