"""EC2 Auto Scaling: instances in all subnets of the group, and removable protection.

On AWS a group balances its instances across zones. An instance that loses its scale-in protection
while the group is too large is terminated. moto 5.2 puts all instances into the first subnet. It
never terminates an instance that was protected when the group shrank, so a protected group cannot
be deleted. It also replaces a group by a second one with the same name.
"""

from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError
from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup

from sandbox.aws.patching import replaces

original_launch = FakeAutoScalingGroup.replace_autoscaling_group_instances


@replaces(FakeAutoScalingGroup)
def replace_autoscaling_group_instances(
    self: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]
) -> None:
    subnets = self.vpc_zone_identifier
    if not subnets:
        return original_launch(self, count_needed, propagated_tags)
    try:
        for _ in range(count_needed):
            own = [state.instance.subnet_id for state in self.instance_states]
            self.vpc_zone_identifier = min(subnets.split(","), key=own.count)
            original_launch(self, 1, propagated_tags)
    finally:
        self.vpc_zone_identifier = subnets


original_protect = AutoScalingBackend.set_instance_protection


@replaces(AutoScalingBackend)
def set_instance_protection(
    self: AutoScalingBackend,
    group_name: str,
    instance_ids: list[str],
    protected_from_scale_in: bool | None,
) -> None:
    original_protect(self, group_name, instance_ids, protected_from_scale_in)
    group = self.autoscaling_groups[group_name]
    group.set_desired_capacity(group.desired_capacity)


original_create = AutoScalingBackend.create_auto_scaling_group


@replaces(AutoScalingBackend)
def create_auto_scaling_group(
    self: AutoScalingBackend, name: str, *args: Any, **settings: Any
) -> FakeAutoScalingGroup:
    if name in self.autoscaling_groups:
        raise AutoscalingClientError(
            "AlreadyExists",
            "AutoScalingGroup by this name already exists - A group with the name "
            f"{name} already exists",
        )
    return original_create(self, name, *args, **settings)
