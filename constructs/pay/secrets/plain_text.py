"""Recognises a secret that somebody wrote down: by its variable's name or by its looks.

PCI DSS v4.0.1, 8.6.2: passwords and keys of applications are not hard-coded in configuration. This
finds what people do by mistake; it is no search for secrets that somebody hides.
"""

import math
import re
from collections import Counter

_SECRET_NAME = re.compile(
    r"(PASSWORD|PASSPHRASE|SECRET|PRIVATE_KEY|API_KEY|HMAC_KEY|CERTIFICATE_KEY)"
    r"|(^|_)(TOKEN|SALT|DSN|KEY|CREDENTIALS?)(_(LIVE|TEST|PRIMARY|SECONDARY))*$"
)
_PUBLIC_NAME = re.compile(r"PUBLISHABLE|PUBLIC_KEY|SITE_KEY|_(TEMPLATE_ID|MINUTES|SECONDS|DAYS)$")
"""Keys that a page shows to everyone, and settings about secrets."""

_SHAPES = {
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a Stripe key": re.compile(r"\b(sk|rk|whsec)_[A-Za-z0-9_]{10,}"),
    "a GitHub token": re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a JSON Web Token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ"),
    "a password inside an address": re.compile(r"://[^/\s:@]*:[^/\s:@]+@"),
}

_LONG_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
_RANDOM_BITS_PER_CHARACTER = 4.0
"""Shannon entropy: random base64 of 32 characters has about 4.6, words with hyphens about 3.7."""


def names_a_secret(variable: str) -> bool:
    """Whether a variable of this name holds a secret."""
    return bool(_SECRET_NAME.search(variable)) and not _PUBLIC_NAME.search(variable)


def looks_like_a_secret(value: str) -> str | None:
    """What kind of secret a value looks like; None when it does not."""
    for kind, shape in _SHAPES.items():
        if shape.search(value):
            return kind
    if any(_is_random(token) for token in _LONG_TOKEN.findall(value)):
        return "a random key"
    return None


def _is_random(token: str) -> bool:
    kinds = (str.isupper, str.islower, str.isdigit)
    if not all(any(map(kind, token)) for kind in kinds):
        return False
    counts = Counter(token).values()
    bits = -sum(n / len(token) * math.log2(n / len(token)) for n in counts)
    return bits >= _RANDOM_BITS_PER_CHARACTER
