"""The hosted zones, public and private, and the certificates for every name in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake


def make_dns(owner: Owner) -> None:
    """Create both zones of the environment, each with a certificate.

    ACM issues the certificate of the public zone, with an RSA key. It cannot validate a private
    name. So the certificate of the private zone is imported, with an elliptic curve key as
    authorities issue today.
    """
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
            acm, tags = owner.client("acm"), owner.tags(domain)
            if settings:
                acm.import_certificate(**elliptic_certificate(domain), Tags=tags)
            else:
                acm.request_certificate(DomainName=domain, ValidationMethod="DNS", Tags=tags)


def zone_id(owner: Owner, name: str) -> str | None:
    """Return the id of the environment's hosted zone with this name, or None.

    The private zone is that of its VPC. Other VPCs of the account may have one with the same name.
    """
    route53 = owner.client("route53")
    if name == owner.environment.dns.public_zone:
        zones = owner.pages("route53", "list_hosted_zones", "HostedZones")
        ids = {zone["Name"]: zone["Id"] for zone in zones if not zone["Config"]["PrivateZone"]}
    else:
        vpc = {"VPCId": owner.vpc_id, "VPCRegion": owner.environment.region}
        zones = route53.list_hosted_zones_by_vpc(**vpc)["HostedZoneSummaries"]
        ids = {zone["Name"]: zone["HostedZoneId"] for zone in zones}
    id = ids.get(f"{name}.")
    return id and str(id).removeprefix("/hostedzone/")


def certificates(owner: Owner) -> dict[str, str]:
    """Map each domain to the ARN of its certificate."""
    entries = owner.pages(
        *("acm", "list_certificates", "CertificateSummaryList"),
        Includes={"keyTypes": ["RSA_2048", "EC_prime256v1"]},
    )
    return {entry["DomainName"]: entry["CertificateArn"] for entry in entries}


def elliptic_certificate(domain: str) -> dict[str, bytes]:
    """Return a self-signed certificate with its key, as ACM imports them."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return {
        "Certificate": certificate.public_bytes(pem),
        "PrivateKey": key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    }
