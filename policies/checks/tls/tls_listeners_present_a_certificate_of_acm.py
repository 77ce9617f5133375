"""TLS listeners must use a certificate from AWS Certificate Manager.

ACM renews the certificates it issues and lists all that it holds. That list is the inventory of
trusted keys and certificates that the requirement asks for.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block


@rule("aws_lb_listener", "aws_alb_listener", "aws_lb_listener_certificate")
def judge(listener: Block) -> list[str] | None:
    certificate = listener.get("certificate_arn")
    if certificate is None and listener.get("protocol") not in {"HTTPS", "TLS", None}:
        return None
    text = str(certificate)
    reference = text.removeprefix("data.").startswith(
        ("aws_acm_certificate.", "aws_acm_certificate_validation.")
    )
    return [] if reference or ":acm:" in text else [f"certificate_arn is {certificate!r}"]
