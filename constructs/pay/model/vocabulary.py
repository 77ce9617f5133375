"""The words that all models share: sides, scopes, segments, exposures and severities."""

from enum import StrEnum


class Side(StrEnum):
    """One deployment of a microservice, by the launch type it runs on."""

    EC2 = "ec2"
    FARGATE = "fargate"


class Scope(StrEnum):
    """The place of a system relative to the cardholder data environment: inside it, connected to
    it, or outside. PCI DSS v4.0.1, 1.4 and "Scope of PCI DSS requirements".
    """

    INSIDE = "inside"
    CONNECTED = "connected"
    OUTSIDE = "outside"

    @property
    def segment(self) -> "Segment":
        """Return the network, key and capacity segment that a system of this scope belongs to."""
        return Segment.CDE if self is Scope.INSIDE else Segment.GENERAL


class Segment(StrEnum):
    """The boundary between systems inside the cardholder data environment and all others. Security
    groups, EC2 capacity, keys and log groups are never shared across segments.
    """

    CDE = "cde"
    GENERAL = "general"


class Exposure(StrEnum):
    """The callers that reach a microservice's load balancer."""

    PUBLIC = "public"
    INTERNAL = "internal"
    STAFF = "staff"


class LoadBalancerType(StrEnum):
    """AWS's own values of `load_balancer_type`."""

    APPLICATION = "application"
    NETWORK = "network"


CERTIFICATE_KEY_TYPES = (
    *("RSA_2048", "RSA_3072", "RSA_4096"),
    *("EC_prime256v1", "EC_secp384r1", "EC_secp521r1"),
)
"""The keys of certificates that an Application Load Balancer presents, without RSA_1024. That key
is not strong (PCI DSS v4.0.1, 4.2.1). AWS: ACM user guide, "Prerequisites for importing ACM
certificates". Unless they are named, ACM lists RSA_1024 and RSA_2048 only (API reference,
`ListCertificates`, Filters)."""


class Kept(StrEnum):
    """A Terraform argument of a running EC2 side that adoption leaves as it is. Changing it is a
    step of its own, because it can break what runs.
    """

    SECURITY_GROUPS = "security_groups"
    """A Network Load Balancer that was created without security groups can never have any, so
    Terraform would replace it. ELB API reference, `SetSecurityGroups`.
    """
    PRESERVE_CLIENT_IP = "preserve_client_ip"
    """Targets of a Network Load Balancer see the addresses of their callers. Without it they see
    the load balancer's, which the instances must admit first. ELB: "Edit target group attributes
    for your Network Load Balancer", client IP preservation.
    """
    DROP_INVALID_HEADER_FIELDS = "drop_invalid_header_fields"
    """An Application Load Balancer forwards every header. It would remove headers whose names hold
    other characters than letters, digits and hyphens, such as underscores. ELB: "Application Load
    Balancers", load balancer attributes.
    """

    @property
    def load_balancer_type(self) -> LoadBalancerType:
        """Return the type of load balancer that has the argument."""
        is_application = self is Kept.DROP_INVALID_HEADER_FIELDS
        return LoadBalancerType.APPLICATION if is_application else LoadBalancerType.NETWORK


class Severity(StrEnum):
    """The urgency of an alarm; each severity has an SNS topic of its own."""

    CRITICAL = "critical"
    """Pages a person at any hour."""
    WARNING = "warning"
    """Waits for the morning."""


class ImageOwner(StrEnum):
    """The role that builds an image, and builds it again when a scan finds something in it."""

    SERVICE_TEAM = "service team"
    PLATFORM_TEAM = "platform team"
