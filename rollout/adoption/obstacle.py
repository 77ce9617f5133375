"""An obstacle to an adoption, and the functions that look for one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pay.model import Environment
from rollout.aws.clients import Client


@dataclass(frozen=True)
class Obstacle:
    """One thing that must change before the environment is adopted."""

    gate: str
    """The name of the look that found it."""
    reason: str
    fix: str
    commands: tuple[str, ...]
    """Lines of the AWS CLI, in their order."""


ObstacleLook = Callable[[Environment, Client], Iterator[Obstacle]]
"""Raises botocore's ClientError when AWS does not answer, or has nothing of the kind."""


def on_ec2(environment: Environment) -> Sequence[str]:
    """Return the services that have an EC2 side."""
    return [name for name, each in environment.services.items() if each.stage.has_ec2]
