"""The existing hosted zones and their certificates."""

from constructs import Construct

from imports.aws.data_aws_acm_certificate import DataAwsAcmCertificate
from imports.aws.data_aws_route53_zone import DataAwsRoute53Zone
from pay.existing.network import ExistingNetwork
from pay.model import Environment, names
from pay.model.vocabulary import CERTIFICATE_KEY_TYPES


def zone_id(scope: Construct, name: str, *, environment: Environment, public: bool) -> str:
    """Return the id of the hosted zone of this name: the public one, or the environment's private
    one. An account may have several private zones with one name, and a VPC only one. AWS: Route 53
    developer guide, "Considerations when working with a private hosted zone".
    """
    vpc_id = None if public else ExistingNetwork(scope, environment).vpc_id
    zone = DataAwsRoute53Zone(scope, "zone", name=name, private_zone=not public, vpc_id=vpc_id)
    return str(zone.zone_id)


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
        key_types=list(CERTIFICATE_KEY_TYPES),
        statuses=["ISSUED"],
        most_recent=True,
    )
    return str(certificate.arn)
