"""Systems outside the cardholder data environment must not share a log group with systems inside.

Logs from inside may help an attacker. A principal with access to an outside system's log group must
not reach them.
"""

from pay.containers.definitions import table
from pay.unread import Unread
from policies.engine.containers import containers
from policies.engine.shared_across_scopes import Names, sharing_rule
from policies.reading.stack import SynthesisedStack


@sharing_rule
def judge(stack: SynthesisedStack) -> Names:
    for block in stack.of("aws_cloudwatch_log_group", "data.aws_cloudwatch_log_group"):
        if isinstance(name := block.get("name"), str):
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
