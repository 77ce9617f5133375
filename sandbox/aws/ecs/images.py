"""The images of tasks: the digest that a task runs, and why it is not pulled or stays unhealthy.

moto 5.2 gives a container no `imageDigest`, and starts tasks of images that do not exist. On AWS
the agent resolves the image in its registry. Without the image, the task stops with
CannotPullContainerError. Source: ECS developer guide, "CannotPullContainer task errors".

The sandbox has no image of another registry, and many tests push none. So every image of a
repository without a push counts as present.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from moto.ecr.models import ecr_backends

from pay.identifiers import DIGEST

_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/"
    rf"(?P<repository>[^:@]+)(@(?P<digest>{DIGEST})|:(?P<tag>.+))"
)

BROKEN_TAG = "0-broken"
"""A task with an image of this tag never starts, to test failed deployments."""

BROKEN_DIGESTS: set[str] = set()
"""Images whose containers start and never become healthy; `/_sandbox/broken-images` sets them."""


@dataclass(frozen=True)
class Failure:
    """The reason why a task ends before it serves, in the words of ECS."""

    reason: str
    code: str = "TaskFailedToStart"


BROKEN = Failure("Essential container in task exited")
"""The failure of a task with an image of `BROKEN_TAG`."""


def digest_of(image: str) -> str | None:
    """Return the digest of an image; None: its repository does not have it."""
    made_up = "sha256:" + hashlib.sha256(image.encode()).hexdigest()
    match = _ECR.fullmatch(image)
    if match is None:
        return made_up
    repositories: Any = ecr_backends[match["account"]][match["region"]].repositories
    repository = repositories.get(match["repository"])
    if repository is None or not repository.images:
        return match["digest"] or made_up
    for each in repository.images:
        digest = str(each.get_image_digest())
        if digest == match["digest"] or match["tag"] in (each.image_tags or ()):
            return digest
    return None


def failure_of(images: list[str]) -> Failure | None:
    """Return why a task with these images fails; None: it serves."""
    for image in images:
        digest = digest_of(image)
        if image.rpartition(":")[2] == BROKEN_TAG:
            return BROKEN
        if digest is None:
            return Failure(
                "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed "
                f"to resolve ref {image}: {image}: not found"
            )
        if digest in BROKEN_DIGESTS:
            return Failure("Task failed container health checks", "ServiceSchedulerInitiated")
    return None
