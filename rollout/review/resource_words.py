"""Calls resources what people call them: `listener of 443`, `alarm connector-ec2-latency`."""

import re
from collections.abc import Mapping

from rollout.plans.plan import ResourceChange

_NOUNS: Mapping[str, str] = {
    "aws_appautoscaling_target": "range of scaling",
    "aws_appautoscaling_policy": "scaling policy",
    "aws_appautoscaling_scheduled_action": "scheduled action",
    "aws_autoscaling_group": "group of instances",
    "aws_cloudwatch_composite_alarm": "composite alarm",
    "aws_cloudwatch_dashboard": "dashboard",
    "aws_cloudwatch_event_rule": "rule of events",
    "aws_cloudwatch_event_target": "target of events",
    "aws_cloudwatch_log_group": "log group",
    "aws_cloudwatch_log_metric_filter": "metric filter",
    "aws_cloudwatch_log_subscription_filter": "subscription of a log group",
    "aws_cloudwatch_metric_alarm": "alarm",
    "aws_ecs_capacity_provider": "capacity provider",
    "aws_ecs_cluster": "cluster",
    "aws_ecs_service": "service",
    "aws_ecs_task_definition": "task definition",
    "aws_guardduty_filter": "filter of GuardDuty",
    "aws_iam_role_policy": "policy",
    "aws_inspector2_filter": "filter of Inspector",
    "aws_lb": "load balancer",
    "aws_lb_listener": "listener",
    "aws_lb_target_group": "target group",
    "aws_route53_record": "record",
    "aws_s3_bucket_logging": "S3 bucket logging configuration",
    "aws_s3_bucket_versioning": "S3 bucket versioning configuration",
    "aws_scheduler_schedule": "schedule",
    "aws_scheduler_schedule_group": "group of schedules",
    "aws_securityhub_automation_rule": "rule of Security Hub",
    "aws_sns_topic": "topic",
    "aws_sqs_queue": "queue",
    "aws_wafv2_web_acl_association": "web ACL of the load balancer",
}
"""Nouns for types whose own words people do not say."""

_NAMES = (
    *("alarm_name", "dashboard_name", "name", "domain_name", "identifier", "bucket", "family"),
    *("key_id", "resource_id", "role"),
)
_ACRONYMS = frozenset({"lb", "db", "iam", "kms", "ecs", "sns", "sqs", "rds", "ecr", "s3", "vpc"})


def noun(type: str) -> str:
    """Return what people call a resource type; for a rare type, its own words."""
    if type in _NOUNS:
        return _NOUNS[type]
    words = type.removeprefix("aws_").split("_")
    return " ".join(word.upper() if word in _ACRONYMS else word for word in words)


def plural(type: str) -> str:
    """Return the noun for several; a noun that is plural already stays."""
    first, of, rest = noun(type).partition(" of ")
    if re.search(r"[^aeiou]y$", first):
        many = f"{first[:-1]}ies"
    elif re.search(r"(?:[aius]s|x|ch|sh)$", first):
        many = f"{first}es"
    else:
        many = first if first.endswith("s") else f"{first}s"
    return f"{many}{of}{rest}"


def label(change: ResourceChange) -> str:
    """Return the name of a resource; of a listener its port; else its address."""
    values = change.change.before or change.change.after or {}
    if change.type == "aws_lb_listener" and values.get("port"):
        return f"of {values['port']}"
    names = (values.get(key) for key in _NAMES if not change.is_sensitive(key))
    return next((name for name in names if isinstance(name, str) and name), change.address)


def words(attribute: str) -> str:
    """Return an attribute in words: `certificate` for `certificate_arn`."""
    return attribute.removesuffix("_arn").removesuffix("_id").replace("_", " ")
