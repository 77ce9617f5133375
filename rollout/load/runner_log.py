"""Shows the log of a load test's runner while it runs."""

import json
from dataclasses import dataclass, field

from pay.model import Environment, names
from pay.model.environment.load import FAMILY
from rollout.aws.clients import Client
from rollout.tasks.one_off import Report


@dataclass
class RunnerLog:
    """Follows the log stream of one task."""

    environment: Environment
    client: Client
    task: str
    """Its ARN."""
    report: Report
    _token: dict[str, str] = field(default_factory=dict)

    def show(self) -> None:
        """Report the lines that are new; nothing before the first one."""
        logs = self.client("logs")
        try:
            answer = logs.get_log_events(
                logGroupName=names.log_group(self.environment.name, "app", FAMILY),
                logStreamName=f"{FAMILY}/{FAMILY}/{self.task.rpartition('/')[2]}",
                startFromHead=True,
                **self._token,
            )
        except logs.exceptions.ResourceNotFoundException:
            return
        self._token = {"nextToken": answer["nextForwardToken"]}
        for event in answer["events"]:
            self.report(in_words(event["message"]))


def in_words(line: str) -> str:
    """Return the values of a line in CloudWatch's embedded metric format, as a line for people."""
    try:
        values = json.loads(line)
    except ValueError:
        return line
    if not isinstance(values, dict) or "_aws" not in values:
        return line
    shown = (f"{name} {value}" for name, value in values.items() if name != "_aws")
    return ", ".join(shown)
