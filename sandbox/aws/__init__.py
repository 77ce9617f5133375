"""Corrections of moto: a folder or module for each AWS service.

Importing a module changes moto's classes in place. Only the server's process imports them, at the
first call to a service. Each of moto's services takes up to a second to load.
"""

import importlib
from collections.abc import Callable

MODULES: dict[str, tuple[str, ...]] = {
    "acm": ("acm",),
    "applicationautoscaling": (
        "autoscaling.application_autoscaling",
        "ecs.ecs",
        "cloudwatch.cloudwatch",
        "cloudwatch.alarms",
    ),
    "autoscaling": ("autoscaling.autoscaling", "ec2", "ecs.ecs", "autoscaling.instance_refresh"),
    "cloudwatch": ("cloudwatch.cloudwatch", "cloudwatch.alarms", "cloudwatch.dashboards"),
    "ec2": ("ec2",),
    "ecr": ("ecr.ecr",),
    "ecs": ("ecs.ecs", "ecs.clusters", "ecs.run_task", "ecs.task_definitions"),
    "elasticache": ("elasticache",),
    # moto receives the calls of both load balancer APIs in `elb` and forwards them by version.
    "elb": ("elbv2",),
    "elbv2": ("elbv2",),
    "events": ("eventbridge.events",),
    "guardduty": ("guardduty.guardduty", "guardduty.findings", "eventbridge.events"),
    "inspector2": (
        "inspector.status",
        "inspector.inspector",
        "inspector.images",
        "eventbridge.events",
    ),
    "kms": ("kms",),
    "logs": ("logs.logs", "logs.filters"),
    "rds": ("rds",),
    "route53": ("route53.route53",),
    "s3": ("s3.s3", "s3.access_logs"),
    "scheduler": ("eventbridge.scheduler",),
    "securityhub": ("securityhub.settings", "securityhub.securityhub", "eventbridge.events"),
    "sns": ("sns",),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
    "sts": ("iam.accounts",),
    "servicequotas": ("service_quotas.service_quotas",),
    "synthetics": ("synthetics.synthetics",),
    "wafv2": ("wafv2",),
}
"""Maps moto's name of a service to the modules of this package that change it."""

before_each_call: list[Callable[[], None]] = []
"""Functions that run before every API call, to start tasks, end deployments and so on."""


def load(service: str) -> None:
    """Change moto's `service`, and the services it depends on."""
    for module in MODULES.get(service, ()):
        importlib.import_module(f"{__name__}.{module}")
