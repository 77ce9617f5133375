"""Mistakes in the existing estate, each of which must fail a lookup of a plan with a sentence."""

from enum import StrEnum


class Mistake(StrEnum):
    """One deliberate mistake in an estate, in every service of the environment."""

    SUBNET_IN_OTHER_VPC = "subnet_in_other_vpc"
    """The subnets of the last zone have the right name but are in another VPC."""
    SINGLE_ZONE = "single_zone"
    """All subnets are in the first zone, despite their names."""
    PUBLIC_SUBNET = "public_subnet"
    """The services' subnets have a route to the internet gateway."""
    PRIVATE_PUBLIC_SUBNET = "private_public_subnet"
    """The subnets of public load balancers have no such route."""
    MISSING_SECURITY_GROUP = "missing_security_group"
    """The security groups of the tasks do not exist."""
    UNENCRYPTED_DATABASE = "unencrypted_database"
    PUBLIC_DATABASE = "public_database"
    NOT_MULTI_AZ = "not_multi_az"
    WRONG_PORT = "wrong_port"
    """The databases listen on 5433."""
    SECRET_WITHOUT_OWN_KEY = "secret_without_own_key"
    """The secrets are encrypted with the key that AWS manages."""
    SECRET_WITH_KEY_ALIAS = "secret_with_key_alias"
    """The secrets name their key by its alias's ARN, which grants nothing in a policy."""
    MISSING_PARAMETER = "missing_parameter"
    """Each service lacks the first of its parameters."""
    SQUID_CUTS_TUNNELS = "squid_cuts_tunnels"
    """The proxies close all connections after squid's own time."""
    MISSING_CERTIFICATE = "missing_certificate"
    MISSING_ZONE = "missing_zone"
