"""Certificates that the stacks would not look up, or that are not those which run."""

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.model import Environment, LoadBalancerType, Side, hosted_zone, names
from pay.model.vocabulary import CERTIFICATE_KEY_TYPES
from rollout.adoption.import_answers import is_not_there
from rollout.adoption.obstacle import Obstacle, on_ec2
from rollout.aws.clients import Client

Certificate = dict[str, Any]

EVERY_KEY_TYPE = ("RSA_1024", *CERTIFICATE_KEY_TYPES)
"""Unless they are named, ACM leaves most out (API reference, `ListCertificates`, Filters)."""


def certificates(environment: Environment, client: Client) -> Iterator[Obstacle]:
    """Yield zones without a certificate that the stacks find (`pay.existing.dns.certificate_arn`),
    and listeners that present another one. The first apply would change it under traffic, and some
    clients may not know the new one's key.
    """
    pages = client("acm").get_paginator("list_certificates")
    listed = [
        each
        for page in pages.paginate(Includes={"keyTypes": list(EVERY_KEY_TYPE)})
        for each in page["CertificateSummaryList"]
    ]
    reported = set()
    for name in on_ec2(environment):
        service = CATALOGUE[name]
        if service.load_balancer_type is not LoadBalancerType.APPLICATION:
            continue
        domain = names.certificate_domain(hosted_zone(service, environment))
        for_domain = [each for each in listed if each["DomainName"] == domain]
        usable = [each for each in for_domain if _is_usable(each)]
        if not usable and domain not in reported:
            reported.add(domain)
            yield _none(domain, for_domain)
        elif usable and (listener := _listener(environment, name, client)):
            newest = max(usable, key=lambda each: each["NotBefore"])
            presented = listener["Certificates"][0]["CertificateArn"]
            if presented != newest["CertificateArn"]:
                yield _another(environment, name, listener, presented, newest, listed)


def _is_usable(certificate: Certificate) -> bool:
    return certificate["Status"] == "ISSUED" and _key(certificate) in CERTIFICATE_KEY_TYPES


def _key(certificate: Certificate) -> str:
    """Return the type of its key; ACM answers `RSA-2048` where it asks for `RSA_2048`."""
    return str(certificate.get("KeyAlgorithm", "")).replace("-", "_")


def _shown(certificate: Certificate) -> str:
    return f"{certificate['DomainName']}, {_key(certificate)}"


def _none(domain: str, others: Sequence[Certificate]) -> Obstacle:
    there = ", ".join(f"{_key(each)} {each['Status']}" for each in others) or "none"
    return Obstacle(
        "certificate",
        f"no issued certificate for {domain} has a key that a load balancer presents "
        f"({', '.join(CERTIFICATE_KEY_TYPES)}); there is: {there}",
        "request or import one, with this name as its first",
        (),
    )


def _listener(environment: Environment, service: str, client: Client) -> dict[str, Any] | None:
    """Return the listener of the service's port if it presents a certificate."""
    elbv2, balancer = client("elbv2"), names.load_balancer(environment.name, service, Side.EC2)
    try:
        [described] = elbv2.describe_load_balancers(Names=[balancer])["LoadBalancers"]
        listed = elbv2.describe_listeners(LoadBalancerArn=described["LoadBalancerArn"])["Listeners"]
    except ClientError as error:
        if not is_not_there(error):
            raise
        return None
    port = CATALOGUE[service].listener_port
    own = (each for each in listed if each["Port"] == port and each.get("Certificates"))
    return next(own, None)


def _another(
    environment: Environment,
    service: str,
    listener: dict[str, Any],
    presented: str,
    current: Certificate,
    listed: Sequence[Certificate],
) -> Obstacle:
    arn, known = current["CertificateArn"], {each["CertificateArn"]: each for each in listed}
    old = f" ({_shown(known[presented])})" if presented in known else ""
    return Obstacle(
        "certificate",
        f"{service} presents {presented}{old}; the stacks would present the "
        f"most recent one, {arn} ({_shown(current)})",
        "delete the other one if nothing uses it. Otherwise present it first, in a change of its "
        "own, and watch the clients",
        (
            f"aws elbv2 modify-listener --region {environment.region} "
            f"--listener-arn {listener['ListenerArn']} --certificates CertificateArn={arn}",
        ),
    )
