"""IAM policies must name the secrets and parameters that may be read.

A service needs only its own secrets. A wildcard over all secrets includes the keys of the payment
providers.
"""

from policies.engine.documents import identity_rule, open_uses

_ACTIONS = (
    "secretsmanager:GetSecretValue",
    "secretsmanager:BatchGetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
)

judge = identity_rule(lambda statement: open_uses(statement, *_ACTIONS))
