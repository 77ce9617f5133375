"""The images that a registry holds: of services, of their sidecars, and of tasks that run once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pay.model import Microservice, names
from pay.model.environment.environment import Architecture


class ImageKind(StrEnum):
    """What is started from an image."""

    SERVICE = "service"
    """The application container of a service, on both sides."""
    SIDECAR = "sidecar"
    """A container beside applications: one release of it reaches many services."""
    TASK = "task"
    """A task that starts, does its work once and ends."""


class ImageOwner(StrEnum):
    """The role that builds an image, and builds it again when a scan finds something in it."""

    SERVICE_TEAM = "service team"
    PLATFORM_TEAM = "platform team"


@dataclass(frozen=True)
class Image:
    """An image and its repository, which has the same name in the registry of every account."""

    name: str
    """Of its service, of its container or of its task; no two images share one."""
    repository: str
    """The ECR repository, without registry and tag, for example `govukpay/connector`."""
    kind: ImageKind
    owner: ImageOwner
    architectures: frozenset[Architecture] = frozenset(Architecture)
    """A release is an index with one image for each (OCI image specification, "Image Index")."""


TASK_IMAGES = (
    # Calls the paths of the schedules: curl in a small image.
    Image("alpine", names.repository("alpine"), ImageKind.TASK, ImageOwner.PLATFORM_TEAM),
    # Turns a CSV in a bucket into messages of ledger's queue; toolbox starts it.
    Image(
        "stream-s3-sqs", names.repository("stream-s3-sqs"), ImageKind.TASK, ImageOwner.SERVICE_TEAM
    ),
)
"""The images that no service runs beside its requests."""


def images_of(services: Iterable[Microservice]) -> Mapping[str, Image]:
    """Return the images of these services, of their sidecars and of tasks, by their names in order.

    A sidecar of several services is one image.
    """
    images = {image.name: image for image in (*_running(services), *TASK_IMAGES)}
    return MappingProxyType(dict(sorted(images.items())))


def _running(services: Iterable[Microservice]) -> Iterator[Image]:
    for service in services:
        repository = names.repository(service.name)
        yield Image(service.name, repository, ImageKind.SERVICE, ImageOwner.SERVICE_TEAM)
        for each in service.sidecars:
            yield Image(each.name, each.repository, ImageKind.SIDECAR, ImageOwner.PLATFORM_TEAM)
