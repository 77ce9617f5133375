"""All files of a folder are read together, and one file alone where that is asked for."""

import shutil
from pathlib import Path

import pytest

from pay.environments.load import load_environment, load_environments
from pay.model import InvalidInput
from pay.model.watching.suppressions import FILE as SUPPRESSIONS
from tests.support.problems import only
from tests.support.spoiled import Edit, Refused


def test_files_whose_name_begins_with_a_dot_are_not_environments(folder: Path) -> None:
    (folder / ".#test-12.toml").write_text("an editor's lock")
    assert set(load_environments(folder)) == {
        path.stem for path in folder.glob("[!.]*.toml") if path.name != SUPPRESSIONS
    }


def test_reports_mistakes_of_every_kind_in_every_file_at_once(edit: Edit, refused: Refused) -> None:
    edit("production-2", 'vpc = "', 'vpcs = 1\nvpc = "')
    edit("production-2", '"half"', '"hafl"')
    edit("production-2", "m7g.4xlarge", "m7i.4xlarge")
    edit("staging-2", "[services.cardid]", "[services.cardld]")
    edit("staging-2", '"test-12"', '"nowhere"')
    edit("test-12", "[network]", "[network")
    found = {(Path(p.where).stem, p.key) for p in refused()}
    assert found == {
        ("production-2", "network.vpcs"),
        ("production-2", "services.cardid.stage"),
        ("production-2", "capacity.cde.instance_type"),
        ("staging-2", "services.cardld"),
        ("staging-2", "services"),
        ("staging-2", "follows"),
        ("test-12", ""),
    }


def test_refuses_to_follow_in_a_circle(edit: Edit, refused: Refused) -> None:
    edit("test-12", "max_step", 'follows = "production-2"\nmax_step')
    problem = only(refused())
    assert problem.key == "follows"
    assert problem.found == "production-2 -> staging-2 -> test-12 -> production-2"


def test_a_wrong_name_does_not_hide_other_mistakes(edit: Edit, refused: Refused) -> None:
    edit("test-12", 'name = "test-12"', 'name = "nowhere"')
    edit("sandbox", '"sandbox.pymnt.uk"', '"pymnt.uk"')
    edit("sandbox", "= 365", "= 30")
    assert {p.key for p in refused()} == {
        "name",
        "dns.public_zone",
        "logs.retention_in_days",
    }


def test_refuses_an_empty_folder_and_a_missing_one(tmp_path: Path) -> None:
    for folder, found in ((tmp_path, "no *.toml file"), (tmp_path / "x", "no such folder")):
        with pytest.raises(InvalidInput) as caught:
            load_environments(folder)
        assert only(caught.value.problems).found == found


def test_reads_one_file_alone(folder: Path, tmp_path: Path) -> None:
    alone = tmp_path / "production-2.toml"
    shutil.copy(folder / "production-2.toml", alone)
    assert load_environment(alone).name == "production-2"


def test_refuses_one_file_alone_with_all_its_mistakes(folder: Path, edit: Edit) -> None:
    edit("sandbox", '"canary"', '"canery"')
    edit("sandbox", "[services.cardid]", "[services.cardld]")
    with pytest.raises(InvalidInput) as caught:
        load_environment(folder / "sandbox.toml")
    assert {p.key for p in caught.value.problems} == {
        "services",
        "services.cardld",
        "services.connector.stage",
    }


def test_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere\.toml: found .*No such file"):
        load_environment(tmp_path / "nowhere.toml")
