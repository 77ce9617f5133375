"""The images that a registry holds: of services, of their sidecars, and of tasks that run once."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from pay.catalogue.one_off_tasks import ONE_OFF_TASKS
from pay.model import Microservice, names
from pay.model.images import Image, ImageKind
from pay.model.vocabulary import ImageOwner

LOAD_RUNNER = Image(
    "load-runner", names.repository("load-runner"), ImageKind.TASK, ImageOwner.PLATFORM_TEAM
)
"""The built-in runner of load tests; `constructs/pay/load/Dockerfile` builds it."""

TASK_IMAGES = (
    *(
        Image(task.repository.rpartition("/")[2], task.repository, ImageKind.TASK, task.owner)
        for task in ONE_OFF_TASKS
    ),
    LOAD_RUNNER,
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


__all__ = ["LOAD_RUNNER", "TASK_IMAGES", "Image", "ImageKind", "ImageOwner", "images_of"]
