"""The pipelines in docs/workflows call what there is."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from rollout.cli import load_command
from tests.conftest import ROOT

WORKFLOWS = ROOT / "docs" / "workflows"
GENERIC = "concourse-pay.yml"
"""Runs the commands of generated pipelines, whose tests parse them."""
PIPELINES = sorted(path for path in WORKFLOWS.glob("*.yml") if path.name != GENERIC)
GENERATED = sorted((WORKFLOWS / "generated").glob("*.yml"))
OWN_GIT = re.compile(r"\bgit (?:-\S+ \S+ )*(add|commit|pull|push)\b")


def name(path: Path) -> str:
    return path.name


yaml: Any = pytest.importorskip("yaml")

CALL = re.compile(r"^ *pay ([a-z-]+)(.*?)(?: \|\| .*)?$", re.MULTILINE)


@pytest.mark.parametrize("pipeline", PIPELINES, ids=name)
def test_a_pipeline_calls_commands_with_the_arguments_that_they_take(pipeline: Path) -> None:
    calls = CALL.findall(_commands(yaml.safe_load(pipeline.read_text())))
    assert calls
    for name, text in calls:
        command = load_command(name)
        options = {key: each for each in command.params for key in each.opts if key[0] == "-"}
        arguments = shlex.split(re.sub(r"\$\{\{.*?\}\}", "value", text))
        while options_left := [each for each in arguments if each.startswith("--")]:
            at = arguments.index(options_left[0])
            option = options[arguments[at]]
            del arguments[at : at + (1 if option.is_flag else 2)]
        taken = [each for each in command.params if each.param_type_name == "argument"]
        required = [each for each in taken if each.required]
        assert len(required) <= len(arguments) <= len(taken), (name, text)


def test_no_pipeline_holds_a_program_of_its_own() -> None:
    called = {
        command
        for pipeline in PIPELINES
        for command, _ in CALL.findall(_commands(yaml.safe_load(pipeline.read_text())))
    }
    assert called == {
        "plan-changes",
        "judge-changes",
        "apply",
        "judge",
        "keep-records",
        "board",
        "prices",
        "versions",
    }
    text = "".join(map(Path.read_text, PIPELINES))
    assert not re.search(r"\bterraform |python -m|\.sh\b", text)


@pytest.mark.parametrize("pipeline", [*PIPELINES, WORKFLOWS / GENERIC, *GENERATED], ids=name)
def test_no_pipeline_commits_or_pushes_records_by_itself(pipeline: Path) -> None:
    assert OWN_GIT.findall(_commands(without_rebuilds(yaml.safe_load(pipeline.read_text())))) == []


@pytest.mark.parametrize("pipeline", [*PIPELINES, WORKFLOWS / GENERIC, *GENERATED], ids=name)
def test_no_pipeline_sets_an_exit_code(pipeline: Path) -> None:
    assert re.findall(r"continue-on-error|\bexit \d", pipeline.read_text()) == []


def without_rebuilds(document: Any) -> Any:
    """Return a pipeline without the jobs that push a tag to the repository of a sidecar."""
    jobs = document.get("jobs") or {}
    if isinstance(jobs, dict):
        kept: Any = {key: job for key, job in jobs.items() if not key.startswith("rebuild-")}
    else:
        kept = [job for job in jobs if not job["name"].startswith("rebuild-")]
    return document | {"jobs": kept}


def test_git_of_its_own_is_found_wherever_it_stands() -> None:
    shells = {"run": "git add environments\ngit -C x commit"}, {"args": ["if a; then git push"]}
    found = OWN_GIT.findall(_commands({"jobs": {"deploy": {"steps": [*shells]}}}))
    assert found == ["add", "commit", "push"]
    generated = yaml.safe_load(GENERATED[-1].read_text())
    assert OWN_GIT.findall(_commands(generated)) == ["push"] * 2, "tags of sidecars"


def test_a_review_posts_what_judging_wrote() -> None:
    document = yaml.safe_load((WORKFLOWS / "github-pull-request.yml").read_text())
    steps = {step.get("name"): step for step in document["jobs"]["review"]["steps"]}
    assert "not judged" not in str(document).lower(), "`pay judge-changes` writes it"
    assert "steps.plan" not in steps["judge"]["if"], "it writes also that nothing was planned"
    assert shlex.split(steps["comment"]["run"])[:3] == ["gh", "pr", "comment"]
    assert "--body-file review/review.md" in steps["comment"]["run"]


def test_what_a_review_found_is_kept_also_when_it_refuses() -> None:
    document = yaml.safe_load((WORKFLOWS / "github-pull-request.yml").read_text())
    steps = document["jobs"]["review"]["steps"]
    at = [step.get("id") for step in steps].index("plan")
    assert all("!cancelled()" in step.get("if", "") for step in steps[at + 1 :])


def test_a_pipeline_makes_what_the_makefile_has() -> None:
    targets = {*re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)}
    called = {
        target
        for pipeline in PIPELINES
        for target in re.findall(
            r"^ *make ([a-z-]+)", _commands(yaml.safe_load(pipeline.read_text())), re.MULTILINE
        )
    }
    assert {"setup", "cdktn"} <= called <= targets


def test_the_readme_names_every_file() -> None:
    named = set(re.findall(r"`([\w-]+\.(?:yml|sh))`", (WORKFLOWS / "README.md").read_text()))
    assert named == {GENERIC, *(path.name for path in PIPELINES)}


def test_a_review_may_write_nothing_but_its_comment() -> None:
    document = yaml.safe_load((WORKFLOWS / "github-pull-request.yml").read_text())
    granted = {key for key, value in document["permissions"].items() if value == "write"}
    assert granted == {"id-token", "pull-requests"}


def _commands(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(map(_commands, value.values()))
    if isinstance(value, list):
        return "\n".join(map(_commands, value))
    return str(value)


def test_the_board_may_write_its_verdicts_and_its_page() -> None:
    document = yaml.safe_load((WORKFLOWS / "github-board.yml").read_text())
    assert document["permissions"] == {}
    granted = {
        name: {key for key, value in job["permissions"].items() if value == "write"}
        for name, job in document["jobs"].items()
    }
    assert granted == {"judge": {"contents", "id-token"}, "publish": {"id-token", "pages"}}
