"""Container secrets must come from Secrets Manager or Parameter Store.

A `valueFrom` that is not the ARN of a secret or parameter is either broken or a secret in plain
text.
"""

import re

from policies.engine.containers import containers, pairs
from policies.engine.expressions import references
from policies.engine.rule import rule
from policies.engine.stack import Block

_STORES = {"aws_secretsmanager_secret", "aws_secretsmanager_secret_version", "aws_ssm_parameter"}
_ARN = re.compile(r"arn:aws[a-z-]*:(secretsmanager:[^:]*:[^:]*:secret:|ssm:[^:]*:[^:]*:parameter/)")


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: valueFrom of {secret.get('name')} is not the ARN of a secret "
        "or a parameter"
        for each in containers(task_definition)
        for secret in pairs(each, "secrets")
        if not _is_from_store(secret.get("valueFrom"))
    ]


def _is_from_store(source: object) -> bool:
    if isinstance(source, str) and _ARN.match(source):
        return True
    addresses = references(source)
    return bool(addresses) and addresses[0].removeprefix("data.").split(".")[0] in _STORES
