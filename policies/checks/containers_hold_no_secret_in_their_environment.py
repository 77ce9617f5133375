"""Containers hold no secret in their environment.

The value of an environment variable is readable in the task definition, in the console and in
Terraform's state; a secret comes through `secrets`, by the ARN of its store.
"""

import re

from policies.containers import containers, pairs
from policies.rule import rule
from policies.stack import Block

SECRET_NAME = re.compile(
    r"PASS(WORD|WD|PHRASE)|SECRET|TOKEN(?!_TTL)|API_?KEY|PRIVATE_KEY|ACCESS_KEY|ENCRYPTION_KEY"
    r"|CREDENTIAL|SALT|HMAC|(^|_)DSN($|_)|SIGNING",
    re.IGNORECASE,
)
_NAMES_NO_SECRET = re.compile(
    r"_(URL|ARN|HOST|PORT|PATH|NAME|ID|ENABLED|TTL|SECONDS|MINUTES|HOURS|DAYS|LENGTH)$",
    re.IGNORECASE,
)
"""A place, a switch or a duration, whatever it belongs to: `FORGOTTEN_PASSWORD_EXPIRY_MINUTES`."""

_PASSWORD_IN_URL = re.compile(r"://[^/\s:@]+:[^/\s@]+@|[?&;]password=", re.IGNORECASE)


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable's name or value says that it holds a secret."""
    named = SECRET_NAME.search(name) and not _NAMES_NO_SECRET.search(name)
    return bool(named or _PASSWORD_IN_URL.search(value))


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: {variable.get('name')} belongs under secrets"
        for each in containers(task_definition)
        for variable in pairs(each, "environment")
        if looks_secret(str(variable.get("name", "")), str(variable.get("value", "")))
    ]
