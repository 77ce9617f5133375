"""Application Load Balancer listeners must use HTTPS; plain HTTP may only redirect to it.

Anybody on the path can read card data and credentials sent over a plain connection.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block
from policies.engine.stack import value as get


@rule("aws_lb_listener", "aws_alb_listener", "aws_lb_listener_rule", "aws_alb_listener_rule")
def judge(block: Block) -> list[str] | None:
    listener = block
    if block.type.endswith("_rule"):
        source = block.stack.find(block.value("listener_arn"))
        if source is None:
            return None
        listener = source
    if listener.value("protocol") != "HTTP":
        return None if listener.value("protocol") in {"TCP", "UDP", "TCP_UDP", "TLS"} else []
    actions = [*block.blocks("default_action"), *block.blocks("action")]
    return [
        f"the action over plain HTTP is {get(action, 'type')!r}, not a redirect to HTTPS"
        for action in actions or [{}]
        if get(action, "type") != "redirect" or get(action, "redirect", "protocol") != "HTTPS"
    ]
