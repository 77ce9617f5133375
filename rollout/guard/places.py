"""The places that a value names: hosts, addresses, ports, ARNs, ids and names in AWS. A value that
names the same places as before is a setting of its own: a heap, a log level, a switch.
"""

import re

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
            # An account; a value of nothing but digits is an amount.
            r"(?<!\d)\d{12}(?=\D)|(?<=\D)\d{12}(?!\d)",
            r"(?<![\w-])[a-z]{2}(?:-gov)?-[a-z]+-\d(?!\d)",
            r"(?:^|(?<=[\s,;|]))/[^\s,;|\"'?#]*",
        ),
    )
)

_DECIDES = re.compile(
    r"(?:^|_)(?:ARN|AWS_ACCOUNT|BUCKET|DATABASE|DB|ENDPOINT|HOST|HOSTNAME|PORT|QUEUE|REDIS|REGION"
    r"|RUN|SSL|TLS|TOPIC|URI|URL)(?:_|$)|^(?:ENVIRONMENT|NODE_ENV)$"
)
"""Names of variables that say where a program listens, whom it asks, or which program runs."""

_AMOUNT = re.compile(r"\d+")
_SWITCH = re.compile(r"true|false|on|off|yes|no", re.IGNORECASE)
_PORT = re.compile(r"(?:^|_)(?:AWS_ACCOUNT|PORT)(?:_|$)")
_CHOOSES = re.compile(r"(?:^|_)(?:RUN|SSL|TLS)(?:_|$)")


def places(value: str, environment: str) -> frozenset[str]:
    """Return the places in a value. A word with the environment's name is one, too."""
    own = re.compile(rf"[\w./:-]*(?<![a-z0-9]){re.escape(environment)}(?![a-z0-9])[\w./:-]*")
    return frozenset(match for pattern in (*_PLACES, own) for match in pattern.findall(value))


def decides(variable: str, was: str, becomes: str) -> bool:
    """Return whether a variable of this name leads a program somewhere, whatever its value.

    An amount or a switch under such a name is a setting of its own, `DB_POOL_SIZE`, but a port is a
    place, and a switch may turn off TLS or choose what runs. One more entry of a list keeps all
    that was there.
    """
    name, values = variable.upper(), (was, becomes)
    if _DECIDES.search(name) is None or _gains_entries(was, becomes):
        return False
    if all(map(_AMOUNT.fullmatch, values)):
        return _PORT.search(name) is not None
    if all(map(_SWITCH.fullmatch, values)):
        return _CHOOSES.search(name) is not None
    return True


def _gains_entries(was: str, becomes: str) -> bool:
    """Return whether a list in one text keeps its entries in their order, and gets more."""
    old, new = ([entry.strip() for entry in text.split(",")] for text in (was, becomes))
    return 1 < len(old) < len(new) and new[: len(old)] == old
