"""What looks like a secret, and what of this estate does not."""

import base64
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from pay.secrets.identifiers import words_to_weigh
from pay.secrets.names import announces_secret
from pay.secrets.values import MASK, credentials, redacted, secret_words, why_secret
from tests.support.secret_table import secret_table

REFUSED, ORDINARY = secret_table()


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_refuses_a_secret(name: str, value: str) -> None:
    assert why_secret(name, value)


@pytest.mark.parametrize(("name", "value"), ORDINARY)
def test_lets_an_ordinary_value_be(name: str, value: str) -> None:
    assert why_secret(name, value) is None


def test_a_long_word_takes_time_by_its_length() -> None:
    """Twenty thousand digits took seconds: the search for an image began again at each of them."""
    begun = time.process_time()
    words_to_weigh("9" * 20_000)
    assert time.process_time() - begun < 1


# Put together here, so that no file of the repository holds what a search for secrets would find.
FORMATS = {
    "AKIA" + "ABCDEFGHIJKLMNOP": "AWS Access Key",
    "-----BEGIN EC " + "PRIVATE KEY-----\nMHc": "a private key",
    "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc": "Stripe Access Key",
    "gh" + "p_" + "a1B2" * 9: "GitHub Token",
    "xox" + "b-123456789012-abcdef": "Slack Token",
    "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxIn0.x": "JSON Web Token",
    "postgres://pay:" + "hunter2@db.example/pay": "a password inside an address",
}


@pytest.mark.parametrize(("value", "kind"), FORMATS.items(), ids=list(FORMATS.values()))
def test_recognises_a_credential_by_its_format_anywhere_in_a_text(value: str, kind: str) -> None:
    text = f'description = "{value}"'
    (secret,) = credentials(text)
    assert kind in secret.why
    assert text[secret.start : secret.end] in f'{value}"'


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_reads_what_is_in_base_64() -> None:
    """User data of instances is: the script in it is judged as a script."""
    secret = "#!/bin/sh\nexport DB_PASSWORD=" + "hunter2" * 2 + "\n"
    assert why_secret("user_data", encoded(secret)) == "its value holds a secret in base 64"
    for ordinary in (
        "#!/bin/sh\necho ECS_CLUSTER=test-12-ec2 >> /etc/ecs/ecs.config\n",
        "\x00" * 24,
    ):
        assert why_secret("user_data", encoded(ordinary)) is None
    not_text = base64.b64encode(b"\xff\xfe" * 12).decode()
    assert why_secret("user_data", not_text, may_be_name=True) is None


def test_a_name_may_be_long_where_settings_hold_names() -> None:
    name = "CloudWatchAgentServerPolicy/ecsInstanceRoleForEverything"
    assert why_secret("role", name, may_be_name=True) is None
    key = "9f86d081884c7d659a2feaa0c55ad0152c1d8ef3"
    assert why_secret("tag", key, may_be_name=True) == "its value is as random as a key"
    mixed = base64.b64encode(bytes(range(7, 247, 6))).decode()
    assert why_secret("tag", mixed, may_be_name=True)


def test_a_name_alone_is_not_a_credential() -> None:
    assert list(credentials("password = hunter2")) == []


KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


@given(st.binary(min_size=24, max_size=48))
def test_recognises_random_keys(key: bytes) -> None:
    text = base64.b64encode(key).decode()
    # Hypothesis also draws keys of one repeated byte, which are not random.
    if len(set(text)) >= 24 and all(set(text) & set(kind) for kind in KINDS):
        assert why_secret("WORD", text)


@pytest.mark.parametrize("service", CATALOGUE)
def test_takes_nothing_of_the_catalogue_for_a_secret(service: str) -> None:
    microservice = CATALOGUE[service]
    variables = dict(microservice.environment)
    for sidecar in microservice.sidecars:
        variables |= dict(sidecar.environment)
    reasons = {name: why for name, value in variables.items() if (why := why_secret(name, value))}
    assert reasons == {}
    assert not any(map(announces_secret, microservice.parameters))


def test_knows_every_secret_of_the_catalogue_by_its_name_but_certificates() -> None:
    missed = {
        secret.variable
        for service in CATALOGUE.values()
        for secret in service.secrets
        if not announces_secret(secret.variable)
    }
    assert all("CERTIFICATE" in variable for variable in missed)


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
