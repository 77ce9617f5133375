"""`pay pipeline`: what a person types and reads."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.checkout import Checkout, Pay


@pytest.mark.parametrize("kind", ["concourse", "github"])
def test_a_pipeline_is_written_where_it_is_committed(
    kind: str, pay: Pay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "docs" / "workflows" / "generated"
    folder.mkdir(parents=True)
    said = pay("pipeline", kind, "sandbox")
    assert (said.exit_code, said.stdout) == (
        0,
        f"Written: docs/workflows/generated/{kind}-sandbox.yml\n",
    )
    written = (folder / f"{kind}-sandbox.yml").read_text()
    assert pay("pipeline", kind, "sandbox", "--out", "-").stdout == written
    assert pay("pipeline", "check", str(folder / f"{kind}-sandbox.yml")).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("concourse", "tset-12"), "'tset-12' is not one of production-2, sandbox"),
        (("jenkins", "test-12"), "No such command 'jenkins'"),
        (("github", "sandbox", "--out", "no/x.yml"), "no is not a folder; create it"),
        (("concourse", "sandbox", "--out", "/"), "it is a folder; give a file"),
        (("check",), "Missing argument"),
    ],
)
def test_wrong_use_is_one_message(arguments: tuple[str, ...], said: str, pay: Pay) -> None:
    refused = pay("pipeline", *arguments)
    assert refused.exit_code == 2
    assert said in " ".join(refused.stderr.split())
    assert refused.stdout == ""


def test_without_the_folder_it_says_which_to_create(
    pay: Pay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = pay("pipeline", "concourse", "sandbox", columns=400)
    assert refused.exit_code == 2
    assert "generated is not a folder; create it" in " ".join(refused.stderr.split())


def test_every_mistake_of_every_file_is_listed_at_once(pay: Pay, tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("jobs: [{name: x, plan: [{get: src}]}]\n")
    files = [str(tmp_path / name) for name in ("a.yml", "b.yml", "c.yml")]
    refused = pay("pipeline", "check", *files)
    assert refused.exit_code == 1
    found = " ".join(refused.stderr.split())
    for file in files[:2]:
        assert f"{file}: jobs.x.plan[0] get src: found no timeout" in found
        assert f"{file}: jobs.x.plan[0] get src: found src; allowed: none is declared" in found
    assert f"{files[2]}: found No such file or directory" in found


def test_workflows_and_tasks_that_people_wrote_are_read_too(pay: Pay) -> None:
    folder = ROOT / "docs" / "workflows"
    files = [str(folder / name) for name in ("github-apply.yml", "concourse-apply.yml")]
    said = pay("pipeline", "check", *files, columns=1000)
    assert (said.exit_code, said.stdout) == (0, f"No mistakes in {', '.join(files)}.\n")


@pytest.mark.parametrize("kind", ["concourse", "github"])
@pytest.mark.parametrize(
    ("right", "wrong"), [("max_step = 25", "max_step = 5"), ("[state]", "[state")]
)
def test_a_mistake_in_an_environment_that_follows_is_said(
    kind: str, right: str, wrong: str, pay: Pay, checkout: Checkout
) -> None:
    """The pipeline hands releases on to it: left out, it would not get them."""
    file = checkout.folder / "staging-2.toml"
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong))
    refused = pay("pipeline", kind, "test-12", "--out", "-")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "staging-2.toml" in refused.stderr
    beside = pay("pipeline", kind, "test-perf-1", "--out", "-")
    assert beside.exit_code == 0
    assert "Warning" in beside.stderr


def test_a_mistake_in_an_environment_file_is_said(pay: Pay, checkout: Checkout) -> None:
    file = checkout.folder / "sandbox.toml"
    file.write_text(file.read_text().replace("max_step = 25", "max_step = 5"))
    refused = pay("pipeline", "concourse", "sandbox")
    assert refused.exit_code == 1
    assert "sandbox.toml" in refused.stderr
