"""What a team changes every week: one change of a real plan each, which nothing may refuse."""

import base64
import copy
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pay.model import Side
from pay.model.stacks import side_stack
from tests.support.plans import EC2, ENVIRONMENT, FARGATE, PLATFORM, SERVICE, Json

Values = dict[str, Any]

WORKER = side_stack(ENVIRONMENT, "webhooks", Side.EC2)
"""Its service takes messages of a queue, which `SERVICE` does not."""

TASK = "aws_ecs_task_definition.task"
_RUNS = (TASK, "aws_ecs_service.service")
"""What a release changes."""
_ACCOUNT = "555555555555"
_SECRET = f"arn:aws:secretsmanager:eu-west-1:{_ACCOUNT}:secret:sandbox/{SERVICE}-KMYGtk"


@dataclass(frozen=True)
class Weekly:
    """A change of one resource, and what the review says about it."""

    stack: str
    address: str
    change: Callable[[Values, Values], object]
    """Changes the values before and after."""
    says: str

    def applied_to(self, document: Json) -> Json:
        """Return the plan in which nothing else changes."""
        return weekly_plan(document, [self])


def weekly_plan(document: Json, changes: Iterable[Weekly]) -> Json:
    """Return a plan with these changes, which starts from one of a deployed stack."""
    changes = list(changes)
    is_release = any(each.address == TASK for each in changes)
    plan = copy.deepcopy(document)
    plan["resource_drift"] = []
    for entry in plan["resource_changes"]:
        if entry["mode"] == "managed" and not (is_release and entry["address"] in _RUNS):
            _settle(entry["change"])
    entries = {entry["address"]: entry["change"] for entry in plan["resource_changes"]}
    for each in changes:
        here = entries[each.address]
        each.change(here["before"], here["after"])
        if here["actions"] == ["no-op"]:
            here["actions"] = ["update"]
    for resource in plan["planned_values"]["root_module"]["resources"]:
        if resource["address"] in entries and entries[resource["address"]]["after"]:
            resource["values"] = entries[resource["address"]]["after"]
    return plan


def _settle(change: Json) -> None:
    values = change["before"] or change["after"]
    change.update(actions=["no-op"], before=values, after=copy.deepcopy(values), after_unknown={})


def put(stack: str, address: str, says: str, **values: Any) -> Weekly:
    """Other values of attributes."""
    return Weekly(stack, address, lambda before, after: after.update(values), says)


def put_in(stack: str, address: str, block: str, says: str, **values: Any) -> Weekly:
    """Other values in a nested block: `a.b`."""

    def change(before: Values, after: Values) -> None:
        inner: Any = after
        for name in block.split("."):
            inner = inner[name][0]
        inner.update(values)

    return Weekly(stack, address, change, says)


def in_container(name: str, says: str, stack: str = FARGATE, **fields: Any) -> Weekly:
    """A release in which fields of a container change; a function gets the value before."""

    def change(before: Values, after: Values) -> None:
        containers = json.loads(after["container_definitions"])
        (container,) = [each for each in containers if each["name"] == name]
        for key, value in fields.items():
            container[key] = value(container.get(key)) if callable(value) else value
        after["container_definitions"] = json.dumps(containers)

    return Weekly(stack, TASK, change, says)


def variable(name: str, value: str, says: str = "", container: str = SERVICE) -> Weekly:
    """A variable with a new value, or a new one."""

    def change(variables: Any) -> Any:
        return [*(each for each in variables if each["name"] != name), _pair(name, value)]

    says = says or f"container {container}: variable {name} {value} is new"
    return in_container(container, says, environment=change)


def _pair(name: str, value: str) -> Json:
    return {"name": name, "value": value}


def _tagged(tag: str) -> Callable[[str], str]:
    return lambda image: f"{image.rpartition(':')[0]}:{tag}"


def _pinned(digest: str) -> Callable[[str], str]:
    """Return the image by a digest, whether it had a tag or another digest before."""
    return lambda image: f"{re.split('[:@]', image)[0]}@sha256:{digest}"


def _first_secret(before: Values, after: Values) -> None:
    """The release before did not read it yet."""
    containers = json.loads(before["container_definitions"])
    for container in containers:
        if container["name"] == SERVICE:
            container["secrets"] = [s for s in container["secrets"] if s["name"] != "SENTRY_DSN"]
    before["container_definitions"] = json.dumps(containers)


def _first_right(before: Values, after: Values) -> None:
    """The policy before did not name the secret that several services share."""
    document = json.loads(before["policy"])
    for statement in document["Statement"]:
        resources = statement["Resource"]
        if isinstance(resources, list) and len(resources) > 1:
            statement["Resource"] = [r for r in resources if ":secret:sandbox/shared/" not in r]
    before["policy"] = json.dumps(document)


