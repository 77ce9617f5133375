"""What an operator imports: what AWS has and Terraform's state does not, because an apply ended
between the call that made it and the line in the state.
"""

import re
from dataclasses import dataclass

from pay.model import Side, names
from sandbox.instance import Sandbox

_EXISTS = re.compile(r"already exists|AlreadyExists|not idempotent")
_ADDRESS = re.compile(r"with (\w+)\.(\w+),")
_NAME = re.compile(r"\((.+?)\)")
_RECORD = re.compile(r"\[name='(.+?)\.?', type='A', set identifier='(.+?)'\]")


@dataclass(frozen=True)
class Unnoted:
    """A resource that the state lacks."""

    type: str
    address: str
    error: str
    """What Terraform says of it, without line ends."""


def unnoted(output: str) -> list[Unnoted]:
    """The resources of which Terraform says that they exist already."""
    found = []
    # Terraform draws a frame around each error, and breaks its lines.
    for error in " ".join(output.replace("\u2502", " ").split()).split("Error: ")[1:]:
        address = _ADDRESS.search(error)
        if address and _EXISTS.search(error):
            found.append(Unnoted(address[1], f"{address[1]}.{address[2]}", error))
    return found


def import_id(sandbox: Sandbox, stack: str, resource: Unnoted) -> str:
    """What `terraform import` asks for, by the "Import" section of each resource's page in the
    provider's documentation.

    Raises LookupError when the error does not tell which resource it is about.
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
            # Terraform names its load balancer, which has but one.
            [listener] = elb.describe_listeners(LoadBalancerArn=name)["Listeners"]
            return str(listener["ListenerArn"])
        case "aws_ecs_service":
            # Both sides' services have this name.
            env = sandbox.environment.name
            [side] = [side for side in Side if names.side_stack(env, name, side) == stack]
            return f"{names.cluster(env, side)}/{name}"
        case _:
            # Roles and log groups have no other id.
            return name


def _record_id(sandbox: Sandbox, error: str) -> str:
    told = _RECORD.search(error)
    if told is None:
        raise LookupError(f"no record in: {error}")
    name, identifier = told.groups()
    zones = sandbox.client("route53").list_hosted_zones()["HostedZones"]
    [zone] = [z["Id"].split("/")[-1] for z in zones if f"{name}.".endswith(f".{z['Name']}")]
    return f"{zone}_{name}_A_{identifier}"
