"""Lifecycle policies must keep the releases that run or ran before.

ECR does not know what runs. A task whose image has expired cannot start, and no rollback can return
to it. Releases are kept by their count, by the first rule that their tags match.
"""

import json

from pay.containers.lifecycle import losses
from pay.unread import Unread
from policies.engine.rule import rule
from policies.reading.expressions import document_in
from policies.reading.stack import Block


@rule("aws_ecr_lifecycle_policy")
def judge(policy: Block) -> list[str]:
    written = policy.get("policy")
    document = document_in(written) if isinstance(written, str) else written
    try:
        return list(losses(json.dumps(document)))
    except ValueError as error:
        raise Unread(str(error)) from None
