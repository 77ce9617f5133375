"""The EC2 instances of the legacy cluster, one group per segment."""

from cdktf import ITerraformDependable, TerraformLocal
from constructs import Construct

from imports.aws.autoscaling_group import (
    AutoscalingGroup,
    AutoscalingGroupLaunchTemplate,
    AutoscalingGroupTag,
)
from imports.aws.ecs_capacity_provider import (
    EcsCapacityProvider,
    EcsCapacityProviderAutoScalingGroupProvider,
    EcsCapacityProviderAutoScalingGroupProviderManagedScaling,
)
from imports.aws.launch_template import (
    LaunchTemplate,
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateIamInstanceProfile,
    LaunchTemplateMetadataOptions,
    LaunchTemplateMonitoring,
    LaunchTemplateTagSpecifications,
)
from pay.existing.network import ExistingNetwork
from pay.model import Architecture, Environment, Scope, Segment, Side, addresses, names, scope_tag
from pay.model.environment.instance_types import ROOT_VOLUME_GIB
from pay.platform.profile import instance_profile

METADATA_HOP_LIMIT = 1
"""One hop ends at the instance. A bridge container is one hop further, so it cannot read the
instance's role. Task roles use the ECS agent's own address, which hops do not limit. AWS: ECS
developer guide, "Amazon ECS container instance IAM role"."""

STOP_TIMEOUT = "2m"
"""The longest `stopTimeout` of any task."""

_AMI = "/aws/service/ecs/optimized-ami/amazon-linux-2023/{}recommended/image_id"
"""AWS's public parameter of the newest ECS-optimised image (AWS: ECS developer guide, "Retrieving
Amazon ECS-optimized Linux AMI metadata"). EC2 reads it at each launch. So a new image needs no
apply and does not appear in an unrelated plan."""

_AMI_FOLDER = {Architecture.ARM64: "arm64/", Architecture.X86_64: ""}


def ec2_capacity(
    scope: Construct,
    segment: Segment,
    *,
    environment: Environment,
    network: ExistingNetwork,
    cluster: ITerraformDependable,
) -> EcsCapacityProvider:
    """Create launch template, Auto Scaling group and capacity provider of one segment.

    The instances join `cluster`. Those inside the cardholder data environment are never shared with
    other services.
    """
    capacity, ids = environment.capacity[segment], addresses.capacity(segment)
    name = names.capacity_provider(environment.name, segment)
    # The provider's default tags apply neither to instances nor to their volumes.
    tags = {
        "CardholderData": scope_tag(Scope.INSIDE if segment is Segment.CDE else Scope.CONNECTED),
        "Environment": environment.name,
        "ManagedBy": "terraform",
        "Name": name,
    }
    # A local, so that each line of the script is a line of the HCL.
    script = f"{segment}_user_data"
    TerraformLocal(scope, script, _user_data(environment, segment))
    profile_arn, permissions = instance_profile(scope, segment, environment=environment)
    template = LaunchTemplate(
        scope,
        ids.launch_template.id,
        name=name,
        image_id=f"resolve:ssm:{_AMI.format(_AMI_FOLDER[environment.architecture])}",
        instance_type=capacity.instance_type,
        update_default_version=True,
        ebs_optimized="true",
        iam_instance_profile=LaunchTemplateIamInstanceProfile(arn=profile_arn),
        vpc_security_group_ids=network.security_groups(
            f"{segment}_security_groups",
            names.instance_security_groups(environment.name, segment),
        ),
        metadata_options=LaunchTemplateMetadataOptions(
            http_endpoint="enabled",
            http_tokens="required",
            http_put_response_hop_limit=METADATA_HOP_LIMIT,
        ),
        monitoring=LaunchTemplateMonitoring(enabled=True),
        block_device_mappings=[
            LaunchTemplateBlockDeviceMappings(
                device_name="/dev/xvda",
                ebs=LaunchTemplateBlockDeviceMappingsEbs(
                    encrypted="true",
                    delete_on_termination="true",
                    volume_type="gp3",
                    volume_size=ROOT_VOLUME_GIB,
                ),
            )
        ],
        tag_specifications=[LaunchTemplateTagSpecifications(resource_type="volume", tags=tags)],
        user_data=f'${{base64encode(join("\\n", local.{script}))}}',
    )
    group = AutoscalingGroup(
        scope,
        ids.instances.id,
        name=name,
        min_size=capacity.min_instances,
        max_size=capacity.max_instances,
        vpc_zone_identifier=network.subnets(names.instance_subnets(segment)),
        launch_template=AutoscalingGroupLaunchTemplate(id=template.id, version="$Latest"),
        health_check_type="EC2",
        # ECS's managed termination protection requires it.
        protect_from_scale_in=True,
        tag=[
            AutoscalingGroupTag(key=key, value=value, propagate_at_launch=True)
            for key, value in {**tags, "AmazonECSManaged": "true"}.items()
        ],
        # Without these, an instance that starts first or is drained last has no cluster or no
        # permission to use it.
        depends_on=[cluster, permissions],
    )
    # Managed scaling owns the number of instances between the two bounds.
    group.add_override("lifecycle.ignore_changes", ["desired_capacity"])
    return EcsCapacityProvider(
        scope,
        ids.provider.id,
        name=name,
        auto_scaling_group_provider=EcsCapacityProviderAutoScalingGroupProvider(
            auto_scaling_group_arn=group.arn,
            # An instance with tasks is not scaled in, and is drained before termination.
            managed_draining="ENABLED",
            managed_termination_protection="ENABLED",
            managed_scaling=EcsCapacityProviderAutoScalingGroupProviderManagedScaling(
                status="ENABLED", target_capacity=100
            ),
        ),
    )


def _user_data(environment: Environment, segment: Segment) -> list[str]:
    """Return the lines of the script that an instance runs at its first start."""
    settings = {
        "ECS_CLUSTER": names.cluster(environment.name, Side.EC2),
        "ECS_INSTANCE_ATTRIBUTES": f'{{"segment":"{segment}"}}',
        "ECS_AWSVPC_BLOCK_IMDS": "true",
        "ECS_CONTAINER_STOP_TIMEOUT": STOP_TIMEOUT,
        "ECS_ENABLE_CONTAINER_METADATA": "true",
    }
    lines = [f"echo '{name}={value}' >> /etc/ecs/ecs.config" for name, value in settings.items()]
    return ["#!/bin/sh", *lines, ""]
