"""The tag of a release: what makes it also reads it, and lifecycle policies select it."""

import json
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.containers.images import names_a_release
from pay.containers.lifecycle import lifecycle_policy
from pay.containers.releases import RELEASES, release_number, release_tag


@pytest.mark.parametrize(
    ("tags", "number"),
    [
        (["12-release"], 12),
        (["99-release", "100-release"], 100),
        (["12-candidate", "0-release", "012-release", "12-release-arm", "latest"], None),
        ([], None),
    ],
)
def test_the_number_of_a_release_is_a_number(tags: list[str], number: int | None) -> None:
    assert release_number(tags) == number


@given(st.integers(1, 10**9 - 1))
def test_the_tag_of_a_release_is_read_selected_and_pinned(number: int) -> None:
    tag = release_tag(number)
    assert release_number([tag]) == number
    assert fnmatchcase(tag, RELEASES)
    assert names_a_release(tag)


def test_the_first_rule_of_a_repository_selects_releases() -> None:
    first = json.loads(lifecycle_policy())["rules"][0]
    assert first["selection"]["tagPatternList"] == [RELEASES]
