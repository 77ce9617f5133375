"""Registries must scan every image continuously.

A vulnerability becomes known after the image was pushed. Enhanced scanning looks at stored images
again, and at the packages of the language beside those of the operating system.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block, get


@rule("aws_ecr_registry_scanning_configuration")
def judge(configuration: Block) -> list[str]:
    mistakes = []
    if (scan_type := configuration.get("scan_type")) != "ENHANCED":
        mistakes.append(f"scan_type is {scan_type!r}, not 'ENHANCED'")
    rules = configuration.blocks("rule")
    if not any(get(each, "scan_frequency") == "CONTINUOUS_SCAN" for each in rules):
        mistakes.append("no rule has scan_frequency = 'CONTINUOUS_SCAN'")
    return mistakes
