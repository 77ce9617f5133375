"""`pay pipeline check` on workflows of GitHub, and on files that are no pipelines."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from rollout.pipelines import check
from rollout.pipelines.check import pipeline_problems
from rollout.terminal.refusal import Failed
from tests.conftest import ROOT

FAULTS = {
    "action by its tag": (
        "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683",
        "actions/checkout@v4",
        "unpinned-uses",
    ),
    "input inside a script": ('"$IMAGE"', "${{ github.head_ref }}", "template-injection"),
    "rights that no job needs": (
        "permissions: {contents: write, id-token: write}",
        "permissions: write-all",
        "excessive-permissions",
    ),
    "credentials kept": (", persist-credentials: false", "", "artipacked"),
    "token in the text": (
        "'${{ github.token }}'",
        "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5",
        "may be a secret",
    ),
    "job that needs another": ("needs: [deploy, patch]", "needs: [deploy, path]", "job-needs"),
    "unknown input": ("inputs.release }}", "inputs.relase }}", "expression"),
    "job without a timeout": ("    timeout-minutes: 90\n", "", "jobs.deploy: found no timeout"),
    "unknown key": ("timeout-minutes: 90", "timeout-minute: 90", "syntax-check"),
    "event that is none": ("workflow_dispatch:", "workflow_dispatched:", "events"),
    "cron that is none": ("0 6 * * 1", "0 6 * * 9", "events"),
    "runner that is none": ("runs-on: ubuntu-24.04", "runs-on: ubuntu-1.04", "runner-label"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_of_a_workflow_is_found(
    name: str, texts: Mapping[tuple[str, str], str], tmp_path: Path
) -> None:
    right, wrong, rule = FAULTS[name]
    text = texts["github", "test-12"]
    assert right in text
    file = tmp_path / "test-12.yml"
    file.write_text(text.replace(right, wrong, 1))
    found = pipeline_problems(file)
    assert any(rule in str(each) for each in found), found


@pytest.mark.parametrize(
    "file", sorted((ROOT / "docs" / "workflows").glob("*.yml")), ids=lambda path: path.name
)
def test_the_workflows_and_tasks_that_people_wrote_have_no_mistakes(file: Path) -> None:
    assert pipeline_problems(file) == []


TASK = """
platform: linux
inputs: [{name: src}]
run: {path: make}
"""


def test_a_task_of_concourse_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "task.yml"
    file.write_text(TASK)
    assert pipeline_problems(file) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("platform: linux", "platfrm: linux", "did you mean platform?"),
        ("path: make", "args: [make]", "task.run: found no path"),
        ("[{name: src}]", "[src]", "task.inputs: found str src; allowed: a table"),
        (
            "run:",
            "image_resource: {type: registry-image, source: {repository: python}}\nrun:",
            "python:latest, which can change",
        ),
        ("run:", "params: {PASSWORD: hunter2-Zx9}\nrun:", "may be a secret"),
    ],
)
def test_a_mistake_of_a_task_is_found(right: str, wrong: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "task.yml"
    file.write_text(TASK.replace(right, wrong))
    assert said in "\n".join(map(str, pipeline_problems(file)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jobs:\n  - name: a\n   plan: []\n", ":3: found"),
        ("jobs: []\njobs: []\n", ":2: found the key jobs twice"),
        ("jobs: [\n", "YAML with each key once"),
        ("\ttext", "YAML with each key once"),
        ("- a list\n", "a Concourse pipeline"),
        ("", "a Concourse pipeline"),
        ("jobs: &a [*a]\n", "found"),
        ("? [a]\n: b\n", "found"),
    ],
)
def test_what_cannot_be_read_is_one_message(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "pipeline.yml"
    file.write_text(text)
    [problem] = pipeline_problems(file)
    assert said in str(problem)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_is_not_there_or_no_text(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "pipeline.yml"
    if content:
        file.write_bytes(content)
    [problem] = pipeline_problems(file)
    assert str(problem).startswith(f"{file}: found ")


def test_merged_keys_are_no_repeated_keys(tmp_path: Path) -> None:
    file = tmp_path / "pipeline.yml"
    file.write_text(
        "task: &task\n  timeout: 1m\n"
        "resources: [{name: src, type: git, source: {uri: x}}]\n"
        "jobs:\n  - name: a\n    plan:\n      - {<<: *task, get: src}\n"
    )
    assert pipeline_problems(file) == []


def test_a_program_that_is_not_installed_is_said(
    texts: Mapping[tuple[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "VENV_BIN", tmp_path)
    file = tmp_path / "test-12.yml"
    file.write_text(texts["github", "test-12"])
    with pytest.raises(Failed, match="actionlint is not installed; run `make setup`"):
        pipeline_problems(file)
