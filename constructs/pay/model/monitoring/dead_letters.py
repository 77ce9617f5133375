"""The alarms on failed calls of schedules, and on undelivered findings."""

from pay.model import names
from pay.model.alarms import Alarm
from pay.model.environment.account import Account
from pay.model.environment.environment import Environment
from pay.model.queue_metrics import WAITING
from pay.model.vocabulary import Severity


def dead_letters_alarm(environment: Environment) -> Alarm:
    """Return the alarm on scheduled calls that were not made."""
    queue = names.dead_letters(environment.name)
    return _alarm(
        "scheduled-calls",
        f"A scheduled call of {environment.name} was not made: its task could not be "
        f"started in time. Messages of {queue} say which and why.",
    )


def sleep_alarm(environment: Environment) -> Alarm:
    """Return the alarm on parts that could not be woken or put to sleep: it works in sleep, too."""
    queue = names.sleep_dead_letters(environment.name)
    return _alarm(
        "sleep",
        f"A part of {environment.name} was not woken or not put to sleep. Messages of {queue} say "
        f"which and why; pay asleep {environment.name} shows every part.",
    )


def findings_alarm(account: Account) -> Alarm:
    """Return the alarm on findings that reached no topic."""
    queue = names.finding_dead_letters(account.name)
    return _alarm(
        "findings",
        f"A finding of account {account.name} reached no topic. Messages of {queue} hold it and "
        f"say why; pay findings {account.environments[0]} lists all.",
    )


def _alarm(name: str, description: str) -> Alarm:
    """Return an alarm on at least one dead letter. It ends when somebody has taken all of them.

    SQS sends the metric each minute while the queue is in use, and a letter that arrives is use.
    """
    return Alarm(
        name=name,
        metric=WAITING,
        threshold=0,
        description=description,
        severity=Severity.WARNING,
        evaluation_periods=5,
        datapoints_to_alarm=1,
    )
