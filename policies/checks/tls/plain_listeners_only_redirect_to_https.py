"""Application Load Balancer listeners must use HTTPS; plain HTTP may only redirect to it.

Anybody on the path can read card data and credentials sent over a plain connection.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block, get


@rule("aws_lb_listener", "aws_alb_listener", "aws_lb_listener_rule", "aws_alb_listener_rule")
def judge(block: Block) -> list[str] | None:
    is_rule = block.type.endswith("_rule")
    listener = block.stack.find(block.get("listener_arn")) if is_rule else block
    if listener is None:
        return None
    if listener.get("protocol") != "HTTP":
        return None if listener.get("protocol") in {"TCP", "UDP", "TCP_UDP", "TLS"} else []
    actions = [*block.blocks("default_action"), *block.blocks("action")]
    return [
        f"the action over plain HTTP is {get(action, 'type')!r}, not a redirect to HTTPS"
        for action in actions or [{}]
        if get(action, "type") != "redirect" or get(action, "redirect", "protocol") != "HTTPS"
    ]
