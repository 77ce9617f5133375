"""Security groups must let traffic out to named destinations only, not to the whole internet.

An intruder must not be able to send card data out. Reach the internet through the egress proxy.
checkov's own check looks only at rules for all ports.
"""

from policies.engine.rule import rule
from policies.reading.network import is_world, permissions
from policies.reading.stack import Block


@rule("aws_security_group", "aws_security_group_rule", "aws_vpc_security_group_egress_rule")
def judge(block: Block) -> list[str] | None:
    allowed = permissions(block, "egress")
    if allowed is None:
        return None
    return [
        f"{each.protocol} {each.ports} may leave to {destination}"
        for each in allowed
        for destination in each.peers
        if is_world(destination)
    ]
