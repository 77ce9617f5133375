"""A mistake in one environment does not block another."""

from pathlib import Path

import pytest

from pay.environments.load import environment_files, load_environments, load_needed
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


SHARED = {
    "public_zone": ("internal_zone", "vpc"),
    "internal_zone": ("public_zone", "vpc"),
    "vpc": ("internal_zone", "public_zone"),
}
"""The key that a copy leaves as it was -> those that it changes."""


def copy_of(folder: Path, original: str, name: str, *changed: str, everywhere: bool) -> None:
    """Write a copy of a file; with `everywhere`, each other value that names it names the copy."""
    text = (folder / f"{original}.toml").read_text()
    lines = []
    for line in text.splitlines():
        key = line.partition(" =")[0]
        if key == "name":
            line = f'name = "{name}"'
        elif key in changed:
            line = f'{key} = "{name}.example.uk"' if "zone" in key else f'{key} = "{name}"'
        elif key not in SHARED and everywhere:
            line = line.replace(original, name)
        lines.append(line)
    (folder / f"{name}.toml").write_text("\n".join(lines))


@pytest.mark.parametrize("everywhere", [False, True])
@pytest.mark.parametrize("name", ["aaa-1", "production-1", "production-3", "zzz-1"])
@pytest.mark.parametrize("shared", SHARED)
def test_a_copy_never_blocks_its_original(
    shared: str, name: str, everywhere: bool, folder: Path
) -> None:
    copy_of(folder, "production-2", name, *SHARED[shared], everywhere=everywhere)
    for with_followed in (True, False):
        right, warnings = load_needed(folder, "production-2".__eq__, with_followed=with_followed)
        assert "production-2" in right
        assert name not in right
        assert {Path(problem.where).stem for problem in warnings} == {name}


@pytest.mark.parametrize("name", ["aaa-1", "zzz-1"])
def test_blames_the_copy_where_both_are_needed(name: str, folder: Path) -> None:
    copy_of(folder, "production-2", name, *SHARED["public_zone"], everywhere=False)
    with pytest.raises(InvalidInput) as caught:
        load_environments(folder)
    assert {Path(problem.where).stem for problem in caught.value.problems} == {name}


def test_a_copy_that_kept_its_name_is_wrong_and_not_its_original(folder: Path) -> None:
    text = (folder / "production-2.toml").read_text()
    (folder / "aaa-1.toml").write_text(text.replace("111111111111", "666666666666"))
    right, warnings = load_needed(folder, "production-2".__eq__)
    assert "production-2" in right
    assert {Path(problem.where).stem for problem in warnings} == {"aaa-1"}


FOLLOWS = {
    "nothing": ('follows = "test-12"', 'follows = "nowhere"'),
    "itself": ('follows = "test-12"', 'follows = "staging-2"'),
    "what follows it": ('follows = "test-12"', 'follows = "production-2"'),
}


@pytest.mark.parametrize("edited", FOLLOWS.values(), ids=FOLLOWS)
def test_a_way_back_does_not_ask_for_a_chain(
    edited: tuple[str, str], edit: Edit, folder: Path
) -> None:
    edit("staging-2", *edited)
    for name in ("staging-2", "production-2"):
        right, warnings = load_needed(folder, name.__eq__, with_followed=False)
        assert name in right
        assert [problem.key for problem in warnings] == ["follows"]
        with pytest.raises(InvalidInput, match="follows"):
            load_needed(folder, name.__eq__)
    right, warnings = load_needed(folder, "sandbox".__eq__)
    assert "sandbox" in right
    assert len(warnings) == 1


def test_the_followed_environment_is_blamed_for_nothing_of_a_third(
    edit: Edit, folder: Path
) -> None:
    sandbox = (folder / "sandbox.toml").read_text()
    third = sandbox.replace("sandbox", "third").replace("5" * 12, "6" * 12)
    (folder / "third.toml").write_text(third)
    edit("sandbox", "adopt = false", 'follows = "third"')
    edit("third", "adopt = false", 'follows = "sandbox"')
    right, warnings = load_needed(folder, "staging-2".__eq__)
    assert {"staging-2", "test-12"} <= right.keys()
    assert {problem.key for problem in warnings} == {"follows"}
