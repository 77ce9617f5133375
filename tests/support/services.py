"""Small microservices for tests of the model: right in everything but what a test changes."""

from collections.abc import Mapping
from typing import Any

from pay.catalogue.sidecars import ADOT, NGINX
from pay.model import Exposure, Microservice, Runtime, Scope, TaskSize


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
