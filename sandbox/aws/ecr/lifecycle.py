"""Lifecycle policies of ECR, which expire images.

Source: AWS, ECR user guide:
- "Automate the cleanup of images by using lifecycle policies".
- "Lifecycle policy evaluation rules".
- "Lifecycle policy properties".
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class StoredImage:
    """The properties of an image that lifecycle rules read."""

    digest: str
    tags: frozenset[str]
    pushed_at: datetime
    children: frozenset[str] = frozenset()
    """The digests of the images that an index leads to."""


def expired(
    rules: Iterable[Mapping[str, Any]], images: Sequence[StoredImage], now: datetime
) -> dict[str, int]:
    """Return the digest of each image that expires, with the priority of its rule.

    Every rule is evaluated by itself. An image belongs to the first rule whose tags it has, so
    no later one expires it. An image of an index stays as long as the index.
    """
    marked: dict[str, int] = {}
    taken: set[str] = set()
    for rule in sorted(rules, key=lambda each: int(each["rulePriority"])):
        selection = rule["selection"]
        selected = [image for image in images if _selects(selection, image)]
        for image in _beyond(selection, selected, now):
            if image.digest not in taken:
                marked[image.digest] = int(rule["rulePriority"])
        taken |= {image.digest for image in selected}
    kept = [image for image in images if image.digest not in marked]
    referenced = frozenset[str]().union(*(image.children for image in kept))
    return {digest: rule for digest, rule in marked.items() if digest not in referenced}


def _selects(selection: Mapping[str, Any], image: StoredImage) -> bool:
    """Return whether the image has the tags: one for each prefix or pattern of the list."""
    status = selection["tagStatus"]
    if status != "tagged":
        return status == "any" or not image.tags
    patterns = [
        *(re.escape(prefix) + ".*" for prefix in selection.get("tagPrefixList", ())),
        *(
            re.escape(pattern).replace(r"\*", ".*")
            for pattern in selection.get("tagPatternList", ())
        ),
    ]
    return all(any(re.fullmatch(pattern, tag) for tag in image.tags) for pattern in patterns)


def _beyond(
    selection: Mapping[str, Any], images: Sequence[StoredImage], now: datetime
) -> Iterator[StoredImage]:
    number = int(selection["countNumber"])
    if selection["countType"] == "imageCountMoreThan":
        newest_first = sorted(images, key=lambda image: image.pushed_at, reverse=True)
        yield from newest_first[number:]
    else:
        oldest = now - timedelta(days=number)
        yield from (image for image in images if image.pushed_at < oldest)
