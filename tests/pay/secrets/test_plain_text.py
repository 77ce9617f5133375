"""What somebody wrote down by mistake is recognised, and ordinary settings are not."""

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from pay.secrets.plain_text import looks_like_a_secret, names_a_secret

# Put together here, so that no file of the repository holds what a search for secrets would find.
SECRETS = {
    "AKIA" + "ABCDEFGHIJKLMNOP": "an AWS access key",
    "-----BEGIN EC " + "PRIVATE KEY-----\nMHc": "a private key",
    "sk_" + "live_4eC39HqLyjWDarjtT1zd": "a Stripe key",
    "whsec_" + "4eC39HqLyjWDarjtT1zd": "a Stripe key",
    "gh" + "p_" + "a1B2" * 9: "a GitHub token",
    "xox" + "b-123456789012-abcdef": "a Slack token",
    "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxIn0.x": "a JSON Web Token",
    "postgres://pay:" + "hunter2@db.example/pay": "a password inside an address",
}


@pytest.mark.parametrize(("value", "kind"), SECRETS.items(), ids=list(SECRETS.values()))
def test_recognises_a_secret_by_its_shape(value: str, kind: str) -> None:
    assert looks_like_a_secret(value) == kind
    assert looks_like_a_secret(f"prefix {value}") == kind


@given(st.binary(min_size=48, max_size=48))
def test_recognises_most_random_keys(key: bytes) -> None:
    text = base64.b64encode(key).decode()
    # Hypothesis also draws keys of one repeated byte, which are not random.
    if len(set(text)) >= 28 and all(set(text) & set(kind) for kind in KINDS):
        assert looks_like_a_secret(text) is not None


KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "true",
        "-Xms512m -Xmx1G -Dhttp.nonProxyHosts=*.production-2.pymnt.internal",
        "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write",
        "arn:aws:iam::111111111111:role/production-2-prometheus-write",
        "https://connector.production-2.pymnt.internal:443/v1",
        "a-long-name-of-words-with-hyphens-and-no-end-in-sight",
    ],
)
def test_leaves_ordinary_settings_alone(value: str) -> None:
    assert looks_like_a_secret(value) is None


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "SENTRY_DSN",
        "TOKEN_DB_BCRYPT_SALT",
        "SESSION_ENCRYPTION_KEY",
        "GDS_CONNECTOR_STRIPE_AUTH_LIVE_TOKEN",
        "GDS_CONNECTOR_ADYEN_HMAC_KEY_TOKENS_LIVE_PRIMARY",
        "WORLDPAY_APPLE_PAY_PAYMENT_PROCESSING_PRIVATE_KEY_SECONDARY",
    ],
)
def test_recognises_the_name_of_a_secret(name: str) -> None:
    assert names_a_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "DB_USER",
        "TOKEN_EXPIRY_WINDOW_SECONDS",
        "NOTIFY_FORGOTTEN_PASSWORD_EMAIL_TEMPLATE_ID",
        "STRIPE_LIVE_PUBLISHABLE_API_KEY",
        "GOOGLE_RECAPTCHA_SITE_KEY",
        "EMAIL_ADDRESS_FOR_REPLACING_API_TOKENS",
    ],
)
def test_leaves_ordinary_names_alone(name: str) -> None:
    assert not names_a_secret(name)


def test_knows_every_secret_of_the_catalogue_by_its_name_but_certificates() -> None:
    missed = {
        secret.variable
        for service in CATALOGUE.values()
        for secret in service.secrets
        if not names_a_secret(secret.variable)
    }
    assert all("CERTIFICATE" in variable for variable in missed)
