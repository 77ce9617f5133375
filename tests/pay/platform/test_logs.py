"""The log groups of the services: named for the log pipeline, encrypted, kept."""

from collections.abc import Mapping
from typing import Any

from cdktf import TerraformStack

from imports.aws.kms_key import KmsKey
from pay.catalogue import CATALOGUE
from pay.model import Environment, Segment
from pay.platform.logs import service_log_groups
from tests.support.synthesised import rendered


def groups_of(environment: Environment) -> dict[str, Any]:
    """Name -> the log group of that name."""

    def build(stack: TerraformStack) -> None:
        keys = {segment: KmsKey(stack, segment.value) for segment in Segment}
        service_log_groups(stack, CATALOGUE.values(), environment=environment, keys=keys)

    groups = rendered(build).document["resource"]["aws_cloudwatch_log_group"].values()
    return {group["name"]: group for group in groups}


def test_each_container_of_each_service_has_a_group_that_the_log_pipeline_can_read(
    environments: Mapping[str, Environment],
) -> None:
    groups = groups_of(environments["production-2"])
    assert {name for name in groups if name.startswith("production-2-fargate")} == {
        f"production-2-fargate_squid_{service.name}"
        for service in CATALOGUE.values()
        if service.is_proxy
    }
    assert {name.split("_", 1)[1] for name in groups} == {
        f"{part.log_kind}_{service.name}"
        for service in CATALOGUE.values()
        for part in service.containers
    }
    # The pipeline names the service of a group of three parts only.
    assert {len(name.split("_")) for name in groups} == {3}


def test_a_group_carries_the_scope_of_its_service_and_the_key_of_its_segment(
    environments: Mapping[str, Environment],
) -> None:
    groups = groups_of(environments["production-2"])
    inside, outside = groups["production-2_app_connector"], groups["production-2_squid_egress"]
    assert inside["tags"] == {"CardholderData": "inside", "Service": "connector"}
    assert inside["kms_key_id"] == "${aws_kms_key.cde.arn}"
    assert outside["tags"] == {"CardholderData": "connected", "Service": "egress"}
    assert outside["kms_key_id"] == "${aws_kms_key.general.arn}"
    assert min(group["retention_in_days"] for group in groups.values()) >= 365


def test_groups_outlive_their_stack_only_where_the_environment_says_so(
    environments: Mapping[str, Environment],
) -> None:
    def outlives(environment: str) -> object:
        return groups_of(environments[environment])[f"{environment}_squid_egress"].get(
            "skip_destroy"
        )

    assert outlives("production-2") is True
    assert outlives("sandbox") is None
