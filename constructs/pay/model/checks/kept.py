"""Checks that a service keeps only arguments that its load balancer has."""

from collections.abc import Iterator

from pay.model.environment.environment import Environment
from pay.model.problem import Problem
from pay.model.service.call_graph import Catalogue
from pay.model.vocabulary import Kept


def kept_problems(environment: Environment, catalogue: Catalogue) -> Iterator[Problem]:
    """Yield `keeps` of another type of load balancer, which would have no effect."""
    for name, deployment in environment.services.items():
        balancer = catalogue[name].load_balancer_type if name in catalogue else None
        for argument in deployment.keeps:
            if balancer and argument.load_balancer_type is not balancer:
                known = [each for each in Kept if each.load_balancer_type is balancer]
                yield Problem(
                    key=f"services.{name}.keeps",
                    found=f"{argument}, which a load balancer of type {balancer} does not have",
                    allowed=", ".join(known),
                    fix=f"remove it, or run `pay adopt {environment.name}`",
                )
