"""Pinned images: references that always name the same image.

With a tag that moves, Git does not show what runs, and a rollback starts the same image again.
"""

import re

DIGEST = "sha256:[0-9a-f]{64}"
TAG = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
"""OCI distribution specification, "Pulling manifests"."""

MOVING_TAGS = frozenset(
    {"latest", "main", "master", "head", "edge", "stable", "nightly", "dev", "develop", "current"}
)
"""Tags of the newest image, whichever it is; in lower case."""

_PINNED = re.compile(rf".+@{DIGEST}|([^@]*/)?[^@:/]+:(?P<tag>{TAG})")


def is_pinned(image: object) -> bool:
    """Return whether a reference such as `repository:123-release` has a digest or a fixed tag."""
    match = _PINNED.fullmatch(image) if isinstance(image, str) else None
    return match is not None and (match["tag"] or "").lower() not in MOVING_TAGS
