"""Systems outside the cardholder data environment must not share a security group with any inside.

Members of a shared security group can reach each other across the boundary. The rule covers groups
that a stack looks up and groups that a service, load balancer or rule names.
"""

from policies.engine.shared_across_scopes import Names, sharing_rule
from policies.reading.network import ID, groups, looked_up_names
from policies.reading.stack import SynthesisedStack


@sharing_rule
def judge(stack: SynthesisedStack) -> Names:
    for block in stack.blocks:
        if block.type in {"aws_security_group", "aws_security_groups"}:
            for name in looked_up_names(block):
                yield block, name
        if block.kind == "resource":
            # A reference leads to a block of its own. An id does not, so it is compared itself.
            for group in sorted(set(groups(block))):
                if ID.fullmatch(group):
                    yield block, group
