"""What rules about schedules have in common: values that differ, in words, and the queue of what
failed.
"""

from collections.abc import Iterator, Mapping

from pay.model import Environment
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.references import refers_to_own
from rollout.plans.values import Path, dig, is_unset

TARGET: Path = ("target", 0)
INPUT: Path = (*TARGET, "input")
DEAD_LETTERS: Path = (*TARGET, "dead_letter_config", 0, "arn")


def differences(change: ResourceChange, wanted: Mapping[Path, object]) -> Iterator[str]:
    """Yield in words which values are not the wanted ones, and when a schedule is to fire only for
    some time.
    """
    for path, value in wanted.items():
        if change.is_unknown(*path) or dig(change.after, *path) != value:
            yield f"{shown(path)} is {words(change, path)}, not {value}"
    for attribute in ("start_date", "end_date"):
        if not is_unset(change.after.get(attribute)):
            yield f"{attribute} is {change.after[attribute]}: the call is made at all times"


def keeps_what_failed(
    plan: Plan, change: ResourceChange, environment: Environment, queue: str
) -> bool:
    """Return whether a call that fails stays in the queue of this name."""
    if change.is_unknown(*DEAD_LETTERS):
        return refers_to_own(plan, change, DEAD_LETTERS, "aws_sqs_queue", "name", (queue,))
    return bool(dig(change.after, *DEAD_LETTERS) == environment.arn("sqs", queue))


def shown(path: Path) -> str:
    return ".".join(str(part) for part in path if not isinstance(part, int))


def words(change: ResourceChange, path: Path) -> str:
    if change.is_unknown(*path):
        return "known only after apply"
    value = dig(change.after, *path)
    return "not set" if is_unset(value) else str(value)
