"""Volumes of EC2 instances must be encrypted.

A container's writable layer and swap are stored on the instance's volume. A stolen snapshot must
not be readable.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block, get


@rule("aws_launch_template")
def judge(template: Block) -> list[str]:
    mappings = template.blocks("block_device_mappings")
    volumes = [ebs for each in mappings if (ebs := get(each, "ebs")) is not None]
    if not volumes:
        return ["block_device_mappings has no ebs volume; add one, or the image's own is used"]
    return [
        f"ebs.encrypted is {encrypted!r}, not True"
        for ebs in volumes
        if (encrypted := get(ebs, "encrypted")) not in {True, "true"}
    ]
