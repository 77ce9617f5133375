"""IAM policies name the secrets and parameters that may be read.

A service needs its own secrets and nobody else's; a wildcard over all secrets gives it the payment
providers' keys.
"""

from pay.iam.patterns import includes, is_open_resource
from policies.engine.documents import IDENTITY_POLICIES, statements
from policies.engine.rule import rule
from policies.engine.stack import Block

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
        if includes(statement.actions, action)
        for resource in statement.resources
        if is_open_resource(resource)
    ]
