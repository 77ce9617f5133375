"""What looks like a secret, and what of this estate does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from rollout.plans.secrets import why_secret


@pytest.mark.parametrize("service", CATALOGUE)
def test_takes_no_variable_of_the_catalogue_for_a_secret(service: str) -> None:
    microservice = CATALOGUE[service]
    variables = dict(microservice.environment)
    for sidecar in microservice.sidecars:
        variables |= dict(sidecar.environment)
    found = {name: why for name, value in variables.items() if (why := why_secret(name, value))}
    assert found == {}


@pytest.mark.parametrize("service", CATALOGUE)
def test_knows_the_catalogues_secrets_by_their_names(service: str) -> None:
    """Of these names most say by themselves what they hold; the value gives the others away."""
    for secret in CATALOGUE[service].secrets:
        assert why_secret(secret.variable, "qX9vT2mZ7pLr4WcK8nYs3HbD6gJf1RtE")


@given(st.text(max_size=200), st.text(max_size=200))
def test_answers_for_every_text(name: str, value: str) -> None:
    why_secret(name, value)
