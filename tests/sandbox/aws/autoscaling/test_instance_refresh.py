"""Instance refreshes through boto3: the instances change, and the service goes on."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws.balanced import BalancedService

pytestmark = pytest.mark.slow

Client = Callable[[str], Any]

LAUNCH_FIRST = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 110}
COUNT = 2
STEPS = 30
"""More calls than two instances need to start, drain and end."""


class Instances:
    """An EC2 service of four tasks on two instances."""

    def __init__(self, client: Client, name: str, subnets: list[str]) -> None:
        self.service = BalancedService(client, name, subnets, "instance")
        self.service.listen()
        self.group = f"{name}-general"
        self.api = self.service.autoscaling
        self.service.start_instances(COUNT)
        self.service.create(count=4)

    @property
    def ids(self) -> set[str]:
        (group,) = self.api.describe_auto_scaling_groups(AutoScalingGroupNames=[self.group])[
            "AutoScalingGroups"
        ]
        return {instance["InstanceId"] for instance in group["Instances"]}

    def protect(self) -> None:
        self.api.set_instance_protection(
            AutoScalingGroupName=self.group,
            InstanceIds=sorted(self.ids),
            ProtectedFromScaleIn=True,
        )

    def refresh(self, **preferences: Any) -> None:
        self.api.start_instance_refresh(
            AutoScalingGroupName=self.group, Preferences={**LAUNCH_FIRST, **preferences}
        )

    @property
    def status(self) -> str:
        refreshes = self.api.describe_instance_refreshes(AutoScalingGroupName=self.group)
        return str(refreshes["InstanceRefreshes"][0]["Status"])


@pytest.fixture
def instances(client: Client, unique: str, subnets: list[str]) -> Instances:
    return Instances(client, unique, subnets)


def test_a_refresh_replaces_protected_instances_and_the_service_keeps_its_tasks(
    instances: Instances,
) -> None:
    before = instances.ids
    instances.protect()
    instances.refresh(ScaleInProtectedInstances="Refresh")
    healthy = [instances.service.health.count("healthy") for _ in range(STEPS)]
    assert min(healthy) >= 4
    assert instances.status == "Successful"
    assert len(instances.ids) == COUNT
    assert not instances.ids & before
    assert instances.service.described["runningCount"] == 4


def test_a_refresh_waits_for_protected_instances_by_default_and_fails(
    instances: Instances,
) -> None:
    before = instances.ids
    instances.protect()
    instances.refresh()
    assert instances.status == "Failed"
    assert instances.ids == before


def test_a_refresh_can_leave_protected_instances_alone(instances: Instances) -> None:
    before = instances.ids
    instances.protect()
    instances.refresh(ScaleInProtectedInstances="Ignore")
    assert instances.status == "Successful"
    assert instances.ids == before


def test_refuses_a_second_refresh_and_an_unknown_group(instances: Instances) -> None:
    instances.refresh()
    with pytest.raises(ClientError, match="already in progress"):
        instances.refresh()
    with pytest.raises(ClientError, match="not found"):
        instances.api.describe_instance_refreshes(AutoScalingGroupName="other")
