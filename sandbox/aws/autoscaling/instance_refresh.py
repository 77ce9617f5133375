"""Instance refreshes of EC2 Auto Scaling groups, with the managed draining of ECS.

A refresh replaces the instances of a group. moto 5.2 has no refreshes.

By default AWS does not replace an instance that is protected from scale-in. It waits an hour for it
and then fails. Source: AWS, EC2 Auto Scaling API, `RefreshPreferences`. Here that hour has no
length.

With a maximum healthy percentage above 100, a new instance starts before an old one ends. Managed
draining first moves the old one's tasks. Source: AWS, ECS developer guide, "Safely stop Amazon ECS
workloads running on EC2 instances".
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError
from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.ecs.models import ContainerInstance, ecs_backends
from moto.moto_api._internal import mock_random

from sandbox.aws import before_each_call
from sandbox.aws.clock import CLOCK
from sandbox.aws.patching import adds


@dataclass
class Refresh:
    """One refresh of a group, which replaces one instance after the other."""

    group: FakeAutoScalingGroup
    preferences: dict[str, Any]
    old: frozenset[str]
    """The ids of the instances that the group had when it started."""
    id: str = field(default_factory=lambda: str(mock_random.uuid4()))
    start_time: datetime = field(default_factory=CLOCK.moment)
    end_time: datetime | None = None
    status: str = "InProgress"
    reason: str = ""

    @property
    def left(self) -> list[InstanceState]:
        return [state for state in self.group.instance_states if state.instance_id in self.old]

    def move_on(self) -> None:
        """Start, drain or end an instance, or end the refresh."""
        of_protected = self.preferences.get("ScaleInProtectedInstances", "Wait")
        left = self.left
        if of_protected != "Refresh":
            unprotected = [state for state in left if not state.protected_from_scale_in]
            if of_protected == "Wait" and unprotected != left:
                self._end("Failed", "Instances are protected from scale in.")
                return
            left = unprotected
        if not left:
            self._end("Successful")
        elif self._must_launch_first():
            tags = self.group.get_propagated_tags()
            self.group.replace_autoscaling_group_instances(1, tags)
        elif _is_drained(left[0]):
            self.group.instance_states.remove(left[0])
            self.group.autoscaling_backend.ec2_backend.terminate_instances([left[0].instance_id])
            self.group.set_desired_capacity(self.group.desired_capacity)

    def _must_launch_first(self) -> bool:
        percent = int(self.preferences.get("MaxHealthyPercentage", 100))
        count = len(self.group.instance_states)
        return percent > 100 and count <= (self.group.desired_capacity or 0)

    def _end(self, status: str, reason: str = "") -> None:
        self.status, self.reason, self.end_time = status, reason, CLOCK.moment()

    @property
    def described(self) -> dict[str, Any]:
        total = len(self.old)
        return {
            "InstanceRefreshId": self.id,
            "AutoScalingGroupName": self.group.name,
            "Status": self.status,
            "StatusReason": self.reason,
            "StartTime": self.start_time,
            "EndTime": self.end_time,
            "PercentageComplete": 100 * (total - len(self.left)) // total if total else 100,
            "InstancesToUpdate": len(self.left),
            "Preferences": self.preferences,
        }


_refreshes: dict[str, list[Refresh]] = defaultdict(list)
"""ARN of a group -> its refreshes, the newest first."""


def _is_drained(state: InstanceState) -> bool:
    """Drain the instance; return whether no task of a service is left on it."""
    member = _container_instance(state.instance_id)
    if member is None:
        return True
    member.status = "DRAINING"
    return member.running_tasks_count == 0


def _container_instance(instance_id: str) -> ContainerInstance | None:
    for regions in ecs_backends.values():
        for backend in regions.values():
            for members in backend.container_instances.values():
                for member in members.values():
                    if member.ec2_instance_id == instance_id:
                        return member
    return None


def _move_on() -> None:
    for refreshes in _refreshes.values():
        if refreshes[0].status == "InProgress":
            refreshes[0].move_on()


before_each_call.append(_move_on)


def _group(response: AutoScalingResponse) -> FakeAutoScalingGroup:
    name = response._get_param("AutoScalingGroupName")
    if name not in response.autoscaling_backend.autoscaling_groups:
        raise AutoscalingClientError(
            "ValidationError", f"AutoScalingGroup name not found - no such group: {name}"
        )
    group: FakeAutoScalingGroup = response.autoscaling_backend.autoscaling_groups[name]
    return group


@adds(AutoScalingResponse)
def start_instance_refresh(self: AutoScalingResponse) -> ActionResult:
    group = _group(self)
    refreshes = _refreshes[group.arn]
    if refreshes and refreshes[0].status == "InProgress":
        raise AutoscalingClientError(
            "InstanceRefreshInProgress",
            "An Instance Refresh is already in progress and blocks the execution of this Instance "
            "Refresh.",
        )
    old = frozenset(state.instance_id for state in group.instance_states)
    refreshes.insert(0, Refresh(group, self._get_param("Preferences", {}), old))
    return ActionResult({"InstanceRefreshId": refreshes[0].id})


@adds(AutoScalingResponse)
def describe_instance_refreshes(self: AutoScalingResponse) -> ActionResult:
    refreshes = _refreshes.get(_group(self).arn, [])
    return ActionResult({"InstanceRefreshes": [refresh.described for refresh in refreshes]})
