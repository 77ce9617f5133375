"""Names that announce a secret: `DB_PASS`, `STRIPE_KEY`, `trustStorePassword`."""

import re
from functools import lru_cache

from pay.secrets.identifiers import ARN

_ANYWHERE = "(?:PASSWORD|PASSWD|PASSPHRASE|PASSCODE|SECRET|CREDENTIAL)(?!LESS|S_?MANAGER)"
"""Words that mean nothing else, even in the middle of another: `DBPASSWORD`. `secretsmanager` is
the service's name in ARNs and actions."""

_WORDS = (
    r"(?!(?:COM|BY|TRES|SUR|UNDER|OVER)PASS)[A-Z]*PASS|[A-Z]*PWD|TOKENS?|SALT|HMAC|DSN|SIGNING"
    r"|(?:API|AUTH|ACCESS|PRIVATE|SIGNING|ENCRYPTION|CERTIFICATE|HMAC)_?KEYS?"
    r"|(?:BASIC|HTTP)_?AUTH|AUTH_DATA"
)
_WHICH = r"\d*(?:_(?:LIVE|TEST|PRIMARY|SECONDARY))*$"
"""The end of a name that distinguishes two keys of one kind."""
_NOT_SECRET_KEYS = "KMS|S3|OBJECT|CACHE|PARTITION|SORT|PRIMARY|FOREIGN|ROUTING"
"""The owners of keys that are identifiers."""
_SECRET = re.compile(
    rf"{_ANYWHERE}|(?:^|_)(?:{_WORDS})\d*(?:$|_)"
    rf"|^(?!(?:\w*_)?(?:{_NOT_SECRET_KEYS})_KEYS?{_WHICH})\w+_KEYS?{_WHICH}"
)
_BARE_KEY = re.compile(rf"KEYS?{_WHICH}")
"""`KEY` as a variable. In a document `key` names one half of a pair, so only upper case counts."""

_PUBLIC_KEY = re.compile(rf"(?:^|_)(?:PUBLIC|PUBLISHABLE|SITE)_(?:API_)?KEYS?{_WHICH}")
"""Keys that a page shows to everyone."""

_ABOUT_A_SECRET = re.compile(
    r"^TOKEN_ACTIONS_GITHUBUSERCONTENT_COM(?:_|$)"
    r"|^(?:MAX|MIN|NUM)_|^EMAIL_ADDRESS_FOR_|^(?:HTTP_TOKENS|PROXY_PASS)$"
    r"|_(?:URL|URI|ARNS?|HOST|PORT|ENDPOINT|PATH|FILE|DIR|NAME|ID|TYPE|VERSION|ALGORITHM|PREFIX"
    r"|HEADER|ISSUER|AUDIENCE|POLICY|ENABLED|DISABLED|REQUIRED|TTL|EXPIRY|EXPIRATION|LIFETIME|AGE"
    r"|TIMEOUT|MS|MILLIS|SECONDS|MINUTES|HOURS|DAYS|LENGTH|SIZE|COUNT|LIMIT|ROUNDS|ATTEMPTS)$"
)
"""Names of a fact about a secret: its place, a switch, an amount, a time
(`FORGOTTEN_PASSWORD_EXPIRY_MINUTES`). Also the host of GitHub's OpenID Connect provider, the switch
of an instance's metadata service, and nginx's upstream."""

SHELL_DIRECTORIES = frozenset({"PWD", "OLDPWD"})
"""The shell's own variables (POSIX: `cd`), always in upper case. As a variable's own name they are
not secret; inside a value, `Uid=pay;Pwd=...`, the same word is a password's."""

_ACCESS_KEY_ID = re.compile(r"(?:^|_)ACCESS_?KEY_?ID$")
"""The one identifier that does not belong in plain text. It is half of a pair of IAM's long-lived
keys."""

_HARMLESS = re.compile(r"|true|false", re.IGNORECASE)
"""Values that are not a secret under any name, like an ARN: an empty value, a switch."""

_PATH = re.compile(r"(?:/[\w.-]+){2,}")
_PASSWORD = re.compile(r"PASS|PWD")


@lru_cache(maxsize=65_536)
def announces_secret(name: str) -> bool:
    """Return whether a variable or key of this name holds a secret, in any spelling."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    words = re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").upper()
    if _ACCESS_KEY_ID.search(words) or _BARE_KEY.fullmatch(name):
        return True
    if _PUBLIC_KEY.search(words) or _ABOUT_A_SECRET.search(words):
        return False
    return _SECRET.search(words) is not None


def announces_password(name: str) -> bool:
    """Return whether a variable or key of this name holds a password."""
    return announces_secret(name) and _PASSWORD.search(name.upper()) is not None


def is_harmless(name: str, value: str) -> bool:
    """Return whether the value is harmless despite a secret-looking name. A password may look like
    a path; a key or token of that form is one: `TLS_PRIVATE_KEY=/etc/ssl/key.pem`.
    """
    if _HARMLESS.fullmatch(value) or ARN.fullmatch(value):
        return True
    return not announces_password(name) and _PATH.fullmatch(value) is not None
