"""An archive has another name exactly when its code or its runtime is another."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest

from pay.catalogue.scenarios import SCENARIOS
from pay.smoke.archives import LARGEST_BYTES, SCRIPTS, SHARED, archive

CANCEL = SCENARIOS["cancel"]


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    shutil.copytree(SCRIPTS, tmp_path / "scripts")
    return tmp_path / "scripts"


def test_it_holds_the_script_and_what_all_share() -> None:
    for scenario in SCENARIOS.values():
        made = archive(scenario)
        names = zipfile.ZipFile(io.BytesIO(made.content)).namelist()
        assert names == [f"nodejs/node_modules/{n}" for n in (SHARED, f"{scenario.name}.js")]
        assert made.handler == f"{scenario.name}.handler"
        assert len(made.content) < LARGEST_BYTES


def test_a_changed_character_changes_the_names_of_those_that_have_it(scripts: Path) -> None:
    before = {name: archive(each, scripts=scripts).name for name, each in SCENARIOS.items()}
    assert before == {name: archive(each).name for name, each in SCENARIOS.items()}
    (scripts / "cancel.js").write_text((scripts / "cancel.js").read_text() + "\n")
    after = {name: archive(each, scripts=scripts).name for name, each in SCENARIOS.items()}
    assert {name for name in SCENARIOS if before[name] != after[name]} == {"cancel"}
    (scripts / SHARED).write_text((scripts / SHARED).read_text() + "\n")
    last = {name: archive(each, scripts=scripts).name for name, each in SCENARIOS.items()}
    assert set(after.values()).isdisjoint(last.values())


def test_another_runtime_is_another_name_for_the_same_code() -> None:
    one, other = archive(CANCEL), archive(CANCEL, "syn-nodejs-puppeteer-16.1")
    assert one.content == other.content
    assert one.name != other.name


def test_every_scenario_has_a_name_of_its_own() -> None:
    assert len({archive(each).name for each in SCENARIOS.values()}) == len(SCENARIOS)
