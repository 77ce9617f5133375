from pathlib import Path

import pytest

from toolchain.locks import virtual_environments
from toolchain.problems import ToolProblem


def test_uv_asks_the_index_that_pip_is_set_up_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.test/simple")
    monkeypatch.setenv("PIP_TRUSTED_HOST", "mirror.test other.test")
    monkeypatch.setenv("PIP_TIMEOUT", "9")
    settings = virtual_environments.pip_settings()
    assert settings["UV_DEFAULT_INDEX"] == "https://mirror.test/simple"
    assert settings["UV_INSECURE_HOST"] == "mirror.test other.test"
    assert not {name for name in settings if "TIMEOUT" in name}


def test_a_variable_wins_over_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://file.test/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    assert virtual_environments.pip_settings()["UV_DEFAULT_INDEX"] == "https://file.test/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://variable.test/simple")
    assert virtual_environments.pip_settings()["UV_DEFAULT_INDEX"] == "https://variable.test/simple"


def test_clears_no_environment_of_another_checkout(
    virtual_environments_elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is a link is the other's, and creating an environment would empty it."""
    other = virtual_environments_elsewhere / "other"
    other.mkdir()
    (other / "installed").write_text("by the other")
    (virtual_environments_elsewhere / ".venv-node").symlink_to(other)
    with pytest.raises(ToolProblem, match=r"\.venv-node leads to .*other"):
        virtual_environments.install("node", "Node")
    assert (other / "installed").read_text() == "by the other"
