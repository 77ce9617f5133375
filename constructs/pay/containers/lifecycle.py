"""Lifecycle policies of repositories: how long images stay, and what a policy would lose.

ECR does not know which images run. A task whose image has expired cannot start, scale out or roll
back. AWS: ECR user guide, "Automate the cleanup of images by using lifecycle policies".
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from pay.containers.releases import RELEASES, release_tag

KEPT_RELEASES = 100
"""The newest releases that stay in a repository: what runs, what ran before, and far more."""

SOON = 80
"""Newer releases after which the lifetime of one that runs ends soon: 20 more and it expires."""

CANDIDATE_DAYS = 60
UNTAGGED_DAYS = 14

CANDIDATES = "*-candidate*"
"""The tags of builds that were never released, as Pay's pipeline makes them."""


def lifecycle_policy() -> str:
    """Return the policy of every repository, as JSON.

    Releases come first. A release also has the tag of its candidate. Only the first rule that
    selects its tags expires an image. AWS: ECR user guide, "Lifecycle policy evaluation rules".
    """
    rules = [
        _rule(f"keep the newest {KEPT_RELEASES} releases", RELEASES, KEPT_RELEASES),
        _rule(f"candidates live {CANDIDATE_DAYS} days", CANDIDATES, CANDIDATE_DAYS, days=True),
        _rule(f"images without a tag live {UNTAGGED_DAYS} days", None, UNTAGGED_DAYS, days=True),
    ]
    # In ascending order, because in any other every plan would show a change.
    numbered = [{"rulePriority": number, **rule} for number, rule in enumerate(rules, start=1)]
    return json.dumps({"rules": numbered}, sort_keys=True)


def days_of(tags: Collection[str]) -> int | None:
    """Return the days after its push for which the policy keeps an image with these tags. None: the
    policy counts releases, or no rule selects the image.
    """
    if not tags:
        return UNTAGGED_DAYS
    is_release, is_candidate = (
        any(fnmatchcase(tag, pattern) for tag in tags) for pattern in (RELEASES, CANDIDATES)
    )
    return CANDIDATE_DAYS if is_candidate and not is_release else None


def _rule(description: str, tags: str | None, count: int, *, days: bool = False) -> dict[str, Any]:
    selection: dict[str, Any] = {"countNumber": count}
    selection |= {"tagStatus": "tagged", "tagPatternList": [tags]} if tags else _UNTAGGED
    selection |= _SINCE_PUSHED if days else {"countType": "imageCountMoreThan"}
    return {"description": description, "selection": selection, "action": {"type": "expire"}}


_UNTAGGED = {"tagStatus": "untagged"}
_SINCE_PUSHED = {"countType": "sinceImagePushed", "countUnit": "days"}


def losses(policy: str) -> Iterator[str]:
    """Yield in words how a policy could expire a release that runs or ran before.

    Raises ValueError for text that is not a lifecycle policy.
    """
    try:
        rules = sorted(json.loads(policy)["rules"], key=lambda rule: int(rule["rulePriority"]))
        for rule in rules:
            selects = _selector(rule["selection"])
            if reason := _loss(rule["selection"], selects):
                yield f"rule {rule['rulePriority']} {reason}"
            if all(map(selects, _RELEASE_TAGS)):
                return  # What matches the tags of this rule is expired by no later one.
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a lifecycle policy: {type(error).__name__} {error}") from None


_NUMBERS = range(1, 1000)
"""Enough to show a rule for tags that begin, or end, with some digits only."""
_RELEASE_TAGS = tuple(map(release_tag, _NUMBERS))
_CANDIDATE_TAGS = tuple(f"{number}-candidate" for number in _NUMBERS)


_Selects = Callable[[str], bool]
"""Tests whether a rule selects an image that has this one tag."""


def _loss(selection: Mapping[str, Any], selects: _Selects) -> str | None:
    number = int(selection["countNumber"])
    releases, candidates = (any(map(selects, tags)) for tags in (_RELEASE_TAGS, _CANDIDATE_TAGS))
    if releases and selection["countType"] != "imageCountMoreThan":
        return "expires releases by their age, also one that runs"
    if releases and candidates:
        return "counts candidates, too: they push out releases"
    if releases and number < KEPT_RELEASES:
        return f"keeps {number} releases; at least {KEPT_RELEASES} are needed"
    if candidates:
        return (
            "expires candidates before a rule keeps releases: a release has the tag of its "
            "candidate, too"
        )
    return None


def _selector(selection: Mapping[str, Any]) -> _Selects:
    """Return the function that selects a tag. In a pattern `*` stands for any text (AWS: ECR user
    guide, "Lifecycle policy properties", tagPatternList).
    """
    if selection["tagStatus"] != "tagged":
        return lambda tag: bool(selection["tagStatus"] == "any")
    patterns = [
        re.compile(re.escape(each).replace(r"\*", ".*"))
        for each in selection.get("tagPatternList", ())
    ]
    prefixes = selection.get("tagPrefixList", ())
    return lambda tag: (
        all(tag.startswith(prefix) for prefix in prefixes)
        and all(pattern.fullmatch(tag) for pattern in patterns)
    )
