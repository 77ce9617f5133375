"""The images of tasks: the digest that a task runs, and why it is not pulled or stays unhealthy.

moto 5.2 gives a container no `imageDigest`, and starts tasks of images that do not exist. On AWS
the agent resolves the image in its registry. Without the image, the task stops with
CannotPullContainerError. Source: ECS developer guide, "CannotPullContainer task errors".

The sandbox has no image of another registry, and many tests push none. So every image of a
repository without a push counts as present.
"""

from dataclasses import dataclass
from typing import Any

from moto.ecr.models import ecr_backends

from pay.containers.images import ecr_repository, is_digest, tag_of
from pay.identifiers import account_of, digest_of

BROKEN_TAG = "0-broken"
"""A task with an image of this tag never starts, to test failed deployments."""

BROKEN_DIGESTS: set[str] = set()
"""Images whose containers start and never become healthy; `/_sandbox/broken-images` sets them."""


@dataclass(frozen=True)
class TaskFailure:
    """The reason why a task ends before it serves, in the words of ECS."""

    reason: str
    code: str = "TaskFailedToStart"


BROKEN = TaskFailure("Essential container in task exited")
"""The failure of a task with an image of `BROKEN_TAG`."""


def image_digest(image: str) -> str | None:
    """Return the digest of an image; None if its repository does not have it."""
    made_up, wanted = digest_of(image.encode()), tag_of(image)
    arn = ecr_repository(image)
    if arn is None:
        return made_up
    region, name = arn.split(":")[3], arn.partition("/")[2]
    repositories: Any = ecr_backends[str(account_of(arn))][region].repositories
    repository = repositories.get(name)
    if repository is None or not repository.images:
        return wanted if is_digest(wanted) else made_up
    for each in repository.images:
        digest = str(each.get_image_digest())
        if wanted in (digest, *(each.image_tags or ())):
            return digest
    return None


def is_broken(image: str) -> bool:
    """Return whether an image has the tag `BROKEN_TAG`."""
    return tag_of(image) == BROKEN_TAG


def failure_of(images: list[str]) -> TaskFailure | None:
    """Return why a task with these images fails; None if it serves."""
    for image in images:
        digest = image_digest(image)
        if is_broken(image):
            return BROKEN
        if digest is None:
            return TaskFailure(
                "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed "
                f"to resolve ref {image}: {image}: not found"
            )
        if digest in BROKEN_DIGESTS:
            return TaskFailure("Task failed container health checks", "ServiceSchedulerInitiated")
    return None
