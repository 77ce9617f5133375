"""A load balancer has one web ACL, as on AWS."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer"


@pytest.fixture
def web_acls(client: Callable[[str], Any], unique: str) -> list[str]:
    """Return the ARNs of two web ACLs."""
    visibility = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
    return [
        client("wafv2").create_web_acl(
            Name=f"{unique}-{number}",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig={**visibility, "MetricName": unique},
        )["Summary"]["ARN"]
        for number in range(2)
    ]


def test_a_second_web_acl_takes_the_load_balancer_from_the_first(
    client: Callable[[str], Any], web_acls: list[str], unique: str
) -> None:
    wafv2, balancer = client("wafv2"), f"{BALANCER}/app/{unique}/1"
    for arn in web_acls:
        wafv2.associate_web_acl(WebACLArn=arn, ResourceArn=balancer)
        assert wafv2.get_web_acl_for_resource(ResourceArn=balancer)["WebACL"]["ARN"] == arn
    wafv2.disassociate_web_acl(ResourceArn=balancer)
    assert not wafv2.get_web_acl_for_resource(ResourceArn=balancer).get("WebACL")


def test_refuses_to_protect_a_network_load_balancer(
    client: Callable[[str], Any], web_acls: list[str], unique: str
) -> None:
    with pytest.raises(ClientError, match="WAFInvalidParameterException"):
        client("wafv2").associate_web_acl(
            WebACLArn=web_acls[0], ResourceArn=f"{BALANCER}/net/{unique}/1"
        )
