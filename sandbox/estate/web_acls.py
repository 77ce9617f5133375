"""The web ACL of the public load balancers."""

from typing import Any

from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake

REGIONAL = "REGIONAL"


def make_web_acl(owner: Owner) -> None:
    """Create the environment's web ACL."""
    name = _name(owner)
    if name in _web_acls(owner):
        return
    visibility = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
    owner.client("wafv2").create_web_acl(
        Name=name,
        Scope=REGIONAL,
        DefaultAction={"Allow": {}},
        Rules=[_common_rules(visibility)],
        VisibilityConfig={**visibility, "MetricName": name},
        Tags=owner.tags(name),
    )


def protect(owner: Owner, balancer_arn: str) -> None:
    """Put a public load balancer behind the environment's web ACL, which must exist."""
    owner.client("wafv2").associate_web_acl(WebACLArn=web_acl_arn(owner), ResourceArn=balancer_arn)


def web_acl_arn(owner: Owner) -> str:
    """Return the ARN of the environment's web ACL, which must exist."""
    return _web_acls(owner)[_name(owner)]


def _name(owner: Owner) -> str:
    name = owner.environment.load_balancers.web_acl
    return f"{name}-other" if Mistake.MISSING_WEB_ACL in owner.mistakes else name


def _common_rules(visibility: dict[str, bool]) -> dict[str, Any]:
    """Return the rule that blocks what AWS's common rule set finds."""
    vendor, name = "AWS", "AWSManagedRulesCommonRuleSet"
    return {
        "Name": "common",
        "Priority": 0,
        "Statement": {"ManagedRuleGroupStatement": {"VendorName": vendor, "Name": name}},
        "OverrideAction": {"None": {}},
        "VisibilityConfig": {**visibility, "MetricName": "common"},
    }


def _web_acls(owner: Owner) -> dict[str, str]:
    """Map the name of each regional web ACL to its ARN."""
    acls = owner.client("wafv2").list_web_acls(Scope=REGIONAL)["WebACLs"]
    return {acl["Name"]: acl["ARN"] for acl in acls}
