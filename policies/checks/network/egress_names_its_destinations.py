"""Security groups let traffic out to named destinations only, never to the whole internet.

Who has broken in must not be able to carry card data out; what has to reach the internet goes
through the egress proxy. checkov's own check looks at rules for all ports only.
"""

from policies.engine.network import is_world, permissions
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_security_group", "aws_security_group_rule", "aws_vpc_security_group_egress_rule")
def judge(block: Block) -> list[str] | None:
    found = permissions(block, "egress")
    if found is None:
        return None
    return [
        f"{each.protocol} {each.ports} may leave to {destination}"
        for each in found
        for destination in each.peers
        if is_world(destination)
    ]
