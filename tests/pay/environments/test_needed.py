"""A mistake in one environment does not block another."""

from pathlib import Path

import pytest

from pay.environments.load import environment_files, load_needed
from pay.model import InvalidInput
from tests.support.spoiled import Edit


def test_returns_the_others_and_the_mistakes_of_what_is_not_needed(
    edit: Edit, folder: Path
) -> None:
    edit("production-2", "[network]", "[network")
    edit("sandbox", 'stage = "legacy"', 'stage = "legcy"')
    environments, warnings = load_needed(folder, "test-12".__eq__)
    broken = {"production-2", "sandbox"}
    assert set(environments) == environment_files(folder).keys() - broken
    assert {Path(problem.where).stem for problem in warnings} == broken


def test_refuses_every_mistake_of_what_is_needed_and_of_what_that_follows(
    edit: Edit, folder: Path
) -> None:
    edit("test-12", 'stage = "legacy"', 'stage = "legcy"')
    edit("staging-2", 'vpc = "', 'vpcs = 1\nvpc = "')
    edit("sandbox", "[network]", "[network")
    with pytest.raises(InvalidInput) as caught:
        load_needed(folder, "staging-2".__eq__)
    assert {Path(problem.where).stem for problem in caught.value.problems} == {
        "staging-2",
        "test-12",
    }


def test_a_way_back_needs_its_own_environment_only(edit: Edit, folder: Path) -> None:
    edit("test-12", "[network]", "[network")
    environments, _ = load_needed(folder, "staging-2".__eq__, with_followed=False)
    assert "staging-2" in environments


def test_needs_no_environment_of_an_empty_folder_to_refuse_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no \*\.toml file"):
        load_needed(tmp_path, lambda _: False)
