"""Containers must log to a log group of their own stack.

The actions of a container must leave an audit trail. The gate also judges the key and retention of
a log group in the same stack.
"""

from pay.containers.definitions import table
from policies.engine.containers import containers
from policies.engine.expressions import references
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    problems = []
    for each in containers(task_definition):
        driver = table(each, "logConfiguration").get("logDriver")
        if driver != "awslogs":
            problems.append(f"container {each['name']}: logDriver is {driver!r}, not 'awslogs'")
            continue
        group = table(each, "logConfiguration", "options").get("awslogs-group")
        if not _is_of(task_definition, group):
            problems.append(
                f"container {each['name']}: awslogs-group is {group!r}, "
                "not an aws_cloudwatch_log_group of this stack"
            )
    return problems


def _is_of(task_definition: Block, group: object) -> bool:
    groups = list(task_definition.stack.of("aws_cloudwatch_log_group"))
    if any(each.get("name") == group for each in groups if group):
        return True
    blocks = [task_definition.stack.find(each) for each in references(group)]
    return bool(blocks) and all(each in groups for each in blocks)
