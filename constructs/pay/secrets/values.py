"""Detects secrets by their format, their name and their randomness.

PCI DSS v4.0.1, 8.6.2: passwords and keys of applications are not hard-coded in configuration. This
detects mistakes, not secrets that a person hides.
"""

import math
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pay.json_text import document_in
from pay.secrets.identifiers import ARN, without_arns, words_to_weigh
from pay.secrets.names import (
    SHELL_DIRECTORIES,
    announces_password,
    announces_secret,
    is_harmless,
)

MASK = "(looks like a secret: not shown)"

_PRIVATE_KEY = re.compile(
    r"(?<!-)-*+BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-*"
    r".*?(?:END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-*|\Z)"
    r"|PuTTY-User-Key-File-\d.*",
    re.DOTALL,
)

_VALUE = re.compile(
    r"""(?:"(?P<quoted>[^"\n]+)"|'(?P<single>[^'\n]+)'|(?P<plain>[^\s"'`,;&|<>(){}\[\]\\]+))"""
)
_PAIR = re.compile(
    r"""(?<![\w.-])(?:[^\WA-Za-z]|[.-])*+(?P<key>[A-Za-z][\w.-]*+)"""
    r"""\\?["']?\s*+(?P<sign>[=:])\s*\\?"""
)
"""The part before the value in `key=value`, `key: value`, `"key": "value"`, in a URL or YAML. A key
begins where a word does, because a search at each letter of a long word would take minutes."""
_OPTION = re.compile(r"(?<!\S)--?(?P<key>[A-Za-z][\w-]*+)[\s,]++")
"""The same of `--password value`."""
_ADDRESS = re.compile(r"://[^/\s:@\"']*:(?P<plain>[^/\s:@\"']+)@")
"""A password in an address, also without a user, as Redis has them."""
_CURL_USER = re.compile(
    r"\bcurl\b.{0,2000}?\s(?:-u|--user)[\s=,]*[\"']?[^\s:\"']+:(?P<plain>[^\s\"',]+)"
)
_AUTHORIZATION = re.compile(
    r"Authorization[\"']?\s*[:=]\s*[\"']?(?P<plain>(?:[A-Za-z]+\s+)?[^\s\"',]+)", re.IGNORECASE
)
_BASIC = re.compile(r"\bBasic\s+(?P<plain>[A-Za-z0-9+/]{6,}={0,2})", re.IGNORECASE)
_REFERENCE = re.compile(r"\$[A-Z_][A-Z0-9_]*|\$\{[A-Za-z_][\w.-]*\}")
"""A variable of the shell or of Terraform: it names a secret, and does not hold it."""

