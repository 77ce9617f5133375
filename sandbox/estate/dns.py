"""The hosted zones, public and private, and the certificates for every name in them."""

from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake


def make_dns(owner: Owner) -> None:
    """Create both zones of the environment, each with a certificate."""
    dns = owner.environment.dns
    if Mistake.MISSING_ZONE not in owner.mistakes:
        _zone(owner, dns.public_zone, vpc_id=None)
        _zone(owner, dns.internal_zone, vpc_id=owner.vpc_id)
    if Mistake.MISSING_CERTIFICATE not in owner.mistakes:
        for zone in (dns.public_zone, dns.internal_zone):
            _certificate(owner, f"*.{zone}")


def zone_id(owner: Owner, name: str) -> str | None:
    """Return the id of the hosted zone with this name, or None."""
    for zone in owner.pages("route53", "list_hosted_zones", "HostedZones"):
        if zone["Name"] == f"{name}.":
            return str(zone["Id"]).removeprefix("/hostedzone/")
    return None


def _zone(owner: Owner, name: str, *, vpc_id: str | None) -> None:
    if zone_id(owner, name):
        return
    private = (
        {
            "VPC": {"VPCRegion": owner.environment.region, "VPCId": vpc_id},
            "HostedZoneConfig": {"PrivateZone": True},
        }
        if vpc_id
        else {}
    )
    owner.client("route53").create_hosted_zone(
        Name=f"{name}.", CallerReference=f"{owner.name}-{name}", **private
    )


def _certificate(owner: Owner, domain: str) -> None:
    if domain not in certificates(owner):
        owner.client("acm").request_certificate(
            DomainName=domain, ValidationMethod="DNS", Tags=owner.tags(domain)
        )


def certificates(owner: Owner) -> dict[str, str]:
    """Map each domain to the ARN of its certificate."""
    entries = owner.pages("acm", "list_certificates", "CertificateSummaryList")
    return {entry["DomainName"]: entry["CertificateArn"] for entry in entries}
