"""The EC2 instances of an environment's legacy cluster: their ages, and their renewal.

A new instance has the newest image, because EC2 reads AWS's parameter at each launch. Nothing else
replaces a running one (docs/decisions/0123-renew-instances-by-a-command.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pay.model import Environment, Segment, names
from rollout.aws.clients import Client
from rollout.terminal.refusal import Finding, Refused

LONGEST_AGE = timedelta(days=30)
"""Security patches are installed within a month of their release (PCI DSS v4.0.1, 6.3.3)."""

PREFERENCES = {
    # A new instance is in service before an old one ends, one at a time. So capacity holds the
    # peak.
    "MinHealthyPercentage": 100,
    "MaxHealthyPercentage": 110,
    # Seconds until an instance has joined the cluster and takes tasks.
    "InstanceWarmup": 300,
    # ECS protects every instance with tasks from scale-in, and drains an instance that ends. By
    # default a refresh would wait an hour for the protection to go, and fail.
    "ScaleInProtectedInstances": "Refresh",
    # Every instance has the launch template's only version, whatever its image.
    "SkipMatching": False,
}
"""AWS: EC2 Auto Scaling API, `RefreshPreferences`."""

_RUNS = frozenset({"Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking"})


@dataclass(frozen=True)
class AutoScalingGroup:
    """The instances of one segment."""

    segment: Segment
    name: str
    ages: tuple[timedelta, ...]
    renewal: str | None = None
    """The status of the last renewal, as AWS words it; None if there was none."""
    percent: int = 0
    """The share of the last renewal that is done."""

    @property
    def oldest(self) -> timedelta:
        return max(self.ages, default=timedelta())

    @property
    def is_renewed(self) -> bool:
        """Return whether a renewal runs."""
        return self.renewal in _RUNS

    @property
    def is_due(self) -> bool:
        return self.oldest > LONGEST_AGE


def groups(environment: Environment, client: Client, now: datetime) -> Iterator[AutoScalingGroup]:
    """Yield the instances of each segment; none for a group that does not exist.

    Raises botocore's BotoCoreError and ClientError when AWS cannot be asked or refuses.
    """
    autoscaling = client("autoscaling")
    for segment in Segment:
        name = names.capacity_provider(environment.name, segment)
        described = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        for group in described["AutoScalingGroups"]:
            ids = [instance["InstanceId"] for instance in group["Instances"]]
            answer = autoscaling.describe_instance_refreshes(
                AutoScalingGroupName=name, MaxRecords=1
            )
            last: dict[str, Any] = next(iter(answer["InstanceRefreshes"]), {})
            yield AutoScalingGroup(
                segment,
                name,
                tuple(now - launched for launched in _launch_times(client, ids)),
                last.get("Status"),
                last.get("PercentageComplete", 0),
            )


def startable(
    known: tuple[AutoScalingGroup, ...], start: Segment, environment: str
) -> AutoScalingGroup:
    """Return the group to renew.

    Raises Refused while a renewal runs, because both segments may share a zone's trouble. Raises it
    also without a group.
    """
    what = f"to renew the instances of {start} in {environment}"
    running = [group for group in known if group.is_renewed]
    if running:
        findings = [
            Finding(
                "renewal",
                f"the renewal of {group.segment} is {group.renewal}, {group.percent} %",
                f"wait until `pay renew {environment}` shows its end",
            )
            for group in running
        ]
        raise Refused(what, findings)
    for group in known:
        if group.segment is start:
            return group
    missing = f"{environment} has no Auto Scaling group of {start}"
    raise Refused(what, [Finding("instances", missing, "nothing has to be renewed")])


def renew(group: AutoScalingGroup, client: Client) -> None:
    """Replace every instance of the group, one after the other, each after its tasks have moved.

    Raises botocore's ClientError when AWS refuses.
    """
    client("autoscaling").start_instance_refresh(
        AutoScalingGroupName=group.name, Preferences=PREFERENCES
    )


def _launch_times(client: Client, ids: list[str]) -> list[datetime]:
    if not ids:
        return []
    reservations = client("ec2").describe_instances(InstanceIds=ids)["Reservations"]
    return [each["LaunchTime"] for reservation in reservations for each in reservation["Instances"]]
