"""Lookups of hosted zones and certificates."""

from collections.abc import Mapping

import pytest

from pay.existing.dns import certificate_arn, zone_id
from pay.model import Environment
from tests.support.synthesised import rendered


@pytest.mark.parametrize("public", [True, False])
def test_a_zone_is_looked_up_as_public_or_private(
    environments: Mapping[str, Environment], public: bool
) -> None:
    environment = environments["sandbox"]
    stack = rendered(
        lambda stack: zone_id(stack, "example.org", environment=environment, public=public)
    )
    zone = stack.data("aws_route53_zone", "zone")
    assert (zone["name"], zone["private_zone"]) == ("example.org", not public)
    # Another VPC may have a private zone of the same name.
    assert zone.get("vpc_id") == (None if public else "${data.aws_vpc.vpc.id}")


def test_a_certificate_is_issued_and_holds_for_every_name_of_the_zone() -> None:
    stack = rendered(lambda stack: certificate_arn(stack, "example.org"))
    certificate = stack.data("aws_acm_certificate", "certificate")
    assert (certificate["domain"], certificate["statuses"]) == ("*.example.org", ["ISSUED"])
    assert certificate["most_recent"] is True


def test_a_certificate_may_have_any_strong_key_that_a_load_balancer_presents() -> None:
    stack = rendered(lambda stack: certificate_arn(stack, "example.org"))
    types = stack.data("aws_acm_certificate", "certificate")["key_types"]
    assert {"RSA_2048", "RSA_4096", "EC_prime256v1", "EC_secp384r1"} <= set(types)
    assert "RSA_1024" not in types
