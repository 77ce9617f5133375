"""Which image references name the same image for good."""

import pytest

from pay.containers.images import MOVING_TAGS, ecr_repository, is_pinned, repository_of

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    "image",
    [
        "registry/publicauth:8-release",
        "registry:5000/publicauth:8-release",
        f"registry/publicauth@{DIGEST}",
        f"registry/publicauth:8-release@{DIGEST}",
        f"registry/publicauth:{'a' * 128}",
        f"registry/publicauth:latest@{DIGEST}",
        "registry/publicauth:8-mainline",
    ],
)
def test_a_digest_or_a_tag_pins(image: str) -> None:
    assert is_pinned(image)


@pytest.mark.parametrize(
    "image",
    [
        "publicauth",
        "registry/publicauth",
        "registry/publicauth:",
        "registry:5000/publicauth",
        "registry/publicauth@sha256:abc",
        f"registry/publicauth@{DIGEST}a",
        f"registry/publicauth:{'a' * 129}",
        f"@{DIGEST}",
        f"registry/publicauth:{DIGEST}",
        "registry/publicauth:8:9",
        ":8-release",
        "",
        None,
        7,
    ],
)
def test_anything_else_does_not(image: object) -> None:
    assert not is_pinned(image)


@pytest.mark.parametrize("tag", sorted(MOVING_TAGS))
def test_a_moving_tag_does_not_pin_in_any_case(tag: str) -> None:
    assert not is_pinned(f"registry/publicauth:{tag}")
    assert not is_pinned(f"registry/publicauth:{tag.upper()}")


@pytest.mark.parametrize(
    "tag", ["latest-master", "v1-latest", "latest-8", "main-snapshot", "8.develop", "x_HEAD"]
)
def test_a_tag_moves_when_a_part_of_it_does(tag: str) -> None:
    assert not is_pinned(f"registry/publicauth:{tag}")


def test_a_repository_is_what_is_left_without_tag_and_digest() -> None:
    for end in (":8-release", f"@{DIGEST}", f":8-release@{DIGEST}"):
        assert repository_of(f"registry:5000/publicauth{end}") == "registry:5000/publicauth"
    assert repository_of("registry:5000/publicauth") is None


def test_a_repository_in_ecr_has_an_arn() -> None:
    ecr = "555555555555.dkr.ecr.eu-west-1.amazonaws.com/govukpay/connector"
    arn = "arn:aws:ecr:eu-west-1:555555555555:repository/govukpay/connector"
    assert ecr_repository(f"{ecr}:8-release") == arn
    assert ecr_repository("docker.io/govukpay/connector:8-release") is None
