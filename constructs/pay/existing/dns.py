"""The existing hosted zones and their certificates."""

from constructs import Construct

from imports.aws.data_aws_acm_certificate import DataAwsAcmCertificate
from imports.aws.data_aws_route53_zone import DataAwsRoute53Zone
from pay.model import names

KEY_TYPES = (
    *("RSA_2048", "RSA_3072", "RSA_4096"),
    *("EC_prime256v1", "EC_secp384r1", "EC_secp521r1"),
)
"""The keys of certificates that an Application Load Balancer presents (AWS: ACM user guide,
"Prerequisites for importing ACM certificates"), without RSA_1024, which is not strong (PCI DSS
v4.0.1, 4.2.1). Unless they are named, ACM lists RSA_1024 and RSA_2048 only (API reference,
`ListCertificates`, Filters)."""


def zone_id(scope: Construct, name: str, *, public: bool) -> str:
    """Return the id of the hosted zone of this name, public or private."""
    return str(DataAwsRoute53Zone(scope, "zone", name=name, private_zone=not public).zone_id)


def certificate_arn(scope: Construct, zone: str) -> str:
    """Return the ARN of the issued certificate for every name of `zone`.

    Of several it is the most recent one, so that a second certificate stops no plan
    (docs/decisions/0121-change-a-certificate-on-purpose.md). The guard lets a listener with traffic
    change to no other.
    """
    certificate = DataAwsAcmCertificate(
        scope,
        "certificate",
        domain=names.certificate_domain(zone),
        key_types=list(KEY_TYPES),
        statuses=["ISSUED"],
        most_recent=True,
    )
    return str(certificate.arn)
