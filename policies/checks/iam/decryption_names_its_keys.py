"""IAM policies must name the keys that may decrypt.

A role that may use every key of the account can read what any service encrypts, including card
data. Only access through named AWS services (`kms:ViaService`) may leave the key open. The
service's own permission names the queue or topic.
"""

from policies.engine.documents import identity_rule, open_uses

_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:CreateGrant")

judge = identity_rule(
    lambda statement: (
        [] if statement.is_bound_to("kms:ViaService") else open_uses(statement, *_ACTIONS)
    )
)
