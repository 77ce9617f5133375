"""Systems outside the cardholder data environment must not share a log group with systems inside.

Logs from inside may help an attacker. A principal with access to an outside system's log group must
not reach them.
"""

from collections.abc import Iterator

from pay.containers.definitions import table
from pay.unread import Unread
from policies.engine.containers import containers
from policies.engine.rule import estate_rule
from policies.engine.shared_across_scopes import shared_with_the_inside
from policies.engine.stack import Block, Stack


@estate_rule
def judge(stacks: list[Stack]) -> Iterator[tuple[Block, list[str]]]:
    return shared_with_the_inside(stacks, _log_groups)


def _log_groups(stack: Stack) -> Iterator[tuple[Block, str]]:
    for kind in ("resource", "data"):
        for block in stack.of("aws_cloudwatch_log_group", kind=kind):
            if isinstance(name := block.value("name"), str):
                yield block, name
    for block in stack.of("aws_ecs_task_definition"):
        try:
            options = [table(each, "logConfiguration", "options") for each in containers(block)]
        except Unread:
            # The rules on containers already refuse this task definition.
            continue
        for each in options:
            name = each.get("awslogs-group")
            if isinstance(name, str) and not name.startswith(("aws_", "data.", "${")):
                yield block, name
