"""Where a microservice is found in DNS."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, host_name, hosted_zone


@pytest.mark.parametrize(
    ("service", "name"),
    [
        # Two services, one label: the zones keep them apart.
        ("products-ui", "products.sandbox.pymnt.uk"),
        ("products", "products.sandbox.pymnt.internal"),
        ("webhooks-egress", "webhooks-egress.sandbox.pymnt.internal"),
    ],
)
def test_a_service_has_its_host_or_its_own_name_in_its_zone(
    environments: Mapping[str, Environment], service: str, name: str
) -> None:
    if service not in CATALOGUE:
        pytest.skip(f"the catalogue has no {service}")
    assert host_name(CATALOGUE[service], environments["sandbox"]) == name
    assert name.endswith(f".{hosted_zone(CATALOGUE[service], environments['sandbox'])}")
