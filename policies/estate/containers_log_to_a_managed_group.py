"""Containers must log to a log group of their own stack, or of one that their environment shares.

The gate judges the key and the retention of such a group only. An environment whose platform was
not synthesised is not judged, because the platform holds the groups.
"""

from collections import defaultdict
from collections.abc import Iterator

from pay.containers.definitions import table
from pay.unread import Unread
from policies.engine.containers import containers
from policies.engine.rule import Findings, estate_rule
from policies.reading.expressions import references
from policies.reading.stack import Block, SynthesisedStack


@estate_rule
def judge(stacks: list[SynthesisedStack]) -> Findings:
    shared: dict[str, set[object]] = defaultdict(set)
    for stack in stacks:
        if stack.kind and stack.kind.is_shared:
            shared[stack.owner] |= {group.get("name") for group in _groups(stack)}
    with_platform = {
        stack.owner for stack in stacks if stack.kind and stack.kind.holds_logs_of_sides
    }
    for stack in stacks:
        if stack.owner in with_platform:
            for task_definition in stack.of("aws_ecs_task_definition"):
                yield task_definition, list(_problems(task_definition, shared[stack.owner]))


def _problems(task_definition: Block, shared: set[object]) -> Iterator[str]:
    own = list(_groups(task_definition.stack))
    names = shared | {group.get("name") for group in own}
    try:
        groups = {
            each["name"]: table(each, "logConfiguration", "options").get("awslogs-group")
            for each in containers(task_definition)
        }
    except Unread:
        # The rules on containers already refuse this task definition.
        return
    for container, group in groups.items():
        blocks = [task_definition.stack.find(each) for each in references(group)]
        is_own = bool(blocks) and all(each in own for each in blocks)
        if group is None or not (is_own or group in names):
            yield (
                f"container {container}: awslogs-group is {group!r}, not an "
                "aws_cloudwatch_log_group of this stack or of one that its environment shares"
            )


def _groups(stack: SynthesisedStack) -> Iterator[Block]:
    return stack.of("aws_cloudwatch_log_group")
