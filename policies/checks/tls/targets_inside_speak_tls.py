"""Inside the cardholder data environment load balancers speak TLS to their targets.

The network inside the VPC is not taken for trusted: card data stays encrypted up to the task (own
policy, stricter than the requirement, which names open and public networks).
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_lb_target_group", "aws_alb_target_group")
def judge(target_group: Block) -> list[str] | None:
    if target_group.stack.scope != "inside" or target_group.value("target_type") == "lambda":
        return None
    protocol = target_group.value("protocol")
    return [] if protocol in {"HTTPS", "TLS"} else [f"protocol is {protocol!r}"]
