"""Names that announce a secret: `DB_PASS`, `STRIPE_KEY`, `trustStorePassword`.

Guard and PCI gate both judge by them, so this is plain Python without the libraries of either.
"""

import re
from functools import lru_cache

_ANYWHERE = "(?:PASSWORD|PASSWD|PASSPHRASE|PASSCODE|SECRET|CREDENTIAL)(?!LESS|S_?MANAGER)"
"""Words that mean nothing else, even in the middle of another: `DBPASSWORD`. `secretsmanager` is
the service's name in ARNs and actions."""

_WORDS = (
    r"(?!(?:COM|BY|TRES|SUR|UNDER|OVER)PASS)[A-Z]*PASS|[A-Z]*PWD|TOKENS?|SALT|HMAC|DSN|SIGNING"
    r"|(?:API|AUTH|ACCESS|PRIVATE|SIGNING|ENCRYPTION|CERTIFICATE|HMAC)_?KEYS?"
    r"|(?:BASIC|HTTP)_?AUTH|AUTH_DATA"
)
_PUBLIC_KEYS = "PUBLIC|PUBLISHABLE|KMS|S3|OBJECT|CACHE|PARTITION|SORT|PRIMARY|FOREIGN|ROUTING"
_SECRET = re.compile(
    rf"{_ANYWHERE}|(?:^|_)(?:{_WORDS})\d*(?:$|_)"
    # Whatever it is the key of, unless keys of that are no secret.
    rf"|^(?!(?:\w*_)?(?:{_PUBLIC_KEYS})_KEYS?\d*$)\w+_KEYS?\d*$"
)

_ABOUT_A_SECRET = re.compile(
    r"^(?:MAX|MIN|NUM)_|^(?:HTTP_TOKENS|PROXY_PASS)$"
    r"|_(?:URL|URI|ARNS?|HOST|PORT|ENDPOINT|PATH|FILE|DIR|NAME|ID|TYPE|VERSION|ALGORITHM|PREFIX"
    r"|HEADER|ISSUER|AUDIENCE|POLICY|ENABLED|DISABLED|REQUIRED|TTL|EXPIRY|EXPIRATION|LIFETIME|AGE"
    r"|TIMEOUT|MS|MILLIS|SECONDS|MINUTES|HOURS|DAYS|LENGTH|SIZE|COUNT|LIMIT|ROUNDS|ATTEMPTS)$"
)
"""Names of what is said about a secret: a place, a switch, an amount, a time
(`FORGOTTEN_PASSWORD_EXPIRY_MINUTES`); the switch of an instance's metadata service, nginx's
upstream."""

SHELL_DIRECTORIES = frozenset({"PWD", "OLDPWD"})
"""The shell's own variables (POSIX: `cd`), always in upper case. As a variable's own name they are
no secret; inside a value, `Uid=pay;Pwd=...`, the same word is a password's."""

_ACCESS_KEY_ID = re.compile(r"(?:^|_)ACCESS_?KEY_?ID$")
"""The one identifier that has no place in plain text: half of a pair of IAM's long-lived keys."""

_HARMLESS = re.compile(r"|true|false|arn:aws[a-z-]*:[a-z0-9-]+:\S+", re.IGNORECASE)
"""What is no secret under any name: nothing, a switch, an ARN."""

_PATH = re.compile(r"(?:/[\w.-]+){2,}")
_PASSWORD = re.compile(r"PASS|PWD")


@lru_cache(maxsize=65_536)
def announces_secret(name: str) -> bool:
    """Whether what goes by this name is a secret, whatever way the name is written."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    words = re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").upper()
    if _ACCESS_KEY_ID.search(words):
        return True
    return bool(_SECRET.search(words)) and not _ABOUT_A_SECRET.search(words)


def announces_password(name: str) -> bool:
    """Whether what goes by this name is a password: a word that is used for nothing else."""
    return announces_secret(name) and _PASSWORD.search(name.upper()) is not None


def is_harmless(name: str, value: str) -> bool:
    """Whether the value is none although its name announces a secret. A password may look like a
    path, a key or token of that form is one: `TLS_PRIVATE_KEY=/etc/ssl/key.pem`.
    """
    if _HARMLESS.fullmatch(value):
        return True
    return not announces_password(name) and _PATH.fullmatch(value) is not None
