"""AWS WAF: the web ACL of a load balancer.

moto 5.2 lets a resource be in two web ACLs, and protects what AWS WAF cannot protect.
"""

from moto.wafv2.exceptions import WAFv2ClientError
from moto.wafv2.models import WAFV2Backend

from sandbox.aws.patching import Original, extends


@extends(WAFV2Backend)
def associate_web_acl(
    self: WAFV2Backend, associate: Original, web_acl_arn: str, resource_arn: str
) -> None:
    """Move the resource to this web ACL.

    A second association replaces the first without an error. Of load balancers only Application
    Load Balancers can have one. Source: API reference, `AssociateWebACL`.
    """
    if ":loadbalancer/" in resource_arn and ":loadbalancer/app/" not in resource_arn:
        raise WAFv2ClientError(
            "WAFInvalidParameterException",
            "Error reason: The ARN isn't valid for a web ACL, field: RESOURCE_ARN, "
            f"parameter: {resource_arn}",
        )
    if web_acl_arn in self.wacls:
        self.disassociate_web_acl(resource_arn)
    associate(self, web_acl_arn, resource_arn)
