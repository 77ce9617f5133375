"""The changes that a security reviewer has to see, set apart from all others."""

from collections.abc import Iterable, Iterator

from pay.iam.grants import narrowings, widenings
from pay.iam.policy_arguments import ARGUMENT_NAMES
from pay.unread import Unread
from rollout.plans.containers import TASK_DEFINITION, containers_by_name
from rollout.plans.plan import PAST, AttributeChange, ResourceChange, Verb
from rollout.plans.policies import statements_of
from rollout.plans.read import StackPlan
from rollout.plans.values import same
from rollout.review.attribute_lines import attribute_changes, line
from rollout.review.redact import UNKNOWN, before_and_after, shown
from rollout.review.unknown_values import is_noise
from rollout.review.view_models import Area, SecurityLine

_TYPES = {
    "aws_iam_": Area.IAM,
    "aws_security_group": Area.SECURITY_GROUPS,
    "aws_vpc_security_group": Area.SECURITY_GROUPS,
    "aws_kms_": Area.ENCRYPTION,
    "aws_acm_": Area.ENCRYPTION,
    "aws_wafv2_": Area.EXPOSURE,
    "aws_sns_topic_policy": Area.IAM,
}
"""Types whose every attribute counts, by the beginning of their name."""

_ATTRIBUTES = {
    "aws_cloudwatch_log_group": {
        "kms_key_id": Area.ENCRYPTION,
        "retention_in_days": Area.LOGS,
        "skip_destroy": Area.LOGS,
    },
    "aws_ecs_cluster": {"configuration": Area.ENCRYPTION, "setting": Area.LOGS},
    "aws_ecs_service": {
        "enable_execute_command": Area.EXPOSURE,
        "network_configuration": Area.EXPOSURE,
        "platform_version": Area.HARDENING,
    },
    "aws_ecs_task_definition": {
        "execution_role_arn": Area.IAM,
        "ipc_mode": Area.HARDENING,
        "network_mode": Area.EXPOSURE,
        "pid_mode": Area.HARDENING,
        "task_role_arn": Area.IAM,
        "volume": Area.HARDENING,
    },
    "aws_launch_template": {
        "block_device_mappings": Area.ENCRYPTION,
        "iam_instance_profile": Area.IAM,
        "metadata_options": Area.HARDENING,
        "network_interfaces": Area.EXPOSURE,
        "user_data": Area.HARDENING,
        "vpc_security_group_ids": Area.SECURITY_GROUPS,
    },
    "aws_lb": {
        "access_logs": Area.LOGS,
        "desync_mitigation_mode": Area.EXPOSURE,
        "drop_invalid_header_fields": Area.EXPOSURE,
        "enable_deletion_protection": Area.HARDENING,
        "internal": Area.EXPOSURE,
        "security_groups": Area.SECURITY_GROUPS,
        "subnets": Area.EXPOSURE,
    },
    "aws_lb_listener": {
        "certificate_arn": Area.ENCRYPTION,
        "default_action": Area.EXPOSURE,
        "mutual_authentication": Area.EXPOSURE,
        "port": Area.EXPOSURE,
        "protocol": Area.ENCRYPTION,
        "ssl_policy": Area.ENCRYPTION,
    },
    "aws_lb_target_group": {"preserve_client_ip": Area.EXPOSURE, "protocol": Area.ENCRYPTION},
    "aws_sns_topic": {"kms_master_key_id": Area.ENCRYPTION, "policy": Area.IAM},
    "aws_sqs_queue": {"kms_master_key_id": Area.ENCRYPTION, "policy": Area.IAM},
}

_CONTAINER_FIELDS = (
    "linuxParameters",
    "logConfiguration",
    "privileged",
    "readonlyRootFilesystem",
    "user",
)

_COMPUTED = frozenset({"arn", "id", "unique_id", "create_date", "tags_all", "key_id", "tags"})


def security_lines(plan: StackPlan, change: ResourceChange) -> Iterator[SecurityLine]:
    """Yield what the change does to security; nothing for a change that only computes values."""
    if not change.moves:
        return
    whole, is_new = _whole_area(change.type), change.verb is Verb.CREATE
    attributes = [a for a in attribute_changes(change) if not is_noise(plan.plan, change, a)]
    texts = ((whole, text) for text in _whole(change, attributes)) if whole else None
    for area, text in texts or _parts(change, attributes):
        yield SecurityLine(area, plan.stack.id, change.address, text, is_new)


def area_of(type: str, attribute: str) -> Area | None:
    """Return the area of an attribute of a resource type; None if irrelevant to security."""
    return _whole_area(type) or _ATTRIBUTES.get(type, {}).get(attribute)


def _whole_area(type: str) -> Area | None:
    return next((area for start, area in _TYPES.items() if type.startswith(start)), None)


def _parts(
    change: ResourceChange, attributes: Iterable[AttributeChange]
) -> Iterator[tuple[Area, str]]:
    """Yield a line for each attribute that changes. A new resource has one line an area. A deleted
    one has none, because its deletion stands elsewhere.
    """
    if change.is_removed:
        return
    new: dict[Area, list[str]] = {}
    for attribute in attributes:
        area = area_of(change.type, str(attribute.path[0]))
        if area and change.verb is not Verb.CREATE:
            yield area, _line(attribute)
        elif area and (after := before_and_after(attribute)[1]) != UNKNOWN:
            new.setdefault(area, []).append(f"{attribute.name} = {after}")
    yield from ((area, "; ".join(texts)) for area, texts in new.items())
    yield from ((Area.HARDENING, text) for text in _container_fields(change))


def _whole(change: ResourceChange, attributes: Iterable[AttributeChange]) -> Iterator[str]:
    if change.verb is not Verb.UPDATE:
        yield PAST[change.verb]
    for attribute in attributes:
        key = str(attribute.path[0])
        if key in ARGUMENT_NAMES:
            yield from _policy(change, attribute)
        elif key not in _COMPUTED and change.verb in (Verb.UPDATE, Verb.REPLACE):
            yield _line(attribute)


def _line(attribute: AttributeChange) -> str:
    shown = line(attribute)
    return f"{shown.what}: {shown.before} → {shown.after}"


def _policy(change: ResourceChange, attribute: AttributeChange) -> Iterator[str]:
    """Yield a policy in grants: new ones, and removed ones."""
    if attribute.is_sensitive:
        yield f"{attribute.name} changes (sensitive: not shown)"
        return
    if attribute.is_unknown:
        yield f"{attribute.name} is known only after apply"
        return
    try:
        before, after = statements_of(attribute.before), statements_of(attribute.after)
    except Unread as error:
        yield f"{attribute.name} cannot be read: {error}"
        return
    gives, takes = widenings(before, after), narrowings(before, after)
    yield from (shown(attribute.name, text) for text in gives)
    if change.verb is not Verb.DELETE:
        yield from (shown(attribute.name, text) for text in takes)


def _container_fields(change: ResourceChange) -> Iterator[str]:
    """Yield changes of the fields that harden containers."""
    is_sensitive = change.is_sensitive("container_definitions")
    if change.type != TASK_DEFINITION or is_sensitive or not (change.before and change.after):
        return
    try:
        before, after = containers_by_name(change)
    except Unread:
        return
    for name in [name for name in after if name in before]:
        for field in _CONTAINER_FIELDS:
            old, new = before[name].get(field), after[name].get(field)
            if not same(old, new):
                yield f"container {name}, {field}: {shown(field, old)} → {shown(field, new)}"
