"""The queues that services receive from, their dead letters, and the alarm on these."""

import re
from collections.abc import Iterable

from pay.model import names
from pay.model.alarms import Alarm
from pay.model.environment.environment import Environment
from pay.model.queue_metrics import WAITING
from pay.model.service.dependencies import Access
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import Severity

MINUTES = 5
"""A period: SQS counts each minute, and a dead letter stays."""


def received_queues(services: Iterable[Microservice]) -> tuple[str, ...]:
    """Return the queues that services receive from, each once, without their environment."""
    uses = (use for service in services for use in service.queues)
    return tuple(dict.fromkeys(use.name for use in uses if Access.RECEIVE in use.access))


def queue_alarms(service: Microservice, environment: Environment) -> dict[Alarm, str]:
    """Return an alarm for each queue that the service receives from, on messages that it gave up.
    The alarm names the queue that holds them.

    SQS counts by queue and not by side, so it stands over both sides. Each queue has its own, so
    one more changes no alarm.
    """
    return {
        Alarm(
            name=f"dead-letters-{_words(queue)}",
            metric=WAITING,
            threshold=0,
            description=f"{service.name} received messages of {queue} in vain, and they are dead "
            "letters: look at them, then send them back or delete them.",
            severity=Severity.WARNING,
            period_seconds=MINUTES * 60,
            evaluation_periods=1,
            datapoints_to_alarm=1,
        ): names.dead_letter_queue(names.queue(environment.name, queue))
        for queue in received_queues([service])
    }


def _words(queue: str) -> str:
    """Return a queue's name as a part of an alarm's: `Events_v2.fifo` is `events-v2-fifo`."""
    return re.sub("[^a-z0-9]+", "-", queue.lower()).strip("-")
