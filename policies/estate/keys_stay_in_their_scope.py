"""Systems outside the cardholder data environment must not share a key with systems inside.

A system that may use a key may read what it encrypts. Logs, secrets and queues inside need their
own keys.
"""

from collections.abc import Iterator

from policies.engine.rule import estate_rule
from policies.engine.shared_across_scopes import shared_with_the_inside
from policies.engine.stack import Block, Stack


@estate_rule
def judge(stacks: list[Stack]) -> Iterator[tuple[Block, list[str]]]:
    return shared_with_the_inside(stacks, _keys)


def _keys(stack: Stack) -> Iterator[tuple[Block, str]]:
    for kind in ("resource", "data"):
        for block in stack.of("aws_kms_alias", "aws_kms_key", kind=kind):
            for key in ("name", "key_id"):
                name = block.value(key)
                if isinstance(name, str) and name.startswith(("alias/", "arn:")):
                    yield block, name
    for block in stack.of("aws_cloudwatch_log_group", "aws_sns_topic", "aws_sqs_queue"):
        for key in ("kms_key_id", "kms_master_key_id"):
            name = block.value(key)
            if isinstance(name, str) and name.startswith(("alias/", "arn:")):
                yield block, name