_REST_OF_WORD = re.compile(r"[\w.+/=-]*")
_NEWER_FORMATS = (
    ("Stripe Webhook or Test Key", re.compile(r"(?:[rs]k_test|whsec)_\w{10,}")),
    ("GitHub Fine-Grained Token", re.compile(r"github_pat_\w{30,}")),
    ("NPM tokens", re.compile(r"/:_authToken=\s*(?:npm_\S+|[A-Fa-f0-9-]{36})")),
)
"""Formats that detect-secrets 1.5 does not know, or searches again at every slash of a line.
Stripe: "API keys", "Check the webhook signatures"; GitHub: "About authentication to GitHub", token
formats."""
_KEYS_OF_IBM = frozenset(
    {
        "Cloudant Credentials",
        "IBM COS HMAC Credentials",
        "IBM Cloud IAM Key",
        "SoftLayer Credentials",
    }
)
_MAY_BE_OF_IBM = re.compile(
    r"(?:[kK\u212a][eE][yY]|[pP](?:[wW][dD]?|[aA][sS\u017f][sS\u017f](?:[wW][oO][rR][dD])?)"
    r"|[tT][oO][kK\u212a][eE][nN])[\"'\]=:> ]+[\w-]{24}"
)
"""A part of every key of IBM that detect-secrets knows. Its own patterns take half the time of all,
because they begin with parts that may be absent. Without regard to case, the Kelvin sign is a k and
the long s an s."""
_MAY_BE_OF_OTHERS = re.compile(
    r"A(?:KC\w{10}|P[\dA-F]\w{8}|3T\w{17}|(?:BIA|CCA|KIA|SIA)\w{16}|C\w{32})|AccountKey="
    r"|SK\w{32}|SG\.[\w-]{22}|gh[pousr]_|github_pat_|GR1348941|T3BlbkFJ|eyJ|pypi-Ag"
    r"|gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas)-|rk_(?:live|test)_|sk_(?:live|test)_|whsec_"
    r"|sq0csp-|_authToken=|-us\d|:(?<=\d{8}:)[\w-]{35}|\.[\w-]{6}\.[\w-]{27}|\"[\w/+]{40}[\"']"
    r"|'[\w/+]{40}[\"']|x[oO][xX]\w-\d|X[oO][xX]\w-\d"
    r"|://(?:[\w-]+:\w{24}|(?i:hooks\.slack|api.softlayer))"
)
"""A part of every other key. Texts without one need neither the patterns nor the library, whose
import takes a third of the start of `pay`. Each choice begins with one letter, so that the search
skips all other places."""
_BASE_64 = re.compile(r"\s*[A-Za-z0-9+/\s]{16,}={0,2}\s*")
_RANDOM_TEXT = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_PARTS = re.compile(r"[^A-Za-z0-9+=]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_NAMES_A_COMMIT = re.compile(r"(?:^|_)(?:SHA1?|COMMIT|REVISION)(?:_|$)")
"""`GIT_SHA`, `COMMIT_ID`: a build says what it was built from."""
_RANDOM_HEX = re.compile(r"[0-9a-fA-F]{32,}")
MIN_ENTROPY_BITS = 4.5
"""Bits a character from which text of 20 and more characters is random; detect-secrets' own limit
for base 64. Words with hyphens have about 3.7."""
MIN_ENTROPY_BITS_OF_A_KEY = 4.0
"""The same for 32 and more characters with capitals, small letters and digits. Three random keys of
32 characters in ten stay below the limit above."""
MIN_HEX_ENTROPY_BITS = 3.0
"""detect-secrets' own limit for hexadecimal text."""


@dataclass(frozen=True)
class SecretInText:
    """A secret inside a text."""

    start: int
    end: int
    why: str
    is_prose: bool = False
    """It may also be a sentence: `the secret: nobody knows`."""
    name: str = ""
    """The name that announces it, if one does."""


@lru_cache(maxsize=65_536)
def why_secret(name: str, value: str, *, may_be_name: bool = False) -> str | None:
    """Return why the value of the variable looks like a secret; None if it does not.

    With `may_be_name`, the value may also be a path or a name, as in settings. Then only a long
    part of it can be as random as a key.
    """
    is_directory = name in SHELL_DIRECTORIES
    if announces_secret(name) and not is_directory and not is_harmless(name, value):
        return "its name announces a secret"
    if secret := next(_secrets_in(value), None):
        return secret.why
    if encoded := _decoded(value):
        return why_secret("", encoded) and "its value holds a secret in base 64"
    if _NAMES_A_COMMIT.search(name.upper()) and _COMMIT.fullmatch(value):
        return None
    if _holds_random(value) and (not may_be_name or any(map(_is_opaque, _PARTS.split(value)))):
        return "its value is as random as a key"
    try:
        document = document_in(value)
        return "its value holds a secret" if masked(name, document) != document else None
    except RecursionError:
        return "its value is nested too deeply to be read"


def masked(name: str, value: Any) -> Any:
    """Return a value of JSON's types with every secret in it masked."""
    if isinstance(value, dict):
        # A pair of name and value, as ECS writes a variable, is judged under its own name.
        own = value.get("name")
        return {
            key: masked(own if key == "value" and isinstance(own, str) else str(key), item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        secret = secret_words([item if isinstance(item, str) else "" for item in value])
        return [MASK if index in secret else masked(name, item) for index, item in enumerate(value)]
    return MASK if isinstance(value, str) and why_secret(name, value) else value


def secret_words(words: Sequence[str]) -> frozenset[int]:
    """Return the positions of a command's words that hold a secret, as after `--password`."""
    text, places = "", []
    for word in words:
        places.append((len(text), len(text) + len(word)))
        text += f"{word} "
    secrets = tuple(_secrets_in(text))
    return frozenset(
        index
        for index, (start, end) in enumerate(places)
        if any(start < secret.end and secret.start < end for secret in secrets)
        or _holds_random(words[index])
    )


@lru_cache(maxsize=65_536)
def redacted(text: str) -> str:
    """Return the text with everything masked that has the form of a secret."""
    # What is masked already stays as it is.
    return MASK.join(map(_redacted, text.split(MASK)))


def _redacted(text: str) -> str:
    spans = sorted((each.start, each.end) for each in _secrets_in(text) if not each.is_prose)
    written, position = "", 0
    for start, end in spans:
        if end <= position:
            continue
        if start >= position:
            written += text[position:start] + MASK
        position = end
    return written + text[position:]


def credentials(text: str) -> Iterator[SecretInText]:
    """Yield every secret in a text that its format alone reveals, whatever its name."""
    for match in _PRIVATE_KEY.finditer(text):
        yield SecretInText(*match.span(), "its value has the form of a private key")
    # An account id and a long name in an ARN are not a bot's token.
    read = without_arns(text)
    for kind, regex in _formats_to_try(read):
        for match in regex.finditer(read):
            # Some formats match the head of a token only.
            end = _REST_OF_WORD.match(text, match.end())
            stop = end.end() if end else match.end()
            yield SecretInText(match.start(), stop, f"its value has the form of: {kind}")
    for match in _ADDRESS.finditer(text):
        if not _REFERENCE.fullmatch(match["plain"]):
            yield SecretInText(*match.span("plain"), "it has a password inside an address")


@cache
def _formats() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return detect-secrets' formats of a value: kind and pattern.

    Private keys, logins in addresses and pairs of a name and a value are recognised here. A public
    address of a machine is not a secret.
    """
    # Only when a text is judged, because the library needs a fifth of a second to import.
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector

    plugins: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    own = {"Basic Auth Credentials", "NPM tokens", "Private Key", "Public IP (ipv4)"}
    known = (
        (kind, regex)
        for kind, plugin in plugins.items()
        if issubclass(plugin, RegexBasedDetector) and kind not in own
        for regex in plugin().denylist
    )
    return (*known, *_NEWER_FORMATS)


@cache
def _formats_without_ibm() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the formats but for IBM's keys. Addresses with one have no sign of it and stay."""
    return tuple(
        (kind, regex)
        for kind, regex in _formats()
        if kind not in _KEYS_OF_IBM or "http" in regex.pattern
    )


def _formats_to_try(text: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the formats that the text may have."""
    if _MAY_BE_OF_IBM.search(text):
        return _formats()
    return _formats_without_ibm() if _MAY_BE_OF_OTHERS.search(text) else ()


def named(text: str) -> Iterator[SecretInText]:
    """Yield every value in a text whose name announces a secret: `password: x`, `token = x`."""
    return _named(text, _PAIR)


def _secrets_in(text: str) -> Iterator[SecretInText]:
    yield from credentials(text)
    for match in _BASIC.finditer(text):
        if _is_login(match["plain"]):
            yield SecretInText(*match.span("plain"), "it logs in with a user's password")
    for regex in (_CURL_USER, _AUTHORIZATION):
        for match in regex.finditer(text):
            if not _REFERENCE.fullmatch(match["plain"].split()[-1]):
                yield SecretInText(
                    *match.span("plain"), "it logs in with a user's password or token"
                )
    for regex in (_PAIR, _OPTION):
        yield from _named(text, regex)


def _named(text: str, regex: re.Pattern[str]) -> Iterator[SecretInText]:
    arns = [arn.span() for arn in ARN.finditer(text)]
    position = 0
    while match := regex.search(text, position):
        # The value may be the next key: `a: password: x`, `-Dconfig=password=x`.
        position = match.end("key")
        key = match["key"]
        if not announces_secret(key) or not (assigned := _VALUE.match(text, match.end())):
            continue
        group = str(assigned.lastgroup)
        value = assigned[group]
        sign = match["sign"] if regex is _PAIR else ""
        if sign == ":" and any(start < match.start() < end for start, end in arns):
            continue  # the colon of an ARN: `...:111111111111:secret:name`
        if value == ":" and text.endswith(":", 0, match.start()):
            continue  # the key of a secret whose ARN is a reference: `${...}:DB_PASSWORD::`
        if key in SHELL_DIRECTORIES and text.endswith("$", 0, match.start()):
            continue  # it is used, not set: `-v $PWD:/app`
        if is_harmless(key, value) or _REFERENCE.fullmatch(value):
            continue
        yield SecretInText(
            *assigned.span(group),
            f"it sets {key}, whose name announces a secret",
            is_prose=sign == ":" and group == "plain" and not announces_password(key),
            name=key,
        )


def _decoded(text: str) -> str | None:
    """Return the text in a text of base 64, as of user data; None if it is not one."""
    if not _BASE_64.fullmatch(text) or len("".join(text.split())) % 4:
        return None
    try:
        decoded = b64decode(text).decode()
    except ValueError:
        return None
    return decoded if decoded.replace("\n", "").replace("\t", "").isprintable() else None


def _is_login(text: str) -> bool:
    """Return whether the text is `user:password` in base 64 (RFC 7617), not a word."""
    try:
        decoded = b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)).decode()
    except ValueError:
        return False
    return ":" in decoded and decoded.isprintable()


def _holds_random(text: str) -> bool:
    return any(map(_is_random, words_to_weigh(text)))


def _is_random(word: str) -> bool:
    if _RANDOM_HEX.fullmatch(word):
        return _entropy_bits(word) >= MIN_HEX_ENTROPY_BITS
    if not _RANDOM_TEXT.fullmatch(word):
        return False
    kinds = (str.isupper, str.islower, str.isdigit)
    is_key = len(word) >= 32 and all(any(map(kind, word)) for kind in kinds)
    return _entropy_bits(word) >= (MIN_ENTROPY_BITS_OF_A_KEY if is_key else MIN_ENTROPY_BITS)


def _is_opaque(part: str) -> bool:
    """Return whether a part of a name is no word: long, with capitals, small letters and digits."""
    kinds = (str.isupper, str.islower, str.isdigit)
    return _RANDOM_HEX.fullmatch(part) is not None or (
        len(part) >= 16 and all(any(map(kind, part)) for kind in kinds)
    )


def _entropy_bits(text: str) -> float:
    """Return Shannon's entropy in bits a character."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)
