"""IAM policies name the secrets and parameters that may be read.

A service needs its own secrets and nobody else's; a wildcard over all secrets gives it the payment
providers' keys.
"""

from policies.documents import IDENTITY_POLICIES, may, statements
from policies.rule import rule
from policies.stack import Block
from rollout.plans.resources import is_open_resource

_ACTIONS = (
    "secretsmanager:GetSecretValue",
    "secretsmanager:BatchGetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
)


@rule(*IDENTITY_POLICIES)
def judge(policy: Block) -> list[str]:
    return [
        f"{action} is allowed on {resource}"
        for statement in statements(policy, "policy")
        if statement.allows
        for action in _ACTIONS
        if may(action, statement.actions)
        for resource in statement.resources
        if is_open_resource(resource)
    ]