def _first_queue(before: Values, after: Values) -> None:
    """The role before took no messages of the queue that the catalogue names."""
    document = json.loads(after["policy"])
    document["Statement"] = [s for s in document["Statement"] if s["Sid"] != "ReceiveMessages"]
    before["policy"] = json.dumps(document)


def _renewed_certificate(before: Values, after: Values) -> None:
    """The plan found another certificate of the same domain; this one is older."""
    before["certificate_arn"] = f"arn:aws:acm:eu-west-1:{_ACCOUNT}:certificate/{'0' * 8}"


def _one_more_topic(before: Values, after: Values) -> None:
    after["alarm_actions"] = [
        *after["alarm_actions"],
        f"arn:aws:sns:eu-west-1:{_ACCOUNT}:sandbox-alarms-warning",
    ]


def _comment(before: Values, after: Values) -> None:
    script = base64.b64decode(after["user_data"]).decode() + "# agreed with the platform team\n"
    after["user_data"] = base64.b64encode(script.encode()).decode()


def _first_log(before: Values, after: Values) -> None:
    before.update(kms_key_id="")


_CHECK = {"command": ["CMD-SHELL", "wget -q -O - localhost:8081/healthcheck"], "interval": 30}
_QUIET = {"command": ["CMD", "/healthcheck"], "interval": 30, "timeout": 5, "retries": 3}
_ALARM = "aws_cloudwatch_metric_alarm.errors_alarm"
_SERVICE = "aws_ecs_service.service"
_TRACKING = "target_tracking_scaling_policy_configuration"
_TEMPLATE, _GROUP = "aws_launch_template.cde_template", "aws_autoscaling_group.cde_instances"
_LOG, _KEY = "aws_cloudwatch_log_group.publicauth_app_log", "aws_kms_key.cde_key"

