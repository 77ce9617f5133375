"""Microservices for tests: right in everything but what a test changes."""

from collections.abc import Mapping
from typing import Any

from pay.catalogue import CATALOGUE
from pay.catalogue.sidecars import ADOT, NGINX
from pay.model import (
    Environment,
    Exposure,
    Kept,
    Microservice,
    Runtime,
    Scope,
    Side,
    Stage,
    TaskSize,
)
from pay.model.environment.monitoring import Monitoring, Notifying
from pay.model.side import ServiceSide
from pay.model.watching.accounts import Administrator, Road, Topics, Watching

RUNNING_TASKS = [name for name, each in CATALOGUE.items() if each.task_runs]
"""The services that start one-off tasks."""


def service(name: str = "orders", **changes: Any) -> Microservice:
    """An internal Java service outside the cardholder data environment that calls nothing."""
    values: dict[str, Any] = {
        "name": name,
        "runtime": Runtime.JAVA,
        "container_port": 8080,
        "health_check_path": "/healthcheck",
        "exposure": Exposure.INTERNAL,
        "scope": Scope.OUTSIDE,
        "sidecars": (NGINX, ADOT),
        "user": "1000:1000",
        "size": TaskSize(cpu=512, memory_mib=2048),
        "requests_a_minute": 60,
    }
    return Microservice(**{**values, **changes})


def proxy(name: str = "egress", **changes: Any) -> Microservice:
    """A forward proxy behind a Network Load Balancer."""
    values: dict[str, Any] = {
        "runtime": Runtime.SQUID,
        "health_check_path": None,
        "sidecars": (),
    }
    return service(name, **{**values, **changes})


def catalogue(*services: Microservice) -> Mapping[str, Microservice]:
    """A catalogue of these services."""
    return {s.name: s for s in services}


def unwatched(environment: Environment) -> Environment:
    """Return an environment of an account that nobody watches."""
    return environment.model_copy(update={"watching": None})


def watched(environment: Environment) -> Environment:
    """Return an environment of an account that is watched."""
    topics = Topics(page="page", ticket="ticket", weekly="weekly")
    watching = Watching(administrator=Administrator.STANDALONE, road=Road.HUB, topics=topics)
    return environment.model_copy(update={"watching": watching})


def at_stage(environment: Environment, name: str, stage: Stage) -> Environment:
    """The environment with one of its services at another stage."""
    moved = environment.services[name].model_copy(update={"stage": stage})
    return environment.model_copy(update={"services": {**environment.services, name: moved}})


def keeping(environment: Environment, name: str, *kept: Kept) -> Environment:
    """The environment with a service that keeps what its load balancer has of these."""
    words = tuple(k for k in kept if k.load_balancer_type is CATALOGUE[name].load_balancer_type)
    adopted = environment.services[name].model_copy(update={"keeps": words})
    return environment.model_copy(update={"services": {**environment.services, name: adopted}})


def unhardened(environment: Environment, name: str) -> Environment:
    """The environment while it takes one of its services over as it runs on EC2."""
    service = environment.services[name].model_copy(update={"hardened": False})
    services = {**environment.services, name: service}
    return environment.model_copy(update={"adopt": True, "services": services})


def service_side(
    environment: Environment, name: str, side: Side, stage: Stage = Stage.HALF
) -> ServiceSide:
    """A side of a service of the catalogue, at a stage that both sides exist at."""
    return ServiceSide(CATALOGUE[name], at_stage(environment, name, stage), side)


def notifying(environment: Environment, which: Notifying) -> Environment:
    """The environment with these alarms notifying at weighted stages."""
    monitoring = Monitoring(notifying=which, runbook="https://runbooks.pymnt.uk/alarms")
    return environment.model_copy(update={"monitoring": monitoring})
