"""IAM policies must name the secrets and parameters that may be read.

A service needs only its own secrets. A wildcard over all secrets includes the keys of the payment
providers.
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
