"""The legacy cluster as it runs today: EC2 instances of both segments, created by hand."""

import base64
import json

from pay.model import Segment, Side, names
from sandbox.estate.estate_builder import Owner

AGENT_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
OLD_IMAGE = "ami-0abcdef1234567890"
"""An image from the time when instances were patched one by one."""


def make_legacy_cluster(owner: Owner) -> None:
    """Create the cluster, and per segment a role, launch template, Auto Scaling group and capacity
    provider.

    It has less than this project requires: instance metadata version 1, no Container Insights.
    """
    ecs = owner.client("ecs")
    cluster = names.cluster(owner.name, Side.EC2)
    ecs.create_cluster(clusterName=cluster)
    providers = [_capacity(owner, cluster, segment) for segment in Segment]
    ecs.put_cluster_capacity_providers(
        cluster=cluster, capacityProviders=providers, defaultCapacityProviderStrategy=[]
    )


def _capacity(owner: Owner, cluster: str, segment: Segment) -> str:
    name = names.capacity_provider(owner.name, segment)
    _launch_template(owner, cluster, segment, name)
    provider = {
        "autoScalingGroupArn": _auto_scaling_group(owner, segment, name),
        # Adoption does not change how the instances are scaled, as that can reduce capacity.
        "managedScaling": {"status": "ENABLED", "targetCapacity": 100},
        "managedTerminationProtection": "ENABLED",
    }
    owner.create("ecs", "create_capacity_provider", name=name, autoScalingGroupProvider=provider)
    return name


def _instance_profile(owner: Owner, segment: Segment) -> str:
    iam, name = owner.client("iam"), names.instance_role(owner.name, segment)
    owner.role(name, "ec2.amazonaws.com")
    iam.attach_role_policy(RoleName=name, PolicyArn=AGENT_POLICY)
    if owner.create("iam", "create_instance_profile", InstanceProfileName=name):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name


def _launch_template(owner: Owner, cluster: str, segment: Segment, name: str) -> None:
    groups, attributes = owner.ids("security-group"), json.dumps({"segment": segment.value})
    user_data = [
        "#!/bin/sh",
        f"echo 'ECS_CLUSTER={cluster}' >> /etc/ecs/ecs.config",
        f"echo 'ECS_INSTANCE_ATTRIBUTES={attributes}' >> /etc/ecs/ecs.config",
    ]
    data = {
        "ImageId": OLD_IMAGE,
        "InstanceType": owner.environment.capacity[segment].instance_type,
        "IamInstanceProfile": {"Name": _instance_profile(owner, segment)},
        "SecurityGroupIds": [
            groups[names.base_security_group(owner.name, segment)],
            groups[names.instance_security_group(owner.name, segment)],
        ],
        "UserData": base64.b64encode("\n".join(user_data).encode()).decode(),
    }
    owner.create("ec2", "create_launch_template", LaunchTemplateName=name, LaunchTemplateData=data)


def _auto_scaling_group(owner: Owner, segment: Segment, name: str) -> str:
    capacity = owner.environment.capacity[segment]
    owner.create(
        *("autoscaling", "create_auto_scaling_group"),
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": name, "Version": "$Latest"},
        MinSize=capacity.min_instances,
        MaxSize=capacity.max_instances,
        NewInstancesProtectedFromScaleIn=True,
        VPCZoneIdentifier=",".join(owner.subnets(names.instance_subnets(segment))),
        Tags=[
            {
                "Key": "Name",
                "Value": name,
                "PropagateAtLaunch": True,
                "ResourceType": "auto-scaling-group",
                "ResourceId": name,
            }
        ],
    )
    [group] = owner.pages(
        *("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
        AutoScalingGroupNames=[name],
    )
    return str(group["AutoScalingGroupARN"])
