"""Corrections of moto: one module per service, with AWS's behaviour and moto's differences.

Importing a module changes moto's classes in place. Only the server's process imports them, and only
at the first call to a service, because each of moto's services takes up to a second to load.
"""

import importlib
from collections.abc import Callable

MODULES: dict[str, tuple[str, ...]] = {
    "acm": ("acm",),
    "applicationautoscaling": ("application_autoscaling", "ecs", "cloudwatch", "alarms"),
    "autoscaling": ("autoscaling", "ec2", "ecs", "instance_refresh"),
    "cloudwatch": ("cloudwatch", "alarms", "dashboards"),
    "ec2": ("ec2",),
    "ecr": ("ecr",),
    "ecs": ("ecs", "ecs_clusters", "ecs_run_task", "ecs_task_definitions"),
    "elasticache": ("elasticache",),
    # moto receives the calls of both load balancer APIs in `elb` and forwards them by version.
    "elb": ("elbv2",),
    "elbv2": ("elbv2",),
    "events": ("events",),
    "guardduty": ("guardduty", "guardduty_findings", "events"),
    "inspector2": ("inspector_status", "inspector", "inspector_images", "events"),
    "logs": ("logs", "log_filters"),
    "rds": ("rds",),
    "route53": ("route53",),
    "s3": ("s3", "s3_access_logs"),
    "scheduler": ("scheduler",),
    "securityhub": ("securityhub_settings", "securityhub", "events"),
    "sns": ("sns",),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
    "sts": ("accounts",),
    "servicequotas": ("service_quotas",),
    "synthetics": ("synthetics",),
    "wafv2": ("wafv2",),
}
"""Maps moto's name of a service to the modules of this package that change it."""

before_each_call: list[Callable[[], None]] = []
"""Functions that run before every API call, to start tasks, end deployments and so on."""


def load(service: str) -> None:
    """Change moto's `service`, and the services it depends on."""
    for module in MODULES.get(service, ()):
        importlib.import_module(f"{__name__}.{module}")
