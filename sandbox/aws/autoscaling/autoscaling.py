"""EC2 Auto Scaling: instances in all subnets of the group, and removable protection.

On AWS a group balances its instances across zones. An instance that loses its scale-in protection
while the group is too large is terminated. moto 5.2 puts all instances into the first subnet. It
never terminates an instance that was protected when the group shrank, so a protected group cannot
be deleted. It also replaces a group by a second one with the same name.
"""

from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError
from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup

from sandbox.aws.patching import Original, extends


@extends(FakeAutoScalingGroup)
def replace_autoscaling_group_instances(
    self: FakeAutoScalingGroup, launch: Original, count_needed: int, propagated_tags: dict[str, str]
) -> None:
    subnets = self.vpc_zone_identifier
    if not subnets:
        launch(self, count_needed, propagated_tags)
        return
    try:
        for _ in range(count_needed):
            own = [state.instance.subnet_id for state in self.instance_states]
            self.vpc_zone_identifier = min(subnets.split(","), key=own.count)
            launch(self, 1, propagated_tags)
    finally:
        self.vpc_zone_identifier = subnets


@extends(AutoScalingBackend)
def set_instance_protection(
    self: AutoScalingBackend, protect: Original, group_name: str, *args: Any
) -> None:
    protect(self, group_name, *args)
    group = self.autoscaling_groups[group_name]
    group.set_desired_capacity(group.desired_capacity)


@extends(AutoScalingBackend)
def create_auto_scaling_group(
    self: AutoScalingBackend, create: Original, name: str, *args: Any, **settings: Any
) -> Any:
    if name in self.autoscaling_groups:
        raise AutoscalingClientError(
            "AlreadyExists",
            "AutoScalingGroup by this name already exists - A group with the name "
            f"{name} already exists",
        )
    return create(self, name, *args, **settings)
