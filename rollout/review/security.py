"""The changes that a security reviewer has to see, set apart from all others."""

from collections.abc import Iterator
from typing import Any

from pay.iam.grants import widenings
from pay.unread import Unread
from rollout.plans.containers import TASK_DEFINITION, containers_of
from rollout.plans.plan import ResourceChange, Values, Verb
from rollout.plans.policies import statements_of
from rollout.plans.values import AttributeChange, attribute_changes, dig, is_marked, same
from rollout.review.redact import UNKNOWN, before_and_after, shown
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
"""Types of which everything counts, by the beginning of their name."""

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
    "aws_lb_target_group": {"protocol": Area.ENCRYPTION},
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

_POLICIES = ("policy", "assume_role_policy")
_COMPUTED = frozenset({"arn", "id", "unique_id", "create_date", "tags_all", "key_id", "tags"})


def security_lines(stack: str, change: ResourceChange) -> Iterator[SecurityLine]:
    """What the change does to security; nothing for a change that only computes values."""
    if not change.moves:
        return
    is_new = change.verb is Verb.CREATE
    whole = next((area for type, area in _TYPES.items() if change.type.startswith(type)), None)
    if whole:
        for text in _whole(change):
            yield SecurityLine(whole, stack, change.address, text, is_new)
        return
    for area, texts in _by_area(change).items():
        # What is new is told in one line, what changes in one line an attribute.
        for text in ["; ".join(texts)] if is_new else texts:
            yield SecurityLine(area, stack, change.address, text, is_new)
    for text in _container_fields(change):
        yield SecurityLine(Area.HARDENING, stack, change.address, text, is_new)


def _by_area(change: ResourceChange) -> dict[Area, list[str]]:
    found: dict[Area, list[str]] = {}
    for attribute in attribute_changes(change.change):
        area = area_of(change.type, attribute)
        before, after = before_and_after(attribute)
        if area is None or (change.verb is Verb.CREATE and after == UNKNOWN):
            continue
        new = change.verb is Verb.CREATE
        text = f"{attribute.name} = {after}" if new else f"{attribute.name}: {before} → {after}"
        found.setdefault(area, []).append(text)
    return found


def area_of(type: str, attribute: AttributeChange) -> Area | None:
    """The area that an attribute of a resource type belongs to; None: it is not security's."""
    whole = next((area for start, area in _TYPES.items() if type.startswith(start)), None)
    return whole or _ATTRIBUTES.get(type, {}).get(str(attribute.path[0]))


def _whole(change: ResourceChange) -> Iterator[str]:
    if change.verb is not Verb.UPDATE:
        yield f"{_PAST[change.verb]}"
    for attribute in attribute_changes(change.change):
        key = str(attribute.path[0])
        if key in _COMPUTED:
            continue
        if key in _POLICIES:
            yield from _policy(change, attribute)
        elif change.verb in (Verb.UPDATE, Verb.REPLACE):
            before, after = before_and_after(attribute)
            yield f"{attribute.name}: {before} → {after}"


def _policy(change: ResourceChange, attribute: AttributeChange) -> Iterator[str]:
    """A policy in grants: what is new, and what is gone."""
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
    gives, takes = widenings(before, after), widenings(after, before)
    yield from (shown(attribute.name, text) for text in gives)
    if change.verb is not Verb.DELETE:
        yield from (shown(attribute.name, f"before, but not any more: {text}") for text in takes)


def _container_fields(change: ResourceChange) -> Iterator[str]:
    """Fields of the containers that harden them."""
    if change.type != TASK_DEFINITION or not (change.change.before and change.change.after):
        return
    sensitive = (change.change.before_sensitive, change.change.after_sensitive)
    if any(is_marked(marks, "container_definitions") for marks in sensitive):
        return
    try:
        before = _by_name(change.change.before)
        after = _by_name(change.change.after, change.change.after_unknown)
    except Unread:
        return
    for name, container in after.items():
        for field in _CONTAINER_FIELDS:
            old, new = dig(before, name, field), container.get(field)
            if name in before and not same(old, new):
                yield f"container {name}, {field}: {shown(field, old)} → {shown(field, new)}"


def _by_name(values: Values | None, unknown: object = False) -> dict[str, Any]:
    return {container["name"]: container for container in containers_of(values, unknown)}


_PAST = {
    Verb.CREATE: "new",
    Verb.DELETE: "destroyed",
    Verb.REPLACE: "replaced",
    Verb.FORGET: "no longer managed",
}
