"""The hosted zones, public and private, and the certificates for every name in them."""

from typing import Any

from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake


def make_dns(owner: Owner) -> None:
    """Create both zones of the environment, each with a certificate."""
    dns, vpc = owner.environment.dns, {"VPCRegion": owner.environment.region, "VPCId": owner.vpc_id}
    private = {"VPC": vpc, "HostedZoneConfig": {"PrivateZone": True}}
    zones: tuple[tuple[str, dict[str, Any]], ...] = (
        (dns.public_zone, {}),
        (dns.internal_zone, private),
    )
    for name, settings in zones:
        if Mistake.MISSING_ZONE not in owner.mistakes and zone_id(owner, name) is None:
            owner.client("route53").create_hosted_zone(
                Name=f"{name}.", CallerReference=f"{owner.name}-{name}", **settings
            )
        domain = f"*.{name}"
        if Mistake.MISSING_CERTIFICATE not in owner.mistakes and domain not in certificates(owner):
            owner.client("acm").request_certificate(
                DomainName=domain, ValidationMethod="DNS", Tags=owner.tags(domain)
            )


def zone_id(owner: Owner, name: str) -> str | None:
    """Return the id of the hosted zone with this name, or None."""
    for zone in owner.pages("route53", "list_hosted_zones", "HostedZones"):
        if zone["Name"] == f"{name}.":
            return str(zone["Id"]).removeprefix("/hostedzone/")
    return None


def certificates(owner: Owner) -> dict[str, str]:
    """Map each domain to the ARN of its certificate."""
    entries = owner.pages("acm", "list_certificates", "CertificateSummaryList")
    return {entry["DomainName"]: entry["CertificateArn"] for entry in entries}
