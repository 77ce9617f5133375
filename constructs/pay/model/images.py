"""An image of containers, and the repository that holds it."""

from dataclasses import dataclass
from enum import StrEnum

from pay.model.environment.instance_types import Architecture
from pay.model.vocabulary import ImageOwner

APPLICATION_IMAGE_TAG = "application_image_tag"
"""The Terraform variable of the application's image tag, as Pay's pipeline passes it."""


class ImageKind(StrEnum):
    """The kind of thing that is started from an image."""

    SERVICE = "service"
    """The application container of a service, on both sides."""
    SIDECAR = "sidecar"
    """A container beside applications. One release of it reaches many services."""
    TASK = "task"
    """A task that starts, does its work once and ends."""


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
