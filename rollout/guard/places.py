"""The places that a value names: hosts, addresses, ports, ARNs, ids and names in AWS. A value that
names the same places as before is a mere setting: a heap, a log level, a switch.
"""

import re
from collections.abc import Iterator

from pay.identifiers import ACCOUNT_ID

_PLACES = tuple(
    map(
        re.compile,
        (
            r"arn:aws[a-z-]*:[^\s,;|\"']+",
            r"[a-z][a-z0-9+.-]*://[^\s,;|\"'?#]+",
            # A host, by an ending that hosts have and files have not.
            r"(?<![\w.-])\*?\.?(?:[\w-]+\.)+(?:com|net|org|io|uk|internal|local|test|eu|cloud)\b",
            r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?(?![\w.])",
            r"(?<![\w.:/-])[A-Za-z][\w.-]*:\d{2,5}(?!\w)",
            r"(?i:host|port)=[^\s,;|\"']+",
            r"(?<![\w-])(?:subnet|sg|vpc|vpce|ami|eni|key|rtb)-[0-9a-f]{8,17}(?!\w)",
            # An account; a value of digits only is an amount.
            rf"(?<!\d){ACCOUNT_ID}(?=\D)|(?<=\D){ACCOUNT_ID}(?!\d)",
            r"(?<![\w-])[a-z]{2}(?:-gov)?-[a-z]+-\d(?!\d)",
            r"(?:^|(?<=[\s,;|]))/[^\s,;|\"'?#]*",
        ),
    )
)

_PROTECTION = (
    r"AUTH|CERTS?|CERTIFICATES?|CSP|ENCRYPT\w*|ENFORCE|HTTPS|INSECURE|REJECT|SECURE|SSL\w*|TLS\w*"
    r"|TRUST|UNAUTHORIZED|VALIDATE|VALIDATION|VERIFICATION|VERIFY"
)
"""Words in names of settings that protect a connection or a page."""

_DECIDES = re.compile(
    r"(?:^|_)(?:ARN|AWS_ACCOUNT|BROKERS?|BUCKET|CIPHERS?|DATABASE|DB|DBNAME|DSN|ENDPOINT|HOST"
    r"|HOSTNAME|PORT|PROTOCOLS?|QUEUE|REDIS|REGION|RUN|SCHEMA|SEARCH_PATH|TOPIC|UPSTREAM|URI|URL"
    rf"|{_PROTECTION})(?:_|$)|^(?:ENVIRONMENT|NODE_ENV|USER|USERNAME)$"
)
"""Names of settings for where a program listens, what it asks and how safely, or which program
runs.
"""

_AMOUNT = re.compile(r"\d+(?:\.\d+)?(?:ms|[smhd]|[kmg]i?b?|%)?", re.IGNORECASE)
_ON = re.compile(r"true|on|yes|1|enabled?", re.IGNORECASE)
_OFF = re.compile(r"false|off|no|0|disabled?|none|allow|prefer", re.IGNORECASE)
"""The last two are values of PostgreSQL's `sslmode`, which continues without TLS where the server
has none.
"""
_SWITCH = re.compile(r"true|false|on|off|yes|no|0|1|enabled?|disabled?", re.IGNORECASE)
_PORT = re.compile(r"(?:^|_)(?:AWS_ACCOUNT|PORT)(?:_|$)")
_PROTECTS = re.compile(rf"(?:^|_)(?:{_PROTECTION})(?:_|$)")
_CHOOSES = re.compile(rf"(?:^|_)(?:RUN|{_PROTECTION})(?:_|$)")
_LIFTS = re.compile(
    r"(?:^|_)(?:ALLOW\w*|DISABLED?|IGNORE\w*|INSECURE|NO|SKIP\w*|TRUST_ALL|TRUST_SERVER\w*)(?:_|$)"
)
"""Names of switches that take a protection away when they are on."""

_EVERYBODY = re.compile(r"(?<![\d.])0\.0\.0\.0/0(?!\d)|(?<![\w:])::/0(?!\d)")

