"""Container secrets must come from Secrets Manager or Parameter Store.

A `valueFrom` that is no ARN of a secret or parameter is either broken or a secret in plain text.
"""

import re

from pay.containers.definitions import Container, pairs
from pay.identifiers import PARAMETER_ARN, SECRET_ARN
from policies.engine.containers import container_rule
from policies.reading.expressions import references

_STORES = {"aws_secretsmanager_secret", "aws_secretsmanager_secret_version", "aws_ssm_parameter"}
_ARN = re.compile(f"{SECRET_ARN}|{PARAMETER_ARN}")


@container_rule
def judge(container: Container) -> list[str]:
    return [
        f"valueFrom of {name} is not the ARN of a secret or a parameter"
        for name, source in pairs(container, "secrets").items()
        if not _is_from_store(source)
    ]


def _is_from_store(source: object) -> bool:
    if isinstance(source, str) and _ARN.match(source):
        return True
    named = references(source)
    return bool(named) and named[0].removeprefix("data.").split(".")[0] in _STORES
