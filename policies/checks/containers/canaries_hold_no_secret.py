"""Canaries must not hold a secret in their environment.

Anybody who may view a Synthetics canary can read its variables.
"""

from collections.abc import Mapping

from policies.checks.containers.containers_hold_no_secret_in_their_environment import looks_secret
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_synthetics_canary")
def judge(canary: Block) -> list[str]:
    variables = canary.value("run_config", "environment_variables")
    if not isinstance(variables, Mapping):
        return [] if variables is None else [f"environment_variables: not a map: {variables!r:.80}"]
    return [
        f"{name} is plain text"
        for name, value in variables.items()
        if looks_secret(str(name), str(value))
    ]
