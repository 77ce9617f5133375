"""Systems outside the cardholder data environment must not share a key with systems inside.

A system that may use a key may read what it encrypts. Logs, secrets and queues inside need their
own keys.
"""

from policies.engine.shared_across_scopes import Names, sharing_rule
from policies.reading.stack import SynthesisedStack

_KEYS = {
    ("aws_kms_alias", "aws_kms_key", "data.aws_kms_alias", "data.aws_kms_key"): ("name", "key_id"),
    ("aws_cloudwatch_log_group", "aws_sns_topic", "aws_sqs_queue"): (
        "kms_key_id",
        "kms_master_key_id",
    ),
}


@sharing_rule
def judge(stack: SynthesisedStack) -> Names:
    for types, arguments in _KEYS.items():
        for block in stack.of(*types):
            for argument in arguments:
                name = block.get(argument)
                if isinstance(name, str) and name.startswith(("alias/", "arn:")):
                    yield block, name
