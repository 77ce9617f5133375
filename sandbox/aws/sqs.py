"""SQS: the metric of waiting messages, which moto 5.2 does not send.

AWS sends it each minute while a queue is in use, and for six hours afterwards. The sandbox does so
for a queue that had messages. Source: SQS developer guide, "Available CloudWatch metrics for Amazon
SQS".
"""

from moto.sqs.models import Queue, sqs_backends

from sandbox.aws import before_each_call
from sandbox.aws.clock import CLOCK
from sandbox.aws.cloudwatch.metric_store import MINUTE, STORE, StoredSeries

IN_USE_MINUTES = 360

_last_minute = -1
_used: dict[str, int] = {}
"""ARN of a queue -> the last minute in which it had a message."""


def _report() -> None:
    """Send the metric for every minute since the last report."""
    global _last_minute
    now = int(CLOCK.seconds() // MINUTE)
    queues = [
        queue
        for regions in sqs_backends.values()
        for backend in regions.values()
        for queue in backend.queues.values()
    ]
    for queue in queues:
        waiting = queue.approximate_number_of_messages
        if waiting:
            _used[queue.queue_arn] = now
        since = _used.get(queue.queue_arn)
        if since is None or now - since > IN_USE_MINUTES:
            continue
        first = max(min(_last_minute + 1, now), now - IN_USE_MINUTES)
        for minute in range(first, now + 1) if _last_minute < now else ():
            _send(queue, minute, waiting)
    _last_minute = now


def _send(queue: Queue, minute: int, waiting: int) -> None:
    series = StoredSeries(
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        frozenset({("QueueName", queue.name)}),
    )
    STORE.put(series, minute * MINUTE, {float(waiting): 1.0}, unit="Count")


before_each_call.append(_report)
