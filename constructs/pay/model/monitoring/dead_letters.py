"""The alarm on scheduled calls that were not made."""

from pay.model import names
from pay.model.alarms import Alarm
from pay.model.environment.environment import Environment
from pay.model.queue_metrics import WAITING
from pay.model.vocabulary import Severity


def dead_letters_alarm(environment: Environment) -> Alarm:
    """Return the alarm: at least one dead letter. It ends when somebody has taken all of them.

    SQS sends the metric each minute while the queue is in use, and a letter that arrives is use.
    """
    queue = names.dead_letters(environment.name)
    return Alarm(
        name="scheduled-calls",
        metric=WAITING,
        threshold=0,
        description=f"A scheduled call of {environment.name} was not made: its task could not be "
        f"started in time. Messages of {queue} say which and why.",
        severity=Severity.WARNING,
        evaluation_periods=5,
        datapoints_to_alarm=1,
    )
