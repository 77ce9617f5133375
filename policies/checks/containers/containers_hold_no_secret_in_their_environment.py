"""Containers must not hold a secret in their environment, commands or labels.

These are readable in the task definition, the console and the Terraform state. Pass a secret
through `secrets`, by the ARN of its store.
"""

from pay.containers.secrets import plain_secrets
from policies.engine.containers import container_rule

judge = container_rule(
    lambda container: [
        f"{where} holds a secret; move it to secrets" for where, _ in plain_secrets(container)
    ]
)
