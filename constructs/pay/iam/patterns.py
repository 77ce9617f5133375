"""Patterns in a policy's statement (AWS: IAM user guide, "Resource")."""

import re
from collections.abc import Iterable
from functools import lru_cache

_WILDCARD = re.compile(r"[*?]")
_NAMED = re.compile(r"[^/:*?]+[/:][^*?].*", re.DOTALL)
_WITHOUT_TYPE = frozenset({"s3", "sns", "sqs"})
"""Services whose ARNs go on with the name, not with a type. AWS: service authorization
reference."""

BOUND_BY = {
    # The ARN of a scalable target ends in what AWS chooses; the provider tags each of a stack.
    "application-autoscaling": "aws:ResourceTag/Environment",
    "ecs": "ecs:cluster",
    "kms": "kms:ViaService",
}
"""Service -> the condition key that keeps its actions small where the resource does not."""


def matches(pattern: str, text: str) -> bool:
    """Return whether the pattern covers the text; only `*` covers the text's own wildcards."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "[^*]" if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.DOTALL)


def includes(granted: Iterable[str], action: str) -> bool:
    """Return whether the granted actions, wildcards included, cover the action, in any case."""
    return any(matches(each.lower(), action.lower()) for each in granted)


def is_open_resource(resource: str) -> bool:
    """Return whether a resource stands for all of its kind. It is `*`, or an ARN with a wildcard
    before its resource. It may also be a wildcard after its type (`key/*`, `secret:*`).

    In an IAM pattern, `*` stands for anything, slashes and colons included. `secret:*-api` does not
    name a secret; `secret:production-2/connector-*` does.
    """
    if resource.startswith("${"):
        # A reference has a name, whatever follows it.
        return False
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return _WILDCARD.search(resource) is not None
    service, name = parts[2], parts[5]
    if _WILDCARD.search(service):
        return True
    if service in _WITHOUT_TYPE:
        return name[:1] in ("*", "?")
    return _WILDCARD.search(name) is not None and not _NAMED.fullmatch(name)
