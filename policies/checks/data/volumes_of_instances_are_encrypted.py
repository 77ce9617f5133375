"""The volumes of EC2 instances are encrypted.

A container's writable layer and its swap end on the instance's volume; whoever gets a snapshot of
it must not be able to read it.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block
from policies.engine.stack import value as get


@rule("aws_launch_template")
def judge(template: Block) -> list[str]:
    volumes = [
        ebs
        for mapping in template.blocks("block_device_mappings")
        if (ebs := get(mapping, "ebs")) is not None
    ]
    if not volumes:
        return ["block_device_mappings names no ebs volume: the image's own would be used"]
    return [
        f"ebs.encrypted is {found!r}"
        for ebs in volumes
        if (found := get(ebs, "encrypted")) not in {True, "true"}
    ]
