"""The existing hosted zones and their certificates."""

from constructs import Construct

from imports.aws.data_aws_acm_certificate import DataAwsAcmCertificate
from imports.aws.data_aws_route53_zone import DataAwsRoute53Zone


def zone_id(scope: Construct, name: str, *, public: bool) -> str:
    """Return the id of the hosted zone of this name, public or private."""
    return str(DataAwsRoute53Zone(scope, "zone", name=name, private_zone=not public).zone_id)


def certificate_arn(scope: Construct, zone: str) -> str:
    """Return the ARN of the issued certificate for every name of `zone`."""
    certificate = DataAwsAcmCertificate(
        scope, "certificate", domain=f"*.{zone}", statuses=["ISSUED"], most_recent=True
    )
    return str(certificate.arn)
