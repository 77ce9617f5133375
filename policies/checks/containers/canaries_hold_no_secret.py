"""Canaries must not hold a secret in their environment.

The variables of a Synthetics canary are readable for everybody who may look at the canary.
"""

from collections.abc import Mapping

from pay.secrets.values import why_secret
from policies.engine.rule import rule
from policies.reading.stack import Block


@rule("aws_synthetics_canary")
def judge(canary: Block) -> list[str]:
    variables = canary.get("run_config", "environment_variables")
    if not isinstance(variables, Mapping):
        return [] if variables is None else [f"environment_variables: not a map: {variables!r:.80}"]
    return [
        f"{name} is plain text"
        for name, value in variables.items()
        if why_secret(str(name), str(value))
    ]
