"""Asks the registry of an account for the digest of a tag, and for the tags of a digest."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from pay.containers.images import is_digest
from pay.containers.releases import release_number
from pay.model import Microservice, names
from rollout.aws.image_indexes import images_of_index

_ABSENT = {"ImageNotFoundException", "RepositoryNotFoundException"}


@dataclass(frozen=True)
class RegistryImage:
    """An image in the registry."""

    digest: str
    tags: tuple[str, ...]

    @property
    def release(self) -> int | None:
        """Return the number N of its tag `N-release`; None if it has no such tag."""
        return release_number(self.tags)


@dataclass(frozen=True)
class ServiceRepositories:
    """The repositories of a service's containers."""

    ecr: Any
    service: Microservice

    @cached_property
    def by_container(self) -> dict[str, str]:
        """Return container -> name of its repository."""
        sidecars = {each.name: each.repository for each in self.service.sidecars}
        return {self.service.name: names.repository(self.service.name), **sidecars}

    def find(self, container: str, tag_or_digest: str) -> RegistryImage | None:
        """Return the image of a container; None if the registry does not have it."""
        key = "imageDigest" if is_digest(tag_or_digest) else "imageTag"
        try:
            answer = self.ecr.describe_images(
                repositoryName=self.by_container[container], imageIds=[{key: tag_or_digest}]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        [detail] = answer["imageDetails"]
        return RegistryImage(detail["imageDigest"], tuple(detail.get("imageTags", ())))

    def accepted(self, container: str, digest: str) -> frozenset[str]:
        """Return the digests that ECS may report of tasks with this image. These are its own and,
        for an index, those of its images for one architecture each.
        """
        images = images_of_index(self.ecr, self.by_container[container], digest)
        return frozenset({digest, *images})
