"""The DNS name of a microservice, and its hosted zone."""

from pay.model.environment.environment import Environment
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import Exposure


def hosted_zone(service: Microservice, environment: Environment) -> str:
    """Return the name of the zone, which exists already."""
    return environment.base_domain(public=service.exposure is Exposure.PUBLIC)


def host_name(service: Microservice, environment: Environment) -> str:
    """Return the DNS name that callers use, whichever side answers."""
    return f"{service.host or service.name}.{hosted_zone(service, environment)}"
