"""Security groups, subnets and VPCs must be references to resources or lookups of the stack.

A literal id (`sg-0abc`) shows neither its purpose nor its segment. Neither a reviewer nor a rule
can see that it belongs to the cardholder data environment.
"""

import re

from policies.engine.rule import Findings, estate_rule
from policies.reading.network import places
from policies.reading.stack import SynthesisedStack

_NETWORK = re.compile(r"aws_(default_security_group|(security_group|subnet|vpc)s?)")


@estate_rule
def judge(stacks: list[SynthesisedStack]) -> Findings:
    for stack in stacks:
        for block in stack.blocks:
            if block.kind == "resource" and (named := sorted(set(places(block.conf)))):
                problems = [
                    f"{key} names {place}, which this stack neither looks up nor creates"
                    for key, place in named
                    if (network := stack.find(place)) is None
                    or not _NETWORK.fullmatch(network.type)
                ]
                yield block, problems
