"""The command line of a build of Concourse, with the release that it fetched."""

from pathlib import Path

import pytest

from pay.containers.releases import release_tag
from pay.model import InvalidInput
from rollout.pipelines.build import words_of


def test_a_build_with_an_image_has_its_number_last(tmp_path: Path) -> None:
    tag = tmp_path / "tag"
    assert words_of("smoke test-12", tag) == ["smoke", "test-12"]
    tag.write_text(f"{release_tag(412)}\n")
    assert words_of("deploy test-12 connector", tag) == ["deploy", "test-12", "connector", "412"]


@pytest.mark.parametrize(
    "text", ["latest", "412", "412-release-release", "0-release", "release", ""]
)
def test_a_build_with_any_other_image_is_refused(text: str, tmp_path: Path) -> None:
    tag = tmp_path / "tag"
    tag.write_text(text)
    with pytest.raises(InvalidInput) as refused:
        words_of("deploy test-12 connector", tag)
    assert str(refused.value) == (
        f"{tag}: found {text!r}; allowed: the tag of a release, N-release; "
        "let the resource fetch an image with that tag"
    )
