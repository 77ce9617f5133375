"""The settings of what runs that its adoption does not change, `pay.model.Kept`."""

from collections.abc import Iterator, Mapping
from typing import Any

from pay.catalogue import CATALOGUE
from pay.model import Environment, Kept, LoadBalancerType, Side, names
from rollout.aws.clients import Client

WHY: Mapping[Kept, tuple[str, str]] = {
    Kept.SECURITY_GROUPS: (
        "the load balancer was created without any and can never have one",
        "leave it in `keeps` until the EC2 side is retired",
    ),
    Kept.PRESERVE_CLIENT_IP: (
        "tasks see the addresses of their callers",
        "in a later step admit the load balancer's subnets to the instances, then remove it from "
        "`keeps`",
    ),
    Kept.DROP_INVALID_HEADER_FIELDS: (
        "headers with underscores reach the tasks",
        "in a later step look for them in the logs of the services, because a load balancer's hold "
        "no headers. Then remove it from `keeps`. Until then the PCI gate needs a waiver of "
        "CKV_AWS_131",
    ),
}
"""Argument -> what it is like, and what to do about it later."""


def kept_by(environment: Environment, service: str, client: Client) -> Iterator[Kept]:
    """Yield what the EC2 side of a service keeps, as AWS has it.

    Raises botocore's ClientError when AWS does not answer, or has no such side.
    """
    elb, place = client("elbv2"), (environment.name, service, Side.EC2)
    [balancer] = elb.describe_load_balancers(Names=[names.load_balancer(*place)])["LoadBalancers"]
    if CATALOGUE[service].load_balancer_type is LoadBalancerType.APPLICATION:
        arn = balancer["LoadBalancerArn"]
        attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        if not _is_on(attributes, "routing.http.drop_invalid_header_fields.enabled"):
            yield Kept.DROP_INVALID_HEADER_FIELDS
        return
    if not balancer.get("SecurityGroups"):
        yield Kept.SECURITY_GROUPS
    [group] = elb.describe_target_groups(Names=[names.target_group(*place)])["TargetGroups"]
    arn = group["TargetGroupArn"]
    attributes = elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    if _is_on(attributes, "preserve_client_ip.enabled"):
        yield Kept.PRESERVE_CLIENT_IP


def _is_on(attributes: list[dict[str, Any]], key: str) -> bool:
    return any(each["Key"] == key and each["Value"] == "true" for each in attributes)
