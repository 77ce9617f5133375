from pathlib import Path

import pytest

from toolchain import provider_mirror
from toolchain.problems import ToolProblem
from toolchain.provider_mirror import AWS, CLI_CONFIG, SETTING


@pytest.fixture(autouse=True)
def nothing_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write files, and search for mirrors, below a temporary folder."""
    monkeypatch.setattr(provider_mirror, "TERRAFORM_RC", tmp_path / "cache" / "terraform.rc")
    monkeypatch.setattr(provider_mirror, "PLUGIN_CACHE", tmp_path / "cache" / "plugins")
    monkeypatch.setattr(provider_mirror, "PLACES", (f"{tmp_path}/usual", f"{tmp_path}/opt/*"))


def mirror(folder: Path) -> Path:
    (folder / AWS / "5.100.0").mkdir(parents=True)
    return folder


def test_respects_a_cli_configuration_that_exists(tmp_path: Path) -> None:
    mirror(tmp_path / "usual")
    rc = tmp_path / "own.rc"
    rc.write_text("")
    assert provider_mirror.settings({CLI_CONFIG: str(rc)}) == {}


def test_uses_the_folder_in_the_setting(tmp_path: Path) -> None:
    mirror(tmp_path / "usual")
    rc = tmp_path / "own.rc"
    rc.write_text("")
    chosen = mirror(tmp_path / "chosen")
    settings = provider_mirror.settings({SETTING: str(chosen), CLI_CONFIG: str(rc)})
    written = Path(str(settings[CLI_CONFIG])).read_text()
    assert f'path    = "{chosen}"' in written


def test_refuses_a_setting_that_names_no_mirror(tmp_path: Path) -> None:
    mirror(tmp_path / "usual")
    with pytest.raises(
        ToolProblem, match=f"{SETTING} is {tmp_path}, which does not contain registry"
    ):
        provider_mirror.settings({SETTING: str(tmp_path)})


def test_finds_a_mirror_in_the_usual_places_instead_of_a_missing_configuration(
    tmp_path: Path,
) -> None:
    folder = mirror(tmp_path / "opt" / "terraform-plugins")
    settings = provider_mirror.settings({CLI_CONFIG: "/nowhere/terraform.rc"})
    assert str(folder) in Path(str(settings[CLI_CONFIG])).read_text()


def test_prefers_an_earlier_place(tmp_path: Path) -> None:
    mirror(tmp_path / "opt" / "terraform-plugins")
    usual = mirror(tmp_path / "usual")
    assert provider_mirror.find({}) == usual


def test_searches_again_instead_of_keeping_a_configuration_of_its_own(tmp_path: Path) -> None:
    first = mirror(tmp_path / "opt" / "terraform-plugins")
    settings = provider_mirror.settings({})
    first.rename(tmp_path / "opt" / "moved")
    provider_mirror.settings({CLI_CONFIG: str(settings[CLI_CONFIG])})
    assert str(tmp_path / "opt" / "moved") in Path(str(settings[CLI_CONFIG])).read_text()


def test_without_a_mirror_uses_the_registry_once_for_all_stacks(tmp_path: Path) -> None:
    settings = provider_mirror.settings({CLI_CONFIG: "/nowhere/terraform.rc"})
    assert settings[CLI_CONFIG] is None
    assert Path(str(settings["TF_PLUGIN_CACHE_DIR"])).is_dir()
    assert not (tmp_path / "cache" / "terraform.rc").exists()


def test_respects_a_plugin_cache_of_ones_own() -> None:
    assert provider_mirror.settings({"TF_PLUGIN_CACHE_DIR": "/somewhere"}) == {}


def test_never_takes_a_plugin_cache_for_a_mirror() -> None:
    """Terraform refuses to install a provider from a folder into that same folder."""
    assert not [place for place in provider_mirror.PLACES if "cache" in place]
