"""Pinned images: references that always name the same image.

With a tag that moves, Git does not show what runs, and a rollback starts the same image again.
"""

import re

from pay.identifiers import ACCOUNT_ID, DIGEST, DIGEST_PREFIX

TAG = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
"""OCI distribution specification, "Pulling manifests"."""

MOVING_TAGS = (
    *("latest", "main", "master", "trunk", "head", "edge", "stable", "nightly", "snapshot"),
    *("dev", "develop", "current", "prod", "production", "staging", "live", "lts"),
)
"""Words of tags that are moved to the newest image, or to the one that runs somewhere."""

_CANDIDATES = ("alpha", "beta", "canary", "next", "preview", "rc")
"""Words that move at the end of a tag; a number after them makes one build of it (`2.0.0-rc.1`)."""

_VARIANTS = ("x", "alpine", "slim", "jre", "jdk", "bookworm")
"""Bases of images. Such a word says nothing about the release."""

RELEASE_TAG = "[0-9]|^[a-f]{7,40}$"
"""A regular expression, for Terraform as well: what a tag of one release holds, a number or a
commit."""

MOVING_TAG = (
    rf"(?i)(^|[._-])({'|'.join(MOVING_TAGS)})([._-]|$)",
    rf"(?i)(^|[0-9._-])({'|'.join(_CANDIDATES)})$"
    rf"|^v?(20)?[0-9]{{1,2}}([.][0-9]+)?([.-]({'|'.join(_VARIANTS)}))*$",
)
"""Regular expressions, for Terraform as well. A tag moves when a part of it does (`v1-latest`). It
also moves when it names a line of versions, not one of them (`v1`, `1.25-alpine`)."""

_RELEASE, _MOVING = re.compile(RELEASE_TAG), tuple(map(re.compile, MOVING_TAG))
_PINNED = re.compile(
    rf"(?P<repository>.+)@(?P<digest>{DIGEST})|(?P<path>([^@]*/)?[^@:/]+):(?P<tag>{TAG})"
)
ECR_HOST = rf"(?P<account>{ACCOUNT_ID})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com"
"""A regular expression for the host of an account's registry."""
_ECR = re.compile(rf"{ECR_HOST}/(?P<name>.+)")


_SHORT = 12
"""Characters of a digest that tell it from another."""


def is_pinned(image: object) -> bool:
    """Return whether a reference such as `repository:123-release` has a digest, or the tag of one
    release.
    """
    match = _PINNED.fullmatch(image) if isinstance(image, str) else None
    return match is not None and (match["tag"] is None or names_a_release(match["tag"]))


def names_a_release(tag: str) -> bool:
    """Return whether a tag names one release for good."""
    return bool(_RELEASE.search(tag)) and not any(moving.search(tag) for moving in _MOVING)


def repository_of(image: object) -> str | None:
    """Return the registry and the repository of a reference, without its tag or digest. Return None
    for any other text.
    """
    match = _PINNED.fullmatch(image) if isinstance(image, str) else None
    if match is None:
        return None
    return match["path"] or re.sub(rf":{TAG}$", "", match["repository"])


def tag_of(image: str) -> str:
    """Return the digest of a reference if it has one, else its tag, for a Terraform variable.

    Any other text is returned as it is.
    """
    match = _PINNED.fullmatch(image)
    return (match["digest"] or match["tag"]) if match else image


def is_digest(tag_or_digest: str) -> bool:
    """Return whether a reference inside a repository is a digest. No tag has a colon."""
    return tag_or_digest.startswith(DIGEST_PREFIX)


def short_image(image: str) -> str:
    """Return an image, or a digest, with as much of its digest as tells it from another."""
    named, at, digest = image.partition(DIGEST_PREFIX)
    return f"{named}{at}{digest[:_SHORT]}…" if digest[_SHORT:] else image


def ecr_repository(image: object) -> str | None:
    """Return the ARN of the image's repository in ECR; None for an image of another registry."""
    match = _ECR.fullmatch(repository_of(image) or "")
    if match is None:
        return None
    return f"arn:aws:ecr:{match['region']}:{match['account']}:repository/{match['name']}"
