"""The direction in which a resource may reach into more subnets."""

from pay.catalogue import CATALOGUE
from pay.model import Segment, names
from pay.model.addresses import subnet_lookups
from rollout.guard.in_place.attribute import InPlace
from rollout.guard.in_place.directions import SafeDirection, gains


def _reaches_more_zones(change: InPlace) -> bool:
    """Return whether the plan looked up each new subnet for the resource. It must be in a zone of
    the environment in which the resource had none.
    """
    before, group = change.before or [], _group(change)
    if not gains(before, change.after):
        return False
    added = [subnet for subnet in change.after if subnet not in before]
    zones = _zones(change, group) if group else {}
    free = set(change.context.environment(change.plan).network.zones) - set(map(zones.get, before))
    new = list(map(zones.get, added))
    return len(new) == len(set(new)) and free.issuperset(new)


def _group(change: InPlace) -> str | None:
    """Return the group of subnets that the resource belongs in; None if it is not known."""
    environment, service = change.context.environment(change.plan), change.plan.stack.service
    if change.resource.type == "aws_autoscaling_group":
        name = change.resource.before.get("name")
        own = (s for s in Segment if names.capacity_provider(environment.name, s) == name)
        return next(map(names.instance_subnets, own), None)
    if service is None or service not in CATALOGUE:
        return None
    if change.resource.type == "aws_lb":
        return names.load_balancer_subnets(service, CATALOGUE[service].exposure)
    return service


def _zones(change: InPlace, group: str) -> dict[object, object]:
    """Return subnet -> zone of those that the plan looked up for the group."""
    each = f"{subnet_lookups(group).each}["
    resources = change.plan.plan.prior_state.values.root_module.every_resource()
    return {
        resource.values.get("id"): resource.values.get("availability_zone")
        for resource in resources
        if resource.address.startswith(each)
    }


MORE_ZONES = SafeDirection(
    "to add subnets that the plan finds for it, each in one more of the environment's zones",
    _reaches_more_zones,
)
