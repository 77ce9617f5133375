"""What looks like a secret, and what of this estate does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from pay.secrets.values import MASK, redacted, secret_words, why_secret
from tests.support.secret_table import secret_table

REFUSED, ORDINARY = secret_table()


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_refuses_a_secret(name: str, value: str) -> None:
    assert why_secret(name, value)


@pytest.mark.parametrize(("name", "value"), ORDINARY)
def test_lets_an_ordinary_value_be(name: str, value: str) -> None:
    assert why_secret(name, value) is None


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


@pytest.mark.parametrize(
    ("words", "secret"),
    [
        (["run", "--password", "hunter2", "now"], {2}),
        (["run", "--password=hunter2"], {1}),
        (["curl", "-f", "-u", "admin:hunter2", "http://localhost"], {3}),
        (["CMD-SHELL", "curl -u admin:hunter2 http://localhost"], {1}),
        (["run", "--user", "pay", "--verbose"], set()),
    ],
)
def test_finds_the_secret_words_of_a_command(words: list[str], secret: set[int]) -> None:
    assert secret_words(words) == secret


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"token ghp_{'0' * 36} was seen", f"token {MASK} was seen"),
        ("from postgres://pay:hunter2@db/pay", f"from postgres://pay:{MASK}@db/pay"),
        ("?user=pay&password=hunter2&ssl=true", f"?user=pay&password={MASK}&ssl=true"),
        ('{"password": "two words", "a": 1}', f'{{"password": "{MASK}", "a": 1}}'),
        ("-----BEGIN PRIVATE KEY----- MIIE\n-----END PRIVATE KEY----- x", f"{MASK} x"),
        ("PORT looks like a secret: it is none", "PORT looks like a secret: it is none"),
    ],
)
def test_masks_the_secret_and_leaves_the_sentence(text: str, expected: str) -> None:
    assert redacted(text) == expected


@given(st.text(max_size=200), st.text(max_size=200))
def test_answers_for_every_text(name: str, value: str) -> None:
    why_secret(name, value)


@given(st.lists(st.sampled_from([value for _, value in REFUSED + ORDINARY])).map("\n".join))
def test_masks_nothing_twice(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)
