"""The tag of a release, `<number>-release`, as Pay's pipeline makes it."""

import re
from collections.abc import Iterable

_ENDING = "-release"
RELEASES = f"*{_ENDING}"
"""Every tag of a release, as lifecycle policies of ECR select it."""

_TAG = re.compile(rf"(?P<number>[1-9][0-9]{{0,8}}){_ENDING}")


def release_tag(number: int) -> str:
    """Return the tag of a release."""
    return f"{number}{_ENDING}"


def release_number(tags: Iterable[str]) -> int | None:
    """Return the number of an image's release, the highest if it has several; None: no tag of it is
    `N-release`.
    """
    numbers = (int(match["number"]) for tag in tags if (match := _TAG.fullmatch(tag)))
    return max(numbers, default=None)
