"""TLS listeners must accept TLS 1.2 or newer only.

Older versions are not strong cryptography. AWS policies that still accept TLS 1.0 or 1.1 share
prefixes with safe ones. So the whole policy name is compared.
"""

import re

from policies.engine.rule import rule
from policies.reading.stack import Block

# AWS: "Security policies for your Application Load Balancer" and "... Network Load Balancer".
_ACCEPTED = re.compile(
    r"ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)(-[A-Za-z0-9]+)*-\d{4}-\d{2}"
)


@rule("aws_lb_listener", "aws_alb_listener")
def judge(listener: Block) -> list[str] | None:
    if listener.get("protocol") not in {"HTTPS", "TLS"}:
        return None
    policy = listener.get("ssl_policy")
    if isinstance(policy, str) and _ACCEPTED.fullmatch(policy):
        return []
    return [f"ssl_policy is {policy!r}"]
