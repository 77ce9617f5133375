"""Services must read their own secret or a shared one, never the secret of another service.

A secret holds every key of its service. Read for one key, it gives all the others.
"""

import re
from collections.abc import Iterator

from pay.iam.policy_arguments import IDENTITY_POLICIES
from pay.identifiers import SECRET_ARN
from pay.model import names
from policies.engine.documents import allowing
from policies.engine.rule import rule
from policies.reading.stack import Block

_SECRET = re.compile(rf"{SECRET_ARN}(.+?)(-[A-Za-z0-9?]{{6}})?")
"""An ARN and the name in it; Secrets Manager adds six characters to the name."""


@rule("data.aws_secretsmanager_secret", *IDENTITY_POLICIES)
def judge(block: Block) -> list[str] | None:
    stack = block.stack
    service = stack.tags.get("Service")
    if service is None:
        return None
    own, shared = (
        names.secret(stack.environment, service),
        names.shared_secret(stack.environment, ""),
    )
    return [
        f"{name} is not a secret of {service}; allowed are {own} and those below {shared}"
        for name in (_looked_up(block) if block.kind == "data" else _granted(block))
        if name != own and not name.startswith(shared)
    ]


def _looked_up(lookup: Block) -> Iterator[str]:
    arn = _SECRET.fullmatch(str(lookup.get("arn")))
    yield arn[1] if arn else str(lookup.get("name"))


def _granted(policy: Block) -> Iterator[str]:
    """Yield the secrets that the policy names by ARN; a reference leads to a lookup."""
    for statement in allowing(policy, "policy"):
        for resource in statement.resources:
            if arn := _SECRET.fullmatch(resource):
                yield arn[1]
