"""What the services of an environment share."""

import json
from collections.abc import Mapping

import pytest

from tests.support.synthesised import Synthesised


@pytest.fixture
def platform(estate: Mapping[str, Synthesised]) -> Synthesised:
    return estate["production-2-platform"]


@pytest.mark.parametrize("segment", ["cde", "general"])
def test_instances_require_imdsv2_and_keep_their_role_from_containers(
    platform: Synthesised, segment: str
) -> None:
    options = platform.resource("aws_launch_template", f"{segment}_template")["metadata_options"]
    assert options["http_tokens"] == "required"
    assert options["http_put_response_hop_limit"] == 1


@pytest.mark.parametrize("segment", ["cde", "general"])
def test_instances_are_drained_before_they_go(platform: Synthesised, segment: str) -> None:
    provider = platform.resource("aws_ecs_capacity_provider", f"{segment}_capacity")
    group = platform.resource("aws_autoscaling_group", f"{segment}_instances")
    settings = provider["auto_scaling_group_provider"]
    assert settings["managed_draining"] == "ENABLED"
    assert settings["managed_termination_protection"] == "ENABLED"
    assert group["protect_from_scale_in"] is True


@pytest.mark.parametrize("segment", ["cde", "general"])
def test_the_newest_ecs_image_is_read_at_launch(platform: Synthesised, segment: str) -> None:
    template = platform.resource("aws_launch_template", f"{segment}_template")
    assert template["image_id"].startswith("resolve:ssm:/aws/service/ecs/optimized-ami/")


def test_keys_rotate_and_no_stranger_may_use_them(platform: Synthesised) -> None:
    for key in platform.document["resource"]["aws_kms_key"].values():
        assert key["enable_key_rotation"] is True
        for statement in json.loads(key["policy"])["Statement"]:
            assert statement["Principal"] not in ("*", {"AWS": "*"})


def test_alarms_have_an_encrypted_topic_for_each_severity(platform: Synthesised) -> None:
    topics = platform.document["resource"]["aws_sns_topic"]
    assert {topic["name"] for topic in topics.values()} == {
        "production-2-alarms-critical",
        "production-2-alarms-warning",
    }
    assert all("kms_master_key_id" in topic for topic in topics.values())


def test_instances_may_register_with_their_own_cluster_only(platform: Synthesised) -> None:
    policy = platform.policy("cde_instance_policy")
    assert policy["RegisterWithCluster"]["Resource"] == [
        "arn:aws:ecs:eu-west-1:111111111111:cluster/production-2-ec2"
    ]
