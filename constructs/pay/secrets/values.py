"""Tells a secret from an ordinary value: by its format, by its name, by how random it is.

The formats are those of detect-secrets; names and randomness are judged here, because a container's
variables come as pairs and not as lines of source code. The PCI gate judges by this module too, in
its own environment with a fork of detect-secrets: tests/support/secrets.toml holds for both.
"""

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString

from pay.secrets.names import (
    SHELL_DIRECTORIES,
    announces_password,
    announces_secret,
    is_harmless,
)

MASK = "(looks like a secret: not shown)"

_PRIVATE_KEY = re.compile(
    r"-*BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-*.*?(?:-*END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-*|\Z)",
    re.DOTALL,
)
"""All of it: detect-secrets names the first line only."""

_VALUE = r"""(?:"(?P<quoted>[^"\n]+)"|'(?P<single>[^'\n]+)'|(?P<plain>[^\s"'`,;&|<>(){}\[\]\\]+))"""
_PAIR = re.compile(rf"""(?P<key>[A-Za-z][\w.-]*)\\?["']?\s*(?P<sign>[=:])\s*\\?{_VALUE}""")
"""`key=value`, `key: value`, `"key": "value"`, in a URL, a command line, JSON or YAML."""
_OPTION = re.compile(rf"(?<!\S)--?(?P<key>[A-Za-z][\w-]*)[\s,]+{_VALUE}")
"""`--password value`."""
_CURL_USER = re.compile(r"\bcurl\b.*?\s(?:-u|--user)[\s=,]*[\"']?[^\s:\"']+:(?P<plain>[^\s\"',]+)")
_AUTHORIZATION = re.compile(
    r"Authorization[\"']?\s*[:=]\s*[\"']?(?P<plain>(?:[A-Za-z]+\s+)?[^\s\"',]+)", re.IGNORECASE
)
_BASIC = re.compile(r"\bBasic\s+(?P<plain>[A-Za-z0-9+/]{6,}={0,2})", re.IGNORECASE)
_NO_USER = re.compile(r"://:(?P<plain>[^\s/:@\"']+)@")
"""A password in an address without a user, as Redis has them: detect-secrets asks for a user."""
_SHELL_VARIABLE = re.compile(r"\$[A-Z_][A-Z0-9_]*|\$\{[A-Z_][A-Z0-9_]*\}")

_ARN = re.compile(r"arn:aws[a-z-]*:\S+")
_RANDOM_TEXT = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_RANDOM_HEX = re.compile(r"[0-9a-fA-F]{32,}")
MIN_ENTROPY_BITS = 4.5
"""Bits a character above which text of 20 and more characters is taken for random; detect-secrets'
own limit for base 64."""
MIN_HEX_ENTROPY_BITS = 3.0
"""detect-secrets' own limit for hexadecimal text."""


@dataclass(frozen=True)
class _Found:
    """A secret inside a text."""

    start: int
    end: int
    why: str
    is_prose: bool = False
    """Whether it may be a sentence as well: `the secret: nobody knows`."""


@lru_cache(maxsize=65_536)
def why_secret(name: str, value: str) -> str | None:
    """Why the value of the variable looks like a secret; None: it does not."""
    is_directory = name in SHELL_DIRECTORIES
    if announces_secret(name) and not is_directory and not is_harmless(name, value):
        return "its name announces a secret"
    if found := next(_secrets_in(value), None):
        return found.why
    return "its value is as random as a key" if _holds_random(value) else None


def secret_words(words: Sequence[str]) -> frozenset[int]:
    """The positions of a command's words that are secrets, or hold one: after `--password`, say."""
    text, places = "", []
    for word in words:
        places.append((len(text), len(text) + len(word)))
        text += f"{word} "
    found = [(each.start, each.end) for each in _secrets_in(text)]
    return frozenset(
        index
        for index, (start, end) in enumerate(places)
        if any(start < stop and begin < end for begin, stop in found) or _holds_random(words[index])
    )


