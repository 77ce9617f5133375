"""Shows the parts of an environment that sleeps."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pay.model import Environment, Segment
from pay.model.environment.sleep import Sleep
from pay.model.environment.wakes import PartKind
from rollout.aws.clients import Client
from rollout.aws.instances import groups as instance_groups
from rollout.sleep.mover import PartRow
from rollout.sleep.parts import Target
from rollout.terminal.refusal import Finding, Refused
from rollout.terminal.tables import print_table


@dataclass(frozen=True)
class Instances:
    """EC2 instances of one segment. They go on running, and they cost most."""

    segment: Segment
    instance_type: str
    count: int

    def __str__(self) -> str:
        return f"{self.count} {self.instance_type}"


def instances(environment: Environment, client: Client, now: datetime) -> tuple[Instances, ...]:
    """Return the instances that run, of each segment that has some.

    Raises botocore's ClientError when AWS refuses.
    """
    return tuple(
        Instances(group.segment, environment.capacity[group.segment].instance_type, len(group.ages))
        for group in instance_groups(environment, client, now)
        if group.ages
    )


def require_sleep(environment: Environment, what: str) -> Sleep:
    """Return when an environment sleeps. Raises Refused for one that never does."""
    if environment.sleep is None:
        reason = f"the file of {environment.name} has no table `sleep`"
        fix = "add it: docs/tasks/put-an-environment-to-sleep.md"
        if environment.production:
            fix = "nothing: real payments pass here at any hour"
        raise Refused(what, [Finding("sleep", reason, fix)])
    return environment.sleep


def summary(rows: Sequence[PartRow]) -> str:
    """Return the state of the whole: `asleep`, `awake` or `partly`; rows are of ASLEEP."""
    services = [row for row in rows if row.kind is PartKind.SERVICE and row.words != "not there"]
    if all(row.is_done for row in rows):
        return Target.ASLEEP
    return "partly asleep" if any(row.is_done for row in services) else Target.AWAKE


def print_rows(out: Console, rows: Sequence[PartRow]) -> None:
    """Print a line for each part, those that are not done marked."""
    table = Table("", "part", "state", "because")
    for row in rows:
        mark = "[green]ok[/]" if row.is_done else "[red]x[/]"
        table.add_row(mark, escape(row.name), escape(row.words), escape(row.because or ""))
    print_table(out, table, heading=1)


def as_data(rows: Sequence[PartRow]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]
