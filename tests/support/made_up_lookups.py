"""What stacks say of tasks and roles, with every lookup answered as AWS could answer it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pay.model import Environment
from tests.support.synthesised import Synthesised

_EXPRESSION = re.compile(
    r"\$\{(?:data\.(\w+)\.(\w+)\.(\w+)|local\.(\w+)|startswith\(.*?|var\.\w+)\}"
)


def containers(stack: Synthesised, environment: Environment) -> list[dict[str, Any]]:
    """The containers of a side, with images of release 7."""
    text = stack.resource("aws_ecs_task_definition", "task")["container_definitions"]
    listed: list[dict[str, Any]] = _answered(json.loads(text), stack, environment)
    return listed


def policies(stack: Synthesised, environment: Environment) -> dict[str, list[dict[str, Any]]]:
    """Role name -> the statements of its policy."""
    roles = stack.document["resource"]["aws_iam_role"]
    found = {}
    for policy in stack.document["resource"].get("aws_iam_role_policy", {}).values():
        role = roles[policy["role"].split(".")[1]]["name"]
        found[role] = _answered(json.loads(policy["policy"]), stack, environment)["Statement"]
    return found


def _answered(value: Any, stack: Synthesised, environment: Environment) -> Any:
    if isinstance(value, dict):
        return {key: _answered(item, stack, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [_answered(item, stack, environment) for item in value]
    if not isinstance(value, str):
        return value

    def answer(match: re.Match[str]) -> str:
        type, key, attribute, local = match.groups()
        if type:
            return _lookup(type, attribute, stack.document["data"][type][key], environment)
        if local:
            return str(_answered(stack.document["locals"][local], stack, environment))
        return ":" if "startswith" in match[0] else "7-release"

    return _EXPRESSION.sub(answer, value)


def _lookup(type: str, attribute: str, by: Mapping[str, Any], environment: Environment) -> str:
    name = str(by.get("name") or by.get("db_instance_identifier"))
    secret = environment.arn("secretsmanager", f"secret:{name}-AbCdEf")
    url = f"https://sqs.{environment.region}.amazonaws.com/{environment.account_id}/{name}"
    answers = {
        ("aws_db_instance", "address"): f"{name}.abc.{environment.region}.rds.amazonaws.com",
        ("aws_secretsmanager_secret", "arn"): secret,
        ("aws_secretsmanager_secret", "kms_key_id"): environment.arn("kms", "key/1"),
        ("aws_sns_topic", "arn"): environment.arn("sns", name),
        ("aws_sqs_queue", "arn"): environment.arn("sqs", name),
        ("aws_sqs_queue", "url"): url,
    }
    return answers.get((type, attribute), f"{type} {attribute}")
