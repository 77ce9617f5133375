"""A copied environment file is told which values it must have for itself."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pay.environments.load import load_environments, load_needed
from pay.model import Problem
from tests.support.problems import only
from tests.support.spoiled import Edit, Refused

Copy = Callable[..., Path]


@pytest.fixture
def copy(folder: Path) -> Copy:
    """Copies test-12's file under another name; keywords are its lines with other values."""

    def copy(name: str, **lines: str) -> Path:
        text = (folder / "test-12.toml").read_text()
        for key, value in {"name": name, **lines}.items():
            text, count = re.subn(rf"^{key} = .*$", f'{key} = "{value}"', text, flags=re.MULTILINE)
            assert count == 1, key
        path = folder / f"{name}.toml"
        path.write_text(text)
        return path

    return copy


def line_of(path: Path, key: str) -> int:
    [number] = [
        number
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if line.startswith(f"{key} =")
    ]
    return number


def test_a_copy_is_told_each_value_of_its_own_once_with_both_lines(
    folder: Path, copy: Copy, refused: Refused
) -> None:
    path, original = copy("test-13"), folder / "test-12.toml"
    problems = refused()
    keys = {"public_zone": "dns.", "internal_zone": "dns.", "vpc": "network."}
    assert {p.key for p in problems} == {prefix + key for key, prefix in keys.items()}
    for problem in problems:
        line = line_of(path, problem.key.partition(".")[2])
        assert (problem.where, problem.line) == (str(path), line)
        assert f"as in {original}:{line}" in problem.found


def test_a_copy_is_told_what_else_names_its_original(copy: Copy, refused: Refused) -> None:
    path = copy("test-13", vpc="test-13", internal_zone="test-13.pymnt.internal")
    problem = only(refused())
    for key in ("access_logs_bucket", "web_acl", "prometheus_write_role_arn"):
        assert f"{key} (line {line_of(path, key)})" in problem.fix
    assert "state.bucket" not in problem.fix


@pytest.mark.parametrize("name", ["aaa-1", "test-13"])
def test_the_copy_is_the_file_that_the_values_do_not_name(
    folder: Path, copy: Copy, name: str
) -> None:
    path = copy(name)
    right, warnings = load_needed(folder, lambda each: each != name)
    assert "test-12" in right
    assert {problem.where for problem in warnings} == {str(path)}


def test_the_public_zone_is_one_s_own_in_every_account(edit: Edit, refused: Refused) -> None:
    edit("staging-2", '"staging.payments.service.gov.uk"', '"payments.service.gov.uk"')
    problem = only(refused())
    assert problem.key == "dns.public_zone"
    assert "payments.service.gov.uk, as in " in problem.found


def other_account(folder: Path, name: str) -> None:
    path = folder / f"{name}.toml"
    text = path.read_text().replace('account_id = "333333333333"', 'account_id = "666666666666"')
    path.write_text(text.replace('account_name = "test"', 'account_name = "other"'))


def test_another_account_may_call_its_vpc_and_its_private_zone_the_same(
    folder: Path, copy: Copy
) -> None:
    copy("test-13", public_zone="test-13.pymnt.uk")
    other_account(folder, "test-13")
    assert "test-13" in load_environments(folder)


def test_a_right_copy_is_no_mistake(folder: Path, copy: Copy) -> None:
    own = {"vpc": "test-13", "public_zone": "test-13.pymnt.uk"}
    copy("test-13", **own, internal_zone="test-13.pymnt.internal")
    assert "test-13" in load_environments(folder)


def test_a_file_that_cannot_be_read_is_no_copy(copy: Copy, edit: Edit, refused: Refused) -> None:
    copy("test-13")
    edit("test-13", "[network]", "[network")
    problem: Problem = only(refused())
    assert problem.where.endswith("test-13.toml")
