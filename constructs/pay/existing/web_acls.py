"""The existing web ACLs of AWS WAF."""

from constructs import Construct

from imports.aws.data_aws_wafv2_web_acl import DataAwsWafv2WebAcl


def web_acl_arn(scope: Construct, name: str) -> str:
    """Return the ARN of the web ACL of this name. It is regional: one for CloudFront cannot protect
    a load balancer (AWS: WAF API reference, `AssociateWebACL`).
    """
    return str(DataAwsWafv2WebAcl(scope, "web_acl", name=name, scope="REGIONAL").arn)
