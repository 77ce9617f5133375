"""Instances must require session tokens for metadata requests, with a hop limit of 1.

A request forged through a container must not obtain the credentials of its instance. Without a
`metadata_options` block, AWS's defaults allow it.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_launch_template", "aws_launch_configuration", "aws_instance")
def judge(template: Block) -> list[str]:
    tokens = template.value("metadata_options", "http_tokens")
    hops = template.value("metadata_options", "http_put_response_hop_limit")
    problems = []
    if tokens != "required":
        problems.append(f"metadata_options.http_tokens is {tokens!r}, not 'required'")
    if hops != 1:
        problems.append(f"metadata_options.http_put_response_hop_limit is {hops!r}, not 1")
    return problems
