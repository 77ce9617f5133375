"""Security groups must let in named sources only, except on port 443 of a public load balancer.

Inbound traffic is limited to what is needed. checkov's own checks look only at ports 22, 80 and
3389 and at rules for all ports.
"""

from policies.engine.rule import rule
from policies.reading.network import is_world, permissions
from policies.reading.stack import Block


@rule("aws_security_group", "aws_security_group_rule", "aws_vpc_security_group_ingress_rule")
def judge(block: Block) -> list[str] | None:
    allowed = permissions(block, "ingress")
    if allowed is None:
        return None
    return [
        f"{each.protocol} {each.ports} is open to {source}"
        for each in allowed
        for source in each.peers
        if is_world(source)
        and not (each.is_https_only and _belongs_to_a_public_load_balancer(block))
    ]


def _belongs_to_a_public_load_balancer(block: Block) -> bool:
    is_group = block.type == "aws_security_group"
    group = block if is_group else block.stack.find(block.get("security_group_id"))
    return group is not None and any(
        load_balancer.get("internal") is False
        and any(
            block.stack.find(each) == group for each in load_balancer.strings("security_groups")
        )
        for load_balancer in block.stack.of("aws_lb", "aws_alb")
    )
