"""The images of the catalogue: one each for a service, a sidecar and a task."""

from collections import Counter

from pay.catalogue import CATALOGUE, IMAGES
from pay.catalogue.images import TASK_IMAGES, Image, ImageKind, ImageOwner, images_of
from pay.model.environment.instance_types import Architecture


def test_every_container_of_the_catalogue_has_an_image() -> None:
    containers = {part.name for service in CATALOGUE.values() for part in service.containers}
    assert set(IMAGES) == containers | {image.name for image in TASK_IMAGES}
    assert list(IMAGES) == sorted(IMAGES)


def test_a_sidecar_of_many_services_is_one_image() -> None:
    assert IMAGES["nginx"] == Image(
        name="nginx",
        repository="govukpay/docker-nginx-proxy",
        kind=ImageKind.SIDECAR,
        owner=ImageOwner.PLATFORM_TEAM,
        architectures=frozenset({Architecture.ARM64, Architecture.X86_64}),
    )
    kinds = Counter(image.kind for image in images_of(CATALOGUE.values()).values())
    assert kinds == {ImageKind.SERVICE: len(CATALOGUE), ImageKind.SIDECAR: 2, ImageKind.TASK: 3}


def test_no_two_images_share_a_name_or_a_repository() -> None:
    """One would take the place of the other, or their tags would meet."""
    sidecars = {each.name for service in CATALOGUE.values() for each in service.sidecars}
    assert len(IMAGES) == len(CATALOGUE) + len(sidecars) + len(TASK_IMAGES)
    assert len({image.repository for image in IMAGES.values()}) == len(IMAGES)