_LOADS_CODE = re.compile(
    r"-javaagent:\S+|-agent(?:lib|path):\S+|-Xbootclasspath\S*|-XX:OnOutOfMemoryError=\S*"
    r"|--(?:require|import|inspect)\S*"
)
"""Options of Java and Node that run other code in the program (Java: the `java` command; Node: CLI
options)."""
_WITHOUT_PROXY = re.compile(r"(?i:nonProxyHosts=|^NO_PROXY=)(\S+)")

_INNER = (
    re.compile(r"(?:^|[\s,;?&|])(?:-D|--)?(?P<name>[A-Za-z][\w.-]*)=(?P<value>[^\s,;&|\"']*)"),
    re.compile(r"\"(?P<name>[A-Za-z][\w.-]*)\"\s*:\s*\"?(?P<value>[^\s,;\"}\]]*)"),
)
"""A setting inside a value: a property of Java, an option, a part of a URL's query, JSON."""
_NEW_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[.-]")


def places(value: str, environment: str) -> frozenset[str]:
    """Return the places in a value. A word with the environment's name is one, too."""
    own = re.compile(rf"[\w./:-]*(?<![a-z0-9]){re.escape(environment)}(?![a-z0-9])[\w./:-]*")
    return frozenset(match for pattern in (*_PLACES, own) for match in pattern.findall(value))


def inner_settings(value: str) -> dict[str, str]:
    """Return the settings inside a value, by names as a variable has them: `sslMode=require` is
    `SSL_MODE`. The last one of a name counts.
    """
    return {
        _NEW_WORD.sub("_", match["name"]).upper(): match["value"]
        for pattern in _INNER
        for match in pattern.finditer(value)
    }


def decides(variable: str, was: str, becomes: str) -> bool:
    """Return whether a setting of this name leads a program somewhere, whatever its value.

    An amount or a switch under such a name is a mere setting, such as `DB_POOL_SIZE`. But a port is
    a place, and a switch may turn off TLS or choose what runs. One more entry of a list keeps all
    that was there.
    """
    name, values = variable.upper(), (was, becomes)
    if _DECIDES.search(name) is None or _gains_entries(was, becomes):
        return False
    if _PORT.search(name) and all(map(str.isdigit, values)):
        return True
    if all(map(_SWITCH.fullmatch, values)):
        return _CHOOSES.search(name) is not None
    return not all(map(_AMOUNT.fullmatch, values))


def loosened(variable: str, value: str, was: str = "") -> Iterator[str]:
    """Yield in words what a new value opens that the one before did not. It may open connections
    without TLS, without a check of the certificate or past every proxy. It may also admit
    everybody's addresses, or run other code. `was`: empty for a new variable.
    """
    for pattern in sorted(set(_EVERYBODY.findall(value)) - set(_EVERYBODY.findall(was))):
        yield f"admits every address ({pattern})"
    for option in sorted(set(_LOADS_CODE.findall(value)) - set(_LOADS_CODE.findall(was))):
        yield f"runs other code ({option})"
    if _asks_no_proxy(variable, value) and not _asks_no_proxy(variable, was):
        yield "asks no proxy for any host (*)"
    before = {variable.upper(): was, **inner_settings(was)}
    for name, each in {variable.upper(): value, **inner_settings(value)}.items():
        off = _ON if _LIFTS.search(name) else _OFF
        if each != before.get(name) and _PROTECTS.search(name) and off.fullmatch(each):
            yield f"takes a protection away ({name} = {each})"


def _asks_no_proxy(variable: str, value: str) -> bool:
    lists = _WITHOUT_PROXY.findall(f"{variable}={value}")
    return any("*" in re.split(r"[,|]", entries) for entries in lists)


def _gains_entries(was: str, becomes: str) -> bool:
    """Return whether a list in one text keeps its entries in their order, and gets more."""
    old, new = ([entry.strip() for entry in text.split(",")] for text in (was, becomes))
    return 1 < len(old) < len(new) and new[: len(old)] == old
