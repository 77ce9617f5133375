"""Detects secrets in the comments of a file, which people write for people."""

import re
from collections.abc import Iterator

from pay.secrets.values import SecretInText, named, why_secret

_WORD = re.compile(r"[A-Za-z][a-z]*(?:['-][a-z]+)*[.!?:]?|[0-9]{1,3}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""A word, a small number, a day."""
_PLACE = re.compile(r"https?://[^@\s]*|[a-z0-9-]+(?:/[a-z0-9_-]+)+/?")
"""The place of the secret: an address without a login, the name of a secret in Secrets Manager."""
_GOES_ON = re.compile(r"[,;]?\s+\S")
_SAYS_NOTHING = frozenset(
    "above below changed deleted empty external generated here hidden masked missing never no none "
    "null optional random redacted removed required rotated same secret tbd todo unchanged unknown "
    "unset unused vault yes".split()
)
"""Words that stand for a secret, or say what became of it."""
_KINDS = (str.isupper, str.islower, str.isdigit)


def in_prose(text: str) -> Iterator[SecretInText]:
    """Yield every secret in a comment: values announced by a name, quoted or not, and text random
    like a key. A sentence about a secret is not a secret: `password: see the vault`.
    """
    for secret in named(text):
        if not _is_about(secret, text):
            yield secret
    for match in re.finditer(r"\S+", text):
        word = match[0]
        if all(any(map(kind, word)) for kind in _KINDS) and (why := why_secret("", word)):
            yield SecretInText(*match.span(), why)


def _is_about(secret: SecretInText, text: str) -> bool:
    """Return whether the value says something about the secret instead of being it."""
    value, rest = text[secret.start : secret.end], text[secret.end :]
    if " " in value:
        return all(map(_WORD.fullmatch, value.split()[:2]))
    if _PLACE.fullmatch(value) or len(set(value.lower())) == 1:
        return True
    if not _WORD.fullmatch(value):
        return False
    if value.lower().strip(".!?:") in _SAYS_NOTHING:
        return True
    is_quoted = rest[:1] in ("'", '"')
    is_setting = re.search(r"_|(?<=.)[A-Z]", secret.name) is not None
    return not is_quoted and (
        _GOES_ON.match(rest) is not None or (secret.is_prose and not is_setting)
    )
