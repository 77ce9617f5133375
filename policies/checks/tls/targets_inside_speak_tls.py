"""Inside the cardholder data environment, load balancers must use TLS to their targets.

The network inside the VPC is not trusted, so card data stays encrypted up to the task. This is our
own policy, stricter than the requirement, which covers open and public networks.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block


@rule("aws_lb_target_group", "aws_alb_target_group")
def judge(target_group: Block) -> list[str] | None:
    if target_group.stack.scope != "inside" or target_group.get("target_type") == "lambda":
        return None
    protocol = target_group.get("protocol")
    return [] if protocol in {"HTTPS", "TLS"} else [f"protocol is {protocol!r}, not HTTPS or TLS"]
