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
            r"(?<!\d)\d{12}(?!\d)",
            r"(?<![\w-])[a-z]{2}(?:-gov)?-[a-z]+-\d(?!\d)",
            r"^/.*$",
        ),
    )
)

_DECIDES = re.compile(
    r"(?:^|_)(?:ARN|BUCKET|DATABASE|DB|ENDPOINT|HOST|HOSTNAME|PORT|QUEUE|REDIS|REGION|RUN|SSL|TLS"
    r"|TOPIC|URI|URL)(?:_|$)|^(?:ENVIRONMENT|NODE_ENV)$"
)
"""Names of variables that say where a program listens, whom it asks, or which program runs."""


def places(value: str, environment: str) -> frozenset[str]:
    """Return the places in a value. A word with the environment's name is one, too."""
    own = re.compile(rf"[\w./:-]*(?<![a-z0-9]){re.escape(environment)}(?![a-z0-9])[\w./:-]*")
    return frozenset(match for pattern in (*_PLACES, own) for match in pattern.findall(value))


def decides(variable: str) -> bool:
    """Return whether a variable of this name leads a program somewhere, whatever its value."""
    return _DECIDES.search(variable.upper()) is not None