@lru_cache(maxsize=65_536)
def redacted(text: str) -> str:
    """The text with everything masked that has the form of a secret, wherever in it that is."""
    # What is masked already is left alone.
    return MASK.join(map(_redacted, text.split(MASK)))


def _redacted(text: str) -> str:
    found = [(each.start, each.end) for each in _secrets_in(text) if not each.is_prose]
    written, position = "", 0
    for start, end in sorted(found):
        if end <= position:
            continue
        if start >= position:
            written += text[position:start] + MASK
        position = end
    return written + text[position:]


def _secrets_in(text: str) -> Iterator[_Found]:
    for match in _PRIVATE_KEY.finditer(text):
        yield _Found(*match.span(), "its value has the form of: Private Key")
    for detector in _formats():
        # Of an address the password alone is secret.
        group = 1 if isinstance(detector, BasicAuthDetector) else 0
        for regex in detector.denylist:
            for match in regex.finditer(text):
                if match.end(group) > match.start(group):
                    why = f"its value has the form of: {detector.secret_type}"
                    yield _Found(*match.span(group), why)
    for match in _BASIC.finditer(text):
        if _is_login(match["plain"]):
            yield _Found(*match.span("plain"), "it logs in with a user's password")
    for regex in (_CURL_USER, _AUTHORIZATION, _NO_USER):
        for match in regex.finditer(text):
            if not _SHELL_VARIABLE.fullmatch(match["plain"].split()[-1]):
                yield _Found(*match.span("plain"), "it logs in with a user's password or token")
    for regex in (_PAIR, _OPTION):
        yield from _named(text, regex)


def _named(text: str, regex: re.Pattern[str]) -> Iterator[_Found]:
    position = 0
    while match := regex.search(text, position):
        # The value may be the next key: `a: password: x`, `-Dconfig=password=x`.
        position = match.end("key")
        key, group = match["key"], str(match.lastgroup)
        value = match[group]
        sign = match["sign"] if regex is _PAIR else ""
        if sign == ":" and text[: match.start()].endswith(":"):
            continue  # an ARN: `...:111111111111:secret:name`
        if key in SHELL_DIRECTORIES and text[: match.start()].endswith("$"):
            continue  # its value is used, nothing is set: `-v $PWD:/app`
        if not announces_secret(key) or is_harmless(key, value) or _SHELL_VARIABLE.fullmatch(value):
            continue
        yield _Found(
            *match.span(group),
            f"it sets {key}, whose name announces a secret",
            is_prose=sign == ":" and group == "plain" and not announces_password(key),
        )


def _is_login(text: str) -> bool:
    """Whether the text is `user:password` in base 64 (RFC 7617), not a word after "basic"."""
    try:
        decoded = b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)).decode()
    except ValueError:
        return False
    return ":" in decoded and decoded.isprintable()


@cache
def _formats() -> tuple[RegexBasedDetector, ...]:
    classes: Iterable[type[BasePlugin]] = get_mapping_from_secret_type_to_class().values()
    return tuple(
        plugin()
        for plugin in classes
        # By its name: the fork has no such detector.
        if issubclass(plugin, RegexBasedDetector) and plugin.__name__ != "IPPublicDetector"
    )


@cache
def _entropy() -> Base64HighEntropyString:
    return Base64HighEntropyString(limit=MIN_ENTROPY_BITS)


def _holds_random(text: str) -> bool:
    # An ARN may end in a long path, and names what it leads to.
    return any(map(_is_random, re.split(r"[\s,;:]+", _ARN.sub("", text))))


def _is_random(word: str) -> bool:
    bits: float = _entropy().calculate_shannon_entropy(word)
    if _RANDOM_HEX.fullmatch(word):
        return bits >= MIN_HEX_ENTROPY_BITS
    return _RANDOM_TEXT.fullmatch(word) is not None and bits >= MIN_ENTROPY_BITS
