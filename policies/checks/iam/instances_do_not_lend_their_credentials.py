"""Instances must require session tokens for metadata requests, with a hop limit of 1.

A request forged through a container must not obtain the credentials of its instance. Without a
`metadata_options` block, AWS's defaults allow it.
"""

from policies.engine.rule import rule
from policies.reading.settings import differences

_REQUIRED = {
    "metadata_options.http_tokens": "required",
    "metadata_options.http_put_response_hop_limit": 1,
}

judge = rule("aws_launch_template", "aws_launch_configuration", "aws_instance")(
    lambda template: differences(template, _REQUIRED)
)
