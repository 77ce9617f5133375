"""The scanning of images: all of them, again and again, by one configuration."""

from pay.catalogue import IMAGES
from pay.model.images import Image, ImageKind
from pay.model.vocabulary import ImageOwner
from pay.registry.scanning import image_scanning
from tests.support.synthesised import Synthesised, rendered


def scanning(*repositories: str) -> Synthesised:
    images = [
        Image(name, name, ImageKind.SIDECAR, ImageOwner.PLATFORM_TEAM) for name in repositories
    ]
    return rendered(lambda stack: image_scanning(stack, images))


def test_every_folder_of_repositories_is_scanned_by_inspector_all_the_time() -> None:
    stack = scanning("govukpay/b", "elsewhere/c", "govukpay/a")
    assert stack.addresses == ["aws_ecr_registry_scanning_configuration.scanning"]
    scans = stack.resource("aws_ecr_registry_scanning_configuration", "scanning")
    assert scans["scan_type"] == "ENHANCED"
    [rule] = scans["rule"]
    assert rule["scan_frequency"] == "CONTINUOUS_SCAN"
    assert rule["repository_filter"] == [
        {"filter": "elsewhere/*", "filter_type": "WILDCARD"},
        {"filter": "govukpay/*", "filter_type": "WILDCARD"},
    ]


def test_a_filter_covers_each_image_that_the_catalogue_has() -> None:
    stack = rendered(lambda stack: image_scanning(stack, IMAGES.values()))
    [rule] = stack.resource("aws_ecr_registry_scanning_configuration", "scanning")["rule"]
    prefixes = tuple(each["filter"].removesuffix("*") for each in rule["repository_filter"])
    assert all(each.repository.startswith(prefixes) for each in IMAGES.values())
