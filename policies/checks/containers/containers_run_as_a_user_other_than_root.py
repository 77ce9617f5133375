"""Containers must run as a user other than root.

Root inside a container is one kernel flaw away from root on the host. An image that sets no user
runs as root.
"""

from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    problems = []
    for each in containers(task_definition):
        user = each.get("user")
        name = user.split(":")[0] if isinstance(user, str) else ""
        if not name or "${" in name or name == "root" or name.strip("0") == "":
            problems.append(f"container {each['name']}: user is {user!r}")
    return problems
