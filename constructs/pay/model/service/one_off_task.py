"""A task that starts, does its work once and ends: one container, without sidecars."""

from pay.model.base import Model
from pay.model.service.dependencies import BucketUse, QueueUse, TopicUse
from pay.model.service.size import TaskSize
from pay.model.text_types import (
    ContainerPath,
    ContainerUser,
    FamilyName,
    RepositoryName,
    TerraformName,
)
from pay.model.vocabulary import ImageOwner


class OneOffTask(Model):
    """A family of tasks that no service runs beside its requests."""

    name: FamilyName
    """Of its container, and of its family without the environment."""
    repository: RepositoryName
    owner: ImageOwner
    image_tag_variable: TerraformName
    """The Terraform variable that carries its image tag."""
    queues: tuple[QueueUse, ...] = ()
    buckets: tuple[BucketUse, ...] = ()
    user: ContainerUser
    writable_paths: tuple[ContainerPath, ...] = ("/tmp",)
    size: TaskSize

    @property
    def log_kind(self) -> str:
        """Return the type of its log group, by which Pay's log pipeline routes."""
        return "app"

    @property
    def topics(self) -> tuple[TopicUse, ...]:
        """Return nothing: none of them publishes."""
        return ()
