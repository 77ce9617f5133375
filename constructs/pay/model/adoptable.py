"""Running resources that can be taken over, with a function per kind of stack."""

from collections.abc import Mapping
from dataclasses import dataclass

from pay.model import addresses, names
from pay.model.environment.environment import Environment
from pay.model.environment.host_names import host_name, hosted_zone
from pay.model.images import Image, ImageKind
from pay.model.log_groups import log_groups
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import Exposure, LoadBalancerType, Segment, Side


@dataclass(frozen=True)
class Adoptable:
    """A resource that can be taken over at one state address."""

    name: tuple[str, ...]
    """The words that AWS knows it by, as the finder of its type takes them
    (`rollout/adoption/finders.py`). Empty: `pay adopt` does not look it up.
    """
    must: bool = False
    """Must be adopted, because a second one could not be created beside it. Its name is taken, or
    traffic finds it by that name.
    """


Addresses = Mapping[str, Adoptable]
"""State address -> what can be taken over there."""


def platform(environment: Environment, *services: Microservice) -> Addresses:
    """Return the EC2 cluster with its capacity, and the log groups of the services."""
    cluster = names.cluster(environment.name, Side.EC2)
    parts = {
        addresses.cluster(Side.EC2): Adoptable((cluster,), must=True),
        addresses.capacity_providers(Side.EC2): Adoptable((cluster,)),
    }
    for segment in Segment:
        at = addresses.capacity(segment)
        capacity = Adoptable((names.capacity_provider(environment.name, segment),))
        role = Adoptable((names.instance_role(environment.name, segment),))
        parts |= dict.fromkeys((at.instances, at.provider, at.launch_template), capacity)
        parts |= dict.fromkeys((at.instance_profile, at.instance_role), role)
    for service in services:
        for group in log_groups(environment.name, service):
            parts[addresses.log_group(service.name, group.key)] = Adoptable((group.name,))
    return {str(address): each for address, each in parts.items()}


def ec2_side(environment: Environment, service: Microservice) -> Addresses:
    """Return the load balancer, the ECS service and its roles."""
    place = environment.name, service.name, Side.EC2
    balancer = names.load_balancer(*place)
    running = names.cluster(environment.name, Side.EC2), service.name
    side = {
        addresses.load_balancer(service.load_balancer_type): Adoptable((balancer,), must=True),
        addresses.TARGET_GROUP: Adoptable((names.target_group(*place),), must=True),
    }
    for address, port in _listeners(service).items():
        side[address] = Adoptable((balancer, str(port)), must=port == service.listener_port)
    if service.exposure is Exposure.PUBLIC:
        side[addresses.WEB_ACL_ASSOCIATION] = Adoptable((balancer,))
    side |= {
        addresses.ECS_SERVICE: Adoptable(running, must=True),
        addresses.role("execution"): Adoptable((names.execution_role(*place),)),
        addresses.role("task"): Adoptable((names.task_role(*place),)),
    }
    stays = environment.services[service.name].stage.has_ec2
    return {str(address): each if stays else Adoptable(()) for address, each in side.items()}


def ec2_record(environment: Environment, service: Microservice) -> Addresses:
    """Return the simple record; a weighted one is this project's own."""
    records = environment.ladder.records(environment.services[service.name].stage)
    is_simple = any(record.side is Side.EC2 and record.weight is None for record in records)
    vpc = "" if service.exposure is Exposure.PUBLIC else environment.network.vpc
    name = hosted_zone(service, environment), host_name(service, environment), vpc
    return {str(addresses.record(Side.EC2)): Adoptable(name if is_simple else (), is_simple)}


def watching(environment: Environment, service: Microservice) -> Addresses:
    """Return the subscriptions of log groups, because a second one would send every line twice.
    Return dashboards of the same name, too, because AWS would overwrite them without a word.
    """
    dashboard = names.dashboard(environment.name, service.name)
    parts = {addresses.DASHBOARD: Adoptable((dashboard,))}
    pipeline = environment.logs.pipeline
    if pipeline:
        for group in log_groups(environment.name, service):
            parts[addresses.log_subscription(group.key)] = Adoptable((group.name, pipeline.filter))
    return {str(address): each for address, each in parts.items()}


def tasks(environment: Environment, *services: Microservice) -> Addresses:
    """Return the roles of tasks that services start, because no other role can have the name."""
    parts = {}
    for run in (run for service in services for run in service.task_runs):
        for kind, name in (
            ("execution", names.one_off_execution_role),
            ("task", names.one_off_task_role),
        ):
            role = addresses.Address("aws_iam_role", f"{run.family}_{kind}_role".replace("-", "_"))
            parts[str(role)] = Adoptable((name(environment.name, run.family),))
    return parts


def overview(environment: Environment, *_: Microservice) -> Addresses:
    """Return the dashboard of the environment."""
    name = names.dashboard(environment.name)
    return {str(addresses.DASHBOARD): Adoptable((name,))}


def registry(environment: Environment, *images: Image) -> Addresses:
    """Return the repositories, and what says who pulls their images and how long these stay."""
    parts = {addresses.IMAGE_SCANNING: Adoptable((environment.account_id,))}
    for image in images:
        repository = (image.repository,)
        runs = image.kind is not ImageKind.TASK
        parts[addresses.repository(image.name)] = Adoptable(repository, must=runs)
        parts[addresses.repository_lifecycle(image.name)] = Adoptable(repository)
        if environment.registry and environment.registry.pulled_by:
            parts[addresses.repository_policy(image.name)] = Adoptable(repository)
    return {str(address): each for address, each in parts.items()}


def _listeners(service: Microservice) -> Mapping[addresses.Address, int]:
    """Return address -> port of each listener of the EC2 side."""
    if service.load_balancer_type is LoadBalancerType.NETWORK:
        return {addresses.TCP_LISTENER: service.listener_port}
    https = {addresses.HTTPS_LISTENER: service.listener_port}
    public = service.exposure is Exposure.PUBLIC
    return https | ({addresses.HTTP_LISTENER: 80} if public else {})
