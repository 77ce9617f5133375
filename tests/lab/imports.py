"""Finds resources that exist in AWS but not in Terraform's state, and their import ids.

An apply that ends between an API call and the line in the state leaves such a resource.
"""

import re
from dataclasses import dataclass

from pay.model import Side, names
from pay.model.stacks import side_stack
from sandbox.instance import Sandbox

_EXISTS = re.compile(r"already exists|AlreadyExists|not idempotent")
_ADDRESS = re.compile(r"with (\w+)\.(\w+),")
_NAME = re.compile(r"\((.+?)\)")
_RECORD = re.compile(r"\[name='(.+?)\.?', type='A', set identifier='(.+?)'\]")


@dataclass(frozen=True)
class Unrecorded:
    """A resource that is missing from the state."""

    type: str
    address: str
    error: str
    """Terraform's error, on one line."""


def unrecorded(output: str) -> list[Unrecorded]:
    """Return the resources that, by Terraform's output, already exist."""
    resources = []
    # Terraform draws a frame around each error and wraps its lines.
    for error in " ".join(output.replace("\u2502", " ").split()).split("Error: ")[1:]:
        address = _ADDRESS.search(error)
        if address and _EXISTS.search(error):
            resources.append(Unrecorded(address[1], f"{address[1]}.{address[2]}", error))
    return resources


def import_id(sandbox: Sandbox, stack: str, resource: Unrecorded) -> str:
    """Return the id for `terraform import`, as in the "Import" section of the provider's page.

    Raises LookupError if the error does not name the resource.
    """
    if resource.type == "aws_route53_record":
        return _record_id(sandbox, resource.error)
    named = _NAME.search(resource.error)
    if named is None:
        raise LookupError(f"no name in: {resource.error}")
    name, elb = named[1], sandbox.client("elbv2")
    match resource.type:
        case "aws_lb":
            [balancer] = elb.describe_load_balancers(Names=[name])["LoadBalancers"]
            return str(balancer["LoadBalancerArn"])
        case "aws_lb_target_group":
            [group] = elb.describe_target_groups(Names=[name])["TargetGroups"]
            return str(group["TargetGroupArn"])
        case "aws_lb_listener":
            # The error names the load balancer, which has only one listener.
            [listener] = elb.describe_listeners(LoadBalancerArn=name)["Listeners"]
            return str(listener["ListenerArn"])
        case "aws_ecs_service":
            # The services of both sides have this name.
            env = sandbox.environment.name
            [side] = [side for side in Side if side_stack(env, name, side) == stack]
            return f"{names.cluster(env, side)}/{name}"
        case _:
            # Roles and log groups have no other id.
            return name


def _record_id(sandbox: Sandbox, error: str) -> str:
    record = _RECORD.search(error)
    if record is None:
        raise LookupError(f"no record in: {error}")
    name, identifier = record.groups()
    zones = sandbox.client("route53").list_hosted_zones()["HostedZones"]
    [zone] = [z["Id"].split("/")[-1] for z in zones if f"{name}.".endswith(f".{z['Name']}")]
    return f"{zone}_{name}_A_{identifier}"
