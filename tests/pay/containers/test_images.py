"""Which image references name the same image for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.containers.images import (
    MOVING_TAGS,
    TAG,
    ecr_repository,
    is_digest,
    is_pinned,
    repository_of,
    short_image,
    tag_of,
)
from pay.identifiers import DIGEST as ANY_DIGEST

_DIGESTS = st.from_regex(ANY_DIGEST, fullmatch=True)
_TAGS = st.from_regex(TAG, fullmatch=True)
DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    "image",
    [
        "registry/publicauth:8-release",
        "registry:5000/publicauth:8-release",
        f"registry/publicauth@{DIGEST}",
        f"registry/publicauth:8-release@{DIGEST}",
        f"registry/publicauth:8-{'a' * 126}",
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
        f"registry/publicauth:8-{'a' * 127}",
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


@given(_TAGS, _DIGESTS)
def test_what_runs_is_the_digest_or_else_the_tag(tag: str, digest: str) -> None:
    repository = "registry:5000/publicauth"
    assert tag_of(f"{repository}:{tag}") == tag
    for image in (f"{repository}@{digest}", f"{repository}:{tag}@{digest}"):
        assert (repository_of(image), tag_of(image)) == (repository, digest)
    assert is_digest(digest)
    assert not is_digest(tag)


def test_an_image_without_a_tag_stays_as_it_is() -> None:
    for image in ("publicauth", "registry:5000/publicauth", ""):
        assert tag_of(image) == image


def test_a_digest_is_shown_by_its_first_twelve_characters() -> None:
    assert short_image(f"publicauth@{DIGEST}") == f"publicauth@sha256:{'a' * 12}…"
    assert short_image(DIGEST) == f"sha256:{'a' * 12}…"
    assert short_image("publicauth:8-release") == "publicauth:8-release"


def test_a_repository_in_ecr_has_an_arn() -> None:
    ecr = "555555555555.dkr.ecr.eu-west-1.amazonaws.com/govukpay/connector"
    arn = "arn:aws:ecr:eu-west-1:555555555555:repository/govukpay/connector"
    assert ecr_repository(f"{ecr}:8-release") == arn
    assert ecr_repository("docker.io/govukpay/connector:8-release") is None


@pytest.mark.parametrize(
    "tag",
    [
        *(
            "production",
            "prod",
            "next",
            "canary",
            "rc",
            "staging",
            "live",
            "beta",
            "alpha",
            "unstable",
        ),
        *(
            "release",
            "stable",
            "blue",
            "v1",
            "1",
            "v1.2",
            "1.25",
            "1.x",
            "20",
            "20-bookworm",
            "2023",
        ),
        *(
            "1.25-alpine",
            "17-jre-slim",
            "7-rc",
            "1.2.3-beta",
            "production-2",
            "staging_8",
            "8.live",
        ),
    ],
)
def test_a_tag_that_names_no_release_moves(tag: str) -> None:
    assert not is_pinned(f"registry/publicauth:{tag}")


@pytest.mark.parametrize(
    "tag",
    [
        *("123-release", "512-candidate", "1-sandbox", "512", "alpha_release-7", "build.5"),
        *("1.25.3", "v1.2.3", "1.25.3-alpine", "2.0.0-rc.1", "2024-11-26", "20241126T1200Z"),
        *("3f2a1bc", "deadbee", "r45", "nginx-212", "v0.40.0", "17.0.9_11-jre"),
    ],
)
def test_a_tag_that_names_a_release_pins(tag: str) -> None:
    assert is_pinned(f"registry/publicauth:{tag}")
