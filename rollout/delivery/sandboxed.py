"""Refuses to change in a sandbox what that can only plan."""

from collections.abc import Iterable

from pay.model import Environment
from rollout.terminal.refusal import Finding, Refused
from sandbox.plan_only import in_sandbox, is_plan_only, refusal


def refuse_plan_only(environments: Iterable[Environment], what: str, fix: str) -> None:
    """Raise Refused where the shell uses a sandbox as AWS that can only plan one of these."""
    names = [each.name for each in environments if is_plan_only(each)]
    if names and in_sandbox():
        raise Refused(what, [Finding("sandbox", refusal(names), fix)])
