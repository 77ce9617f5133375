"""The directions towards encrypting and recording what was neither."""

from rollout.guard.in_place.attribute import InPlace
from rollout.guard.in_place.directions import SafeDirection
from rollout.guard.traffic_changes import LOG_GROUP
from rollout.plans.plan import ResourceChange
from rollout.plans.references import refers_to
from rollout.plans.values import Path, dig, is_unset

KEY = "aws_kms_key"


def _gets_a_key(change: InPlace) -> bool:
    return is_unset(change.before) and _is_own_key(change, change.attribute.path)


def _is_own_key(change: InPlace, path: Path) -> bool:
    """Return whether the value is a key that the same stack holds. AWS takes the key of any
    account, and the key's owner decides whether anything is read again.
    """
    keys = [each for each in change.plan.plan.managed if each.type == KEY and not each.is_removed]
    if change.resource.is_unknown(*path):
        addresses = [key.address for key in keys]
        return refers_to(change.plan.plan, change.resource, path, addresses)
    value = dig(change.resource.after, *path)
    return value is not None and value in [key.after.get("arn") for key in keys]


def _records_sessions(change: InPlace) -> bool:
    """Return whether sessions are recorded from now on, encrypted, in a log group of the stack."""
    command: Path = (*change.attribute.path, 0, "execute_command_configuration", 0)
    after = dig(change.resource.after, *command)
    log = dig(after, "log_configuration", 0)
    return (
        is_unset(change.before)
        and dig(after, "logging") == "OVERRIDE"
        and dig(log, "cloud_watch_encryption_enabled") is True
        and dig(log, "cloud_watch_log_group_name") in _names(change.plan.plan.managed)
        and _is_own_key(change, (*command, "kms_key_id"))
    )


def _names(resources: tuple[ResourceChange, ...]) -> list[object]:
    return [each.after["name"] for each in resources if each.type == LOG_GROUP and each.after]


FIRST_KEY = SafeDirection(
    "to encrypt with a key of the same stack what was not encrypted with one",
    _gets_a_key,
    minds_unknown=False,
)
RECORDED = SafeDirection(
    "to record sessions, encrypted, in a log group of the same stack",
    _records_sessions,
    minds_unknown=False,
)
