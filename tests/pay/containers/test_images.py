"""Which image references name the same image for good."""

import pytest

from pay.containers.images import MOVING_TAGS, is_pinned

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    "image",
    [
        "registry/publicauth:8-release",
        "registry:5000/publicauth:8-release",
        f"registry/publicauth@{DIGEST}",
        f"registry/publicauth:8-release@{DIGEST}",
        f"registry/publicauth:{'a' * 128}",
        "registry/publicauth:latest-8",
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
