"""AWS as moto should have it: one module per service, with what AWS does and where moto differs.

Importing a module changes moto's classes in place, so only the server's process does it, and only
when a service is first asked for: moto's services take up to a second each to load.
"""

import importlib
from collections.abc import Callable

MODULES: dict[str, tuple[str, ...]] = {
    "applicationautoscaling": ("application_autoscaling", "ecs"),
    "autoscaling": ("autoscaling", "ec2", "ecs"),
    "ec2": ("ec2",),
    "ecs": ("ecs", "ecs_clusters"),
    # moto takes the calls of both load balancer APIs in `elb`, and hands them on by their version.
    "elb": ("elbv2",),
    "elbv2": ("elbv2",),
    "logs": ("logs",),
    "route53": ("route53",),
}
"""moto's name of a service -> the modules of this package that change it."""

before_each_call: list[Callable[[], None]] = []
"""What moves on with time (tasks that start, deployments that end), run before every API call."""


def load(service: str) -> None:
    """Changes moto's `service`, and whatever it needs of others."""
    for module in MODULES.get(service, ()):
        importlib.import_module(f"{__name__}.{module}")
