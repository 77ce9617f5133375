"""IAM policies must name the keys that may decrypt.

A role that may use every key of the account can read what any service encrypts, including card
data. Only access through named AWS services (`kms:ViaService`) may leave the key open: the
service's own permission names the queue or topic.
"""

from pay.iam.patterns import includes, is_open_resource
from policies.engine.documents import IDENTITY_POLICIES, statements
from policies.engine.rule import rule
from policies.engine.stack import Block

_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:CreateGrant")


@rule(*IDENTITY_POLICIES)
def judge(policy: Block) -> list[str]:
    return [
        f"{action} is allowed on {resource}"
        for statement in statements(policy, "policy")
        if statement.allows and not statement.is_bound_to("kms:ViaService")
        for action in _ACTIONS
        if includes(statement.actions, action)
        for resource in statement.resources
        if is_open_resource(resource)
    ]
