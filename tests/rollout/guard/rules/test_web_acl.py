"""The web ACL in front of what the public reaches stays while a record leads there: an association
elsewhere takes the load balancer away at once, and its deletion leaves it without any.
"""

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import EC2, FARGATE, Json, change, plan

ADDRESS = "aws_wafv2_web_acl_association.web_acl_association"
OWN: Json = {
    "id": "arn:acl/own,arn:lb/one",
    "resource_arn": "arn:lb/one",
    "web_acl_arn": "arn:acl/own",
}
OTHER: Json = {**OWN, "web_acl_arn": "arn:acl/other"}

SWAPS = {
    "replaced": change(ADDRESS, OWN, OTHER, actions=["delete", "create"]),
    "replaced, the new one first": change(ADDRESS, OWN, OTHER, actions=["create", "delete"]),
    "changed in place": change(ADDRESS, OWN, OTHER, actions=["update"]),
    "deleted": change(ADDRESS, OWN, None),
    "forgotten": change(ADDRESS, OWN, None, actions=["forget"]),
}


@pytest.mark.parametrize("swap", SWAPS)
@pytest.mark.parametrize("stack", [EC2, FARGATE])
def test_refuses_to_take_the_web_acl_from_a_weighted_side(
    refused: Judge, stack: str, swap: str
) -> None:
    assert found(refused, plan(stack, SWAPS[swap]), stage=Stage.HALF)


@pytest.mark.parametrize("stack", [EC2, FARGATE])
def test_a_web_acl_that_stays_is_nobodys_business(refused: Judge, stack: str) -> None:
    assert not found(refused, plan(stack, change(ADDRESS, OWN, OWN)), stage=Stage.HALF)
