"""Shared parts of the rules about schedules: values that differ, in words, and the queue of what
failed.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from pay.model import Environment
from rollout.guard.rule import Findings, GuardFinding
from rollout.guard.traffic_changes import SCHEDULE
from rollout.plans.plan import PAST, Plan, ResourceChange
from rollout.plans.references import refers_to_own
from rollout.plans.values import Path, dig, is_unset

Wanted = TypeVar("Wanted")

TARGET: Path = ("target", 0)
INPUT: Path = (*TARGET, "input")
DEAD_LETTERS: Path = (*TARGET, "dead_letter_config", 0, "arn")


def against(
    plan: Plan,
    wanted: Mapping[str, Wanted],
    wrong: Callable[[ResourceChange, Wanted], Iterator[str]],
    *,
    source: str,
    keep: str,
    do: str,
) -> Findings:
    """Yield what is wrong with the schedules of a plan: a `wanted` one is deleted, one is unwanted
    or `wrong`. `source` says in words what wants schedules, `keep` and `do` what to do.
    """
    for change in plan.moving:
        if change.type != SCHEDULE:
            continue
        before, after = (str(values.get("name")) for values in (change.before, change.after))
        if change.goes and before in wanted:
            yield GuardFinding(
                change.address, f"{before} is {PAST[change.verb]}: {source} wants it", keep
            )
        if change.is_removed:
            continue
        if after not in wanted:
            yield GuardFinding(change.address, f"{source} wants no schedule {after}", do)
            continue
        for text in wrong(change, wanted[after]):
            yield GuardFinding(change.address, text, do)


def differences(change: ResourceChange, wanted: Mapping[Path, object]) -> Iterator[str]:
    """Yield in words which values are not the wanted ones. Also yield when a schedule is to fire
    only for some time.
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
