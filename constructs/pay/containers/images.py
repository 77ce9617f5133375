"""Pinned images: references that always name the same image.

With a tag that moves, Git does not show what runs, and a rollback starts the same image again.
"""

import re

DIGEST = "sha256:[0-9a-f]{64}"
TAG = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
"""OCI distribution specification, "Pulling manifests"."""

MOVING_TAGS = (
    *("latest", "main", "master", "trunk", "head", "edge", "stable", "nightly", "snapshot"),
    *("dev", "develop", "current"),
)
"""Tags of the newest image, whichever it is."""

MOVING_TAG = rf"(?i)(^|[._-])({'|'.join(MOVING_TAGS)})([._-]|$)"
"""A regular expression, for Terraform as well: a tag moves when a part of it does (`v1-latest`)."""

_MOVING = re.compile(MOVING_TAG)
_PINNED = re.compile(rf"(?P<repository>.+)@{DIGEST}|(?P<path>([^@]*/)?[^@:/]+):(?P<tag>{TAG})")
_ECR = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<name>.+)"
)


def is_pinned(image: object) -> bool:
    """Return whether a reference such as `repository:123-release` has a digest or a fixed tag."""
    match = _PINNED.fullmatch(image) if isinstance(image, str) else None
    return match is not None and not _MOVING.search(match["tag"] or "")


def repository_of(image: object) -> str | None:
    """Return the registry and the repository of a reference with a tag or a digest, without either;
    None for any other text.
    """
    match = _PINNED.fullmatch(image) if isinstance(image, str) else None
    if match is None:
        return None
    return match["path"] or re.sub(rf":{TAG}$", "", match["repository"])


def ecr_repository(image: object) -> str | None:
    """Return the ARN of the image's repository in ECR; None for an image of another registry."""
    match = _ECR.fullmatch(repository_of(image) or "")
    if match is None:
        return None
    return f"arn:aws:ecr:{match['region']}:{match['account']}:repository/{match['name']}"
