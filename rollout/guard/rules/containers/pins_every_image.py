"""Every image has a tag that names one release, or a digest: with a moving tag nobody can say what
runs, and a rollback starts the same image again.
"""

import re
from collections.abc import Iterator

from pay.containers.images import MOVING_TAGS
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.containers import TASK_DEFINITION, Unreadable, containers_of
from rollout.plans.read import StackPlan

_DIGEST = re.compile(r".+@sha256:[0-9a-f]{64}")
_TAGGED = re.compile(r".+:(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127})")


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.moving:
        if change.type != TASK_DEFINITION:
            continue
        try:
            containers = containers_of(change.change.after, change.change.after_unknown)
        except Unreadable as error:
            yield Finding(change.address, str(error), "write images that are known at plan time")
            continue
        for container in containers:
            if not is_pinned(container.get("image")):
                yield Finding(
                    change.address,
                    f"container {container['name']} runs {container.get('image')!r}",
                    "name a release by its tag, or an image by its digest (@sha256:...)",
                )


def is_pinned(image: object) -> bool:
    """Whether the image's reference names one image for good."""
    if not isinstance(image, str):
        return False
    if "@" in image:
        return _DIGEST.fullmatch(image) is not None
    tagged = _TAGGED.fullmatch(image)
    return tagged is not None and tagged["tag"].lower() not in MOVING_TAGS
