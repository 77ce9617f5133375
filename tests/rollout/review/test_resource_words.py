"""Several resources have a plural that people say, whichever their type."""

import re

import pytest

from pay.model.stacks import RESOURCE_TYPES
from rollout.review.resource_words import plural

PLURALS = {
    "aws_appautoscaling_policy": "scaling policies",
    "aws_appautoscaling_target": "ranges of scaling",
    "aws_cloudwatch_log_subscription_filter": "subscriptions of a log group",
    "aws_ecr_repository": "ECR repositories",
    "aws_ecs_cluster_capacity_providers": "ECS cluster capacity providers",
    "aws_ecs_service": "services",
    "aws_kms_alias": "KMS aliases",
    "aws_kms_key": "KMS keys",
    "aws_s3_bucket_logging": "S3 bucket logging configurations",
    "aws_s3_bucket_versioning": "S3 bucket versioning configurations",
    "aws_synthetics_canary": "synthetics canaries",
    "aws_vpc_dhcp_options": "VPC dhcp options",
    "aws_wafv2_web_acl_association": "web ACLs of the load balancer",
    "aws_x_box": "x boxes",
    "aws_x_branch": "x branches",
    "aws_x_class": "x classes",
    "aws_x_gateway": "x gateways",
    "aws_x_mesh": "x meshes",
}
WRONG_END = re.compile(r"(?:(?:s|x|ch|sh|[^aeiou]y)s|[aeiou]ies|ings)$")
"""The end of a plural that nobody says."""


@pytest.mark.parametrize("type", PLURALS)
def test_several_have_the_plural_that_people_say(type: str) -> None:
    assert plural(type) == PLURALS[type]


def test_every_type_of_the_stacks_has_a_plural() -> None:
    plurals = {type: plural(type).partition(" of ")[0] for type in RESOURCE_TYPES}
    assert [many for many in plurals.values() if not many.endswith("s")] == []
    assert [many for many in plurals.values() if WRONG_END.search(many)] == []
