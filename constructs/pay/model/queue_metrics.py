"""The metrics of an SQS queue.

SQS counts by queue, not by consumer. It sends a metric each minute while a queue is in use, and
stops six hours after the last use. AWS: SQS developer guide, "Available CloudWatch metrics for
Amazon SQS".
"""

from pay.model.metrics import Metric, Statistic, Unit


def _queue(id: str, name: str, statistic: Statistic, unit: Unit = "Count") -> Metric:
    return Metric(
        id=id,
        namespace="AWS/SQS",
        name=name,
        statistic=statistic,
        unit=unit,
        dimensions=("QueueName",),
    )


RECEIVED = _queue("received", "NumberOfMessagesReceived", "Sum")
DELETED = _queue("deleted", "NumberOfMessagesDeleted", "Sum")
"""A consumer deletes a message that it has worked; one that it has not is received again."""
OLDEST = _queue("oldest", "ApproximateAgeOfOldestMessage", "Maximum", "Seconds")
"""Leaves out a message that was received three times or more."""
WAITING = _queue("waiting", "ApproximateNumberOfMessagesVisible", "Maximum")
"""Of a queue of dead letters, all of them."""