WEEKLY: Mapping[str, Weekly] = {
    # Releases, and what comes with them.
    "a release": in_container(SERVICE, "→ 3-release", image=_tagged("3-release")),
    "a release on EC2": in_container(SERVICE, "→ 3-release", EC2, image=_tagged("3-release")),
    "a digest": in_container(SERVICE, f"sha256:{'ab' * 32}", image=_pinned("ab" * 32)),
    "a patch of nginx": in_container("nginx", f"sha256:{'cd' * 32}", image=_pinned("cd" * 32)),
    "a patch of the collector": in_container(
        "adot", f"sha256:{'ef' * 32}", image=_pinned("ef" * 32)
    ),
    "a switch": variable("NEW_PAGES_ENABLED", "true"),
    "a log level": variable("LOG_LEVEL", "DEBUG"),
    "another heap": variable(
        "JAVA_OPTS",
        "-Xms1g -Xmx1200m -Dhttp.nonProxyHosts=*.sandbox.pymnt.internal|*.eu-west-1.amazonaws.com",
        f"container {SERVICE}: variable JAVA_OPTS",
    ),
    "a vendor's address": variable("VENDOR_URL", "https://api.example.com/999999999999/payments"),
    "a vendor's region": variable("ERRORS_URL", "https://eu-central-1.ingest.example.com/45"),
    "a region of CloudFront": variable("CLOUDFRONT_REGION", "us-east-1"),
    "a certificate of CloudFront": variable(
        "CDN_CERTIFICATE", f"arn:aws:acm:us-east-1:{_ACCOUNT}:certificate/a", "CDN_CERTIFICATE"
    ),
    "a link for people": variable("HELP_LINK", "https://docs.payments.service.gov.uk/refunds"),
    "a number of 12 digits": variable("HIGHEST_AMOUNT", "100000000000"),
    "one path more": variable("LOCATIONS_CSV", "/,/metrics", "/ → /,/metrics", "nginx"),
    "a secret that is read": Weekly(FARGATE, TASK, _first_secret, "secret SENTRY_DSN is new"),
    "its right": Weekly(
        FARGATE, "aws_iam_role_policy.execution_policy", _first_right, "secret:sandbox/shared"
    ),
    "a queue more": Weekly(
        WORKER,
        "aws_iam_role_policy.task_policy",
        _first_queue,
        "sandbox-webhooks-events-subscriber",
    ),
    "more memory and CPU": put(
        FARGATE, TASK, "4096 instead of 2048 MiB", cpu="1024", memory="4096"
    ),
    "more memory on EC2": in_container(SERVICE, "memory", EC2, memory=lambda memory: memory + 512),
    "more memory of a container": in_container(SERVICE, "memory 1664 → 1700", memory=1700),
    "more CPU of a container": in_container("nginx", "cpu 64 → 96", cpu=96),
    "a longer stop": in_container(SERVICE, "stopTimeout 40 → 60", stopTimeout=60),
    "more open files": in_container(
        SERVICE,
        "ulimits",
        ulimits=[{"name": "nofile", "softLimit": 65535, "hardLimit": 131072}],
    ),
    "a first health check": in_container(SERVICE, "healthCheck", healthCheck=_CHECK),
    "a health check of the collector": in_container("adot", "healthCheck", healthCheck=_QUIET),
    "labels": in_container(SERVICE, "dockerLabels", dockerLabels={"team": "pay"}),
    "a larger log buffer": in_container(
        SERVICE,
        "max-buffer-size",
        logConfiguration=lambda log: {
            **log,
            "options": {**log["options"], "max-buffer-size": "50m"},
        },
    ),
    "more disk": put(FARGATE, TASK, "ephemeral", ephemeral_storage=[{"size_in_gib": 40}]),
    # The service and its scaling.
    "more tasks on EC2": put(EC2, _SERVICE, "tasks", desired_count=4),
    "more tasks on Fargate": put(
        FARGATE,
        "aws_appautoscaling_target.scaling_target",
        "tasks",
        min_capacity=4,
        max_capacity=12,
    ),
    "scaling at less load": put_in(
        FARGATE, "aws_appautoscaling_policy.scaling_policy", _TRACKING, "60 → 50", target_value=50
    ),
    "more time to start": put(
        FARGATE, _SERVICE, "grace period", health_check_grace_period_seconds=240
    ),
    "another name of tags": put(FARGATE, _SERVICE, "propagate tags", propagate_tags="NONE"),
    # What is in front of it.
    "more time to end": put(
        FARGATE, "aws_lb_target_group.target_group", "deregistration", deregistration_delay="90"
    ),
    "tags": put(FARGATE, "aws_lb.alb", "1 changed in place", tags={"Team": "payments"}),
    "protection": put(
        FARGATE, "aws_lb.alb", "deletion protection", enable_deletion_protection=True
    ),
    "a renewed certificate": Weekly(
        FARGATE, "aws_lb_listener.https", _renewed_certificate, "(*.sandbox.pymnt.internal)"
    ),
    # Alarms.
    "a stricter alarm": put(FARGATE, _ALARM, "threshold", threshold=3),
    "a sooner alarm": put(FARGATE, _ALARM, "goes off by 1 of", datapoints_to_alarm=1),
    "an alarm in other words": put(
        FARGATE, _ALARM, "1 changed in place", alarm_description="More than 5 % fail."
    ),
    "an alarm for more people": Weekly(FARGATE, _ALARM, _one_more_topic, "sandbox-alarms-warning"),
    # Roles.
    "a role in other words": put(
        FARGATE, "aws_iam_role.task_role", "1 changed in place", description="What it reads."
    ),
    "longer sessions": put(
        FARGATE, "aws_iam_role.task_role", "max session duration", max_session_duration=7200
    ),
    # The platform.
    "more instances": put(PLATFORM, _GROUP, "8 instead of 4 instances", max_size=8),
    "larger instances": put(
        PLATFORM, _TEMPLATE, "m7g.2xlarge → m7g.4xlarge", instance_type="m7g.4xlarge"
    ),
    "larger volumes": put_in(
        PLATFORM, _TEMPLATE, "block_device_mappings.ebs", "50 → 100", volume_size=100
    ),
    "a comment in the script": Weekly(
        PLATFORM, _TEMPLATE, _comment, "user data # agreed with the platform team is new"
    ),
    "longer logs": put(PLATFORM, _LOG, "→ 400 days", retention_in_days=400),
    "encrypted logs": Weekly(PLATFORM, _LOG, _first_log, "key"),
    "a key in other words": put(PLATFORM, _KEY, "1 changed in place", description="Card data."),
    "more measurements": put_in(
        PLATFORM, "aws_ecs_cluster.ec2_cluster", "setting", "enhanced", value="enhanced"
    ),
    "more room for tasks": put_in(
        PLATFORM,
        "aws_ecs_capacity_provider.cde_capacity",
        "auto_scaling_group_provider.managed_scaling",
        "100 → 90",
        target_capacity=90,
    ),
    "a topic in other words": put(
        PLATFORM, "aws_sns_topic.critical_topic", "display name", display_name="Pay alarms"
    ),
}
