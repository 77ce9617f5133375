"""Alarms must notify somebody.

Failures of critical systems must be noticed and answered promptly. An alarm without an action
notifies nobody, unless a composite alarm with one names it. Checkov's own check accepts both.
"""

import re
from collections.abc import Iterator

from policies.engine.rule import Findings, estate_rule_of_plans
from policies.reading.stack import Block, SynthesisedStack

_NAMED = re.compile(r"""(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*\\?["']?([^"'()\\]+)""")
"""AWS: CloudWatch API reference, `PutCompositeAlarm`, `AlarmRule`."""


@estate_rule_of_plans
def judge(stacks: list[SynthesisedStack]) -> Findings:
    named = {
        name
        for stack in stacks
        for composite in stack.of("aws_cloudwatch_composite_alarm")
        if not list(_problems(composite))
        for name in _NAMED.findall(str(composite.get("alarm_rule")))
    }
    watched = {
        _place(stack) for stack in stacks if stack.kind and stack.kind.holds_composite_alarms
    }
    # Of a stack as it is written and as it is planned.
    loud = {
        stack.name
        for stack in stacks
        if any(map(_actions, stack.of("aws_cloudwatch_metric_alarm")))
    }
    for stack in stacks:
        is_silent_side = bool(stack.kind and stack.kind.side) and stack.name not in loud
        is_left_to_others = is_silent_side and _place(stack) not in watched
        for alarm in stack.of("aws_cloudwatch_metric_alarm"):
            is_child = is_left_to_others or alarm.get("alarm_name") in named
            yield alarm, list(_problems(alarm, needs_action=not is_child))
        for alarm in stack.of("aws_cloudwatch_composite_alarm"):
            yield alarm, list(_problems(alarm))


def _problems(alarm: Block, *, needs_action: bool = True) -> Iterator[str]:
    if needs_action and not _actions(alarm):
        yield "alarm_actions is empty"
    if (enabled := alarm.get("actions_enabled")) not in {None, True}:
        yield f"actions_enabled is {enabled!r}"


def _actions(alarm: Block) -> list[str]:
    return alarm.strings("alarm_actions")


def _place(stack: SynthesisedStack) -> tuple[str | None, str | None]:
    return stack.owner, stack.tags.get("Service")
