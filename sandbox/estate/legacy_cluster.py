"""The legacy cluster as it runs today: EC2 instances of both segments, created by hand."""

import base64
import json

from pay.model import Segment, Side, names
from sandbox.estate.estate_builder import Owner

INSTANCE_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
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
    template_id = _launch_template(owner, cluster, segment, name)
    group_arn = _auto_scaling_group(owner, segment, name, template_id)
    provider = {
        "autoScalingGroupArn": group_arn,
        # Adoption does not change how the instances are scaled, as that can reduce capacity.
        "managedScaling": {"status": "ENABLED", "targetCapacity": 100},
        "managedTerminationProtection": "ENABLED",
    }
    owner.unless_there(
        lambda: owner.client("ecs").create_capacity_provider(
            name=name, autoScalingGroupProvider=provider
        ),
        "ClientException",
    )
    return name


def _instance_profile(owner: Owner, segment: Segment) -> str:
    iam, name = owner.client("iam"), names.instance_role(owner.name, segment)
    owner.unless_there(
        lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(INSTANCE_TRUST)),
        "EntityAlreadyExists",
    )
    iam.attach_role_policy(RoleName=name, PolicyArn=AGENT_POLICY)
    created = owner.unless_there(
        lambda: iam.create_instance_profile(InstanceProfileName=name), "EntityAlreadyExists"
    )
    if created:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name


def _launch_template(owner: Owner, cluster: str, segment: Segment, name: str) -> str:
    ec2 = owner.client("ec2")
    groups = [
        names.base_security_group(owner.name, segment),
        names.instance_security_group(owner.name, segment),
    ]
    data = {
        "ImageId": OLD_IMAGE,
        "InstanceType": owner.environment.capacity[segment].instance_type,
        "IamInstanceProfile": {"Name": _instance_profile(owner, segment)},
        "SecurityGroupIds": list(owner.security_groups(groups).values()),
        "UserData": _user_data(cluster, segment),
    }
    created = owner.unless_there(
        lambda: ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data),
        "InvalidLaunchTemplateName.AlreadyExistsException",
    )
    if created:
        return str(created["LaunchTemplate"]["LaunchTemplateId"])
    existing = ec2.describe_launch_templates(LaunchTemplateNames=[name])["LaunchTemplates"]
    return str(existing[0]["LaunchTemplateId"])


def _user_data(cluster: str, segment: Segment) -> str:
    attributes = json.dumps({"segment": segment.value})
    lines = [
        "#!/bin/sh",
        f"echo 'ECS_CLUSTER={cluster}' >> /etc/ecs/ecs.config",
        f"echo 'ECS_INSTANCE_ATTRIBUTES={attributes}' >> /etc/ecs/ecs.config",
    ]
    return base64.b64encode("\n".join(lines).encode()).decode()


def _auto_scaling_group(owner: Owner, segment: Segment, name: str, template_id: str) -> str:
    autoscaling, capacity = owner.client("autoscaling"), owner.environment.capacity[segment]
    owner.unless_there(
        lambda: autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateId": template_id, "Version": "$Latest"},
            MinSize=capacity.min_instances,
            MaxSize=capacity.max_instances,
            NewInstancesProtectedFromScaleIn=True,
            VPCZoneIdentifier=",".join(owner.subnets(f"ecs-{segment}")),
            Tags=[
                {
                    "Key": "Name",
                    "Value": name,
                    "PropagateAtLaunch": True,
                    "ResourceType": "auto-scaling-group",
                    "ResourceId": name,
                }
            ],
        ),
        "AlreadyExists",
    )
    answer = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    return str(answer["AutoScalingGroups"][0]["AutoScalingGroupARN"])
