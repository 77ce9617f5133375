"""Tells a secret from an ordinary value: by its format, by its name, by how random it is.

The formats are those of detect-secrets; names and randomness are judged here, because a container's
variables come as pairs and not as lines of source code.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString
from detect_secrets.plugins.ip_public import IPPublicDetector

MASK = "(looks like a secret: not shown)"

_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRETS?|TOKENS?|SALT|CREDENTIALS?|DSN"
    r"|(?:API|AUTH|ACCESS|PRIVATE|SIGNING|ENCRYPTION|CERTIFICATE|HMAC)_?KEY)(?:$|_)"
)
"""Words of a variable's name that announce a secret."""

_ORDINARY = re.compile(
    r"|true|false|\d{1,6}|-?\d+(?:ms|[smhd])|[a-z]+://[^\s@]+|arn:aws[a-z-]*:\S+|/[\w./-]+",
    re.IGNORECASE,
)
"""What is no secret under any name: nothing, a switch, a number or time, an address without
credentials, an ARN, a path.
"""

_RANDOM_TEXT = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_RANDOM_HEX = re.compile(r"[0-9a-fA-F]{32,}")
MIN_ENTROPY_BITS = 4.5
"""Bits a character above which text of 20 and more characters is taken for random; detect-secrets'
own limit for base 64."""
MIN_HEX_ENTROPY_BITS = 3.0
"""detect-secrets' own limit for hexadecimal text."""


@lru_cache(maxsize=65_536)
def why_secret(name: str, value: str) -> str | None:
    """Why the value of the variable looks like a secret; None: it does not."""
    for detector in _formats():
        if any(True for _ in detector.analyze_string(value)):
            return f"its value has the form of: {detector.secret_type}"
    if _announces_secret(name) and not _ORDINARY.fullmatch(value):
        return "its name announces a secret"
    for word in value.split():
        key, equals, rest = word.partition("=")
        if equals and _announces_secret(key) and rest and not _ORDINARY.fullmatch(rest):
            return f"it sets {key}, whose name announces a secret"
    if any(map(_is_random, re.split(r"[\s,;:]+", value))):
        return "its value is as random as a key"
    return None


@lru_cache(maxsize=65_536)
def redacted(text: str) -> str:
    """The text with everything masked that has the form of a secret, wherever in it that is."""
    for detector in _formats():
        for found in {str(match) for match in detector.analyze_string(text) if match}:
            text = text.replace(found, MASK)
    return text


@cache
def _formats() -> tuple[BasePlugin, ...]:
    classes: Iterable[type[BasePlugin]] = get_mapping_from_secret_type_to_class().values()
    return tuple(
        plugin()
        for plugin in classes
        if issubclass(plugin, RegexBasedDetector) and plugin is not IPPublicDetector
    )


@cache
def _entropy() -> Base64HighEntropyString:
    return Base64HighEntropyString(limit=MIN_ENTROPY_BITS)


def _announces_secret(name: str) -> bool:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return _NAME.search(re.sub(r"[^A-Za-z0-9]+", "_", words).upper()) is not None


def _is_random(word: str) -> bool:
    bits: float = _entropy().calculate_shannon_entropy(word)
    if _RANDOM_HEX.fullmatch(word):
        return bits >= MIN_HEX_ENTROPY_BITS
    return _RANDOM_TEXT.fullmatch(word) is not None and bits >= MIN_ENTROPY_BITS
