"""Alarms must notify somebody.

Failures of critical systems must be noticed and answered promptly. An alarm without an action
notifies nobody, and checkov's own check accepts it.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
def judge(alarm: Block) -> list[str]:
    problems = []
    if not alarm.strings("alarm_actions"):
        problems.append("alarm_actions is empty")
    if (enabled := alarm.get("actions_enabled")) not in {None, True}:
        problems.append(f"actions_enabled is {enabled!r}")
    return problems
