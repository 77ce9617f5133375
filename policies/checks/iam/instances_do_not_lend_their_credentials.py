"""Instances answer metadata requests with session tokens only, and not to containers behind a hop.

A request forged through a service must not fetch the credentials of the instance that it runs on;
without a `metadata_options` block AWS's defaults let it.
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
