"""The EC2 instances of one segment of the legacy cluster."""

from collections.abc import Mapping

import pytest
from cdktf import TerraformStack

from imports.aws.ecs_cluster import EcsCluster
from pay.existing.network import ExistingNetwork
from pay.model import Architecture, Environment, Segment
from pay.platform.capacity import ec2_capacity
from tests.support.synthesised import Synthesised, rendered


def capacity(environment: Environment, segment: Segment) -> Synthesised:
    def build(stack: TerraformStack) -> None:
        cluster = EcsCluster(stack, "cluster", name="cluster")
        network = ExistingNetwork(stack, environment)
        ec2_capacity(stack, segment, environment=environment, network=network, cluster=cluster)

    return rendered(build)


@pytest.fixture(scope="module", params=Segment)
def segment(request: pytest.FixtureRequest) -> Segment:
    return Segment(request.param)


@pytest.fixture(scope="module")
def stack(environments: Mapping[str, Environment], segment: Segment) -> Synthesised:
    return capacity(environments["production-2"], segment)


def test_instances_require_imdsv2_and_keep_their_role_from_containers(
    stack: Synthesised, segment: Segment
) -> None:
    options = stack.resource("aws_launch_template", f"{segment}_template")["metadata_options"]
    assert options["http_tokens"] == "required"
    assert options["http_put_response_hop_limit"] == 1


def test_instances_are_drained_before_they_go(stack: Synthesised, segment: Segment) -> None:
    provider = stack.resource("aws_ecs_capacity_provider", f"{segment}_capacity")
    settings = provider["auto_scaling_group_provider"]
    assert settings["managed_draining"] == "ENABLED"
    assert settings["managed_termination_protection"] == "ENABLED"
    group = stack.resource("aws_autoscaling_group", f"{segment}_instances")
    assert group["protect_from_scale_in"] is True


def test_an_instance_starts_after_its_cluster_and_its_rights(
    stack: Synthesised, segment: Segment
) -> None:
    group = stack.resource("aws_autoscaling_group", f"{segment}_instances")
    assert set(group["depends_on"]) == {
        "aws_ecs_cluster.cluster",
        f"aws_iam_role_policy.{segment}_instance_policy",
    }


def test_managed_scaling_owns_the_number_of_instances(stack: Synthesised, segment: Segment) -> None:
    group = stack.resource("aws_autoscaling_group", f"{segment}_instances")
    assert group["lifecycle"]["ignore_changes"] == ["desired_capacity"]


def test_volumes_are_encrypted(stack: Synthesised, segment: Segment) -> None:
    template = stack.resource("aws_launch_template", f"{segment}_template")
    assert [each["ebs"]["encrypted"] for each in template["block_device_mappings"]] == ["true"]


def test_tasks_find_the_segment_by_the_attribute_of_their_instances(
    stack: Synthesised, segment: Segment
) -> None:
    template = stack.resource("aws_launch_template", f"{segment}_template")
    assert template["user_data"] == f'${{base64encode(join("\\n", local.{segment}_user_data))}}'
    script = "\n".join(stack.document["locals"][f"{segment}_user_data"])
    assert script.startswith("#!/bin/sh\necho 'ECS_CLUSTER=production-2-ec2' >>")
    assert f'ECS_INSTANCE_ATTRIBUTES={{"segment":"{segment}"}}' in script


def test_instances_and_volumes_are_tagged_for_audits(stack: Synthesised, segment: Segment) -> None:
    scope = {Segment.CDE: "inside", Segment.GENERAL: "connected"}[segment]
    group = stack.resource("aws_autoscaling_group", f"{segment}_instances")
    tags = {tag["key"]: tag["value"] for tag in group["tag"] if tag["propagate_at_launch"]}
    template = stack.resource("aws_launch_template", f"{segment}_template")
    (of_volumes,) = template["tag_specifications"]
    assert tags["CardholderData"] == of_volumes["tags"]["CardholderData"] == scope


@pytest.mark.parametrize(
    ("architecture", "folder"), [(Architecture.ARM64, "arm64/"), (Architecture.X86_64, "")]
)
def test_the_newest_ecs_image_of_the_architecture_is_read_at_launch(
    environments: Mapping[str, Environment], architecture: Architecture, folder: str
) -> None:
    environment = environments["sandbox"].model_copy(update={"architecture": architecture})
    template = capacity(environment, Segment.CDE).resource("aws_launch_template", "cde_template")
    image = "/aws/service/ecs/optimized-ami/amazon-linux-2023/"
    assert template["image_id"] == f"resolve:ssm:{image}{folder}recommended/image_id"
