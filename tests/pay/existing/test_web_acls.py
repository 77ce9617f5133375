"""Lookups of web ACLs."""

from pay.existing.web_acls import web_acl_arn
from tests.support.synthesised import rendered


def test_a_web_acl_is_regional() -> None:
    stack = rendered(lambda stack: web_acl_arn(stack, "production-2"))
    web_acl = stack.data("aws_wafv2_web_acl", "web_acl")
    assert (web_acl["name"], web_acl["scope"]) == ("production-2", "REGIONAL")
