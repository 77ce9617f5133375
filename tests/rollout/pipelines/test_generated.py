"""The pipelines of every environment: right, complete, and of commands that `pay` has."""

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model.service.migrations import Migrations
from rollout.cli import load_command
from rollout.pipelines.check import pipeline_problems
from rollout.pipelines.needs import NEXT_TAG, Needs
from tests.conftest import ROOT
from tests.rollout.pipelines.conftest import ENVIRONMENTS, KINDS

Documents = Mapping[tuple[str, str], Any]
GOLDEN = (("concourse", "production-2"), ("github", "test-12"))
WORKFLOWS = ROOT / "docs" / "workflows"
FIRST, SECOND, LAST, ALONE = "test-12", "staging-2", "production-2", "test-perf-1"


@pytest.mark.parametrize(("kind", "name"), GOLDEN)
def test_the_committed_pipeline_is_the_generated_one(
    kind: str, name: str, texts: Mapping[tuple[str, str], str], golden: Callable[[Path, str], None]
) -> None:
    golden(WORKFLOWS / "generated" / f"{kind}-{name}.yml", texts[kind, name])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_generated_pipeline_has_no_mistakes(
    kind: str, name: str, texts: Mapping[tuple[str, str], str], tmp_path: Path
) -> None:
    file = tmp_path / f"{name}.yml"
    file.write_text(texts[kind, name])
    assert pipeline_problems(file) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_call_parses_as_pay_parses_it(
    kind: str,
    name: str,
    documents: Documents,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    calls = {*CALLS[kind](documents[kind, name])}
    assert len(calls) > 5
    for call in calls:
        parse(shlex.split(call))


def concourse_calls(document: Any) -> Iterator[str]:
    for job in document["jobs"]:
        for step in (*job["plan"], *job.get("ensure", {}).get("in_parallel", ())):
            if "file" in step:
                release = " 412" if "release" in step.get("input_mapping", {}) else ""
                yield step["params"]["PAY"] + release


def github_calls(document: Any) -> Iterator[str]:
    own = {"GITHUB_WORKFLOW": "test-12", "GITHUB_RUN_ID": "9"}  # GitHub sets them
    values = {"IMAGE": "connector", "RELEASE": "412", "CALL": "ledger-expunge", **own}
    for job in document["jobs"].values():
        for step in job["steps"]:
            for line in step.get("run", "").splitlines():
                if line.startswith("pay "):
                    variables = re.findall(r"\$(\w+)", line)
                    assert {*variables} <= job.get("env", {}).keys() | own.keys(), line
                    yield re.sub(r"\$(\w+)", lambda match: values[match[1]], line).split(" ", 1)[1]


CALLS: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "concourse": concourse_calls,
    "github": github_calls,
}


def parse(words: list[str]) -> None:
    """Parse a command line without running it. Raises click's UsageError."""
    command = load_command(words[0])
    context = command.make_context(words[0], words[1:])
    while hasattr(command, "commands"):
        rest = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_concourse_has_a_job_for_everything(
    name: str, documents: Documents, needs: Mapping[str, Needs]
) -> None:
    document, environment = documents["concourse", name], needs[name].environment
    jobs = {job["name"]: job for job in document["jobs"]}
    for service in environment.services:
        changes = CATALOGUE[service].migrations is not Migrations.NONE
        assert {f"deploy-{service}", f"roll-back-{service}"} <= jobs.keys()
        assert (f"migrate-{service}" in jobs) == (changes and environment.tasks is not None)
        assert (f"copy-{service}" in jobs) == (environment.follows is not None)
    for sidecar in environment.sidecars:
        assert f"patch-{sidecar}" in jobs
        assert (f"rebuild-{sidecar}" in jobs) == (name == FIRST)
    assert ("smoke" in jobs) == (environment.smoke is not None)
    assert ("board" in jobs) == (name == LAST)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_changes_an_environment_shares_its_queue_and_frees_its_lock(
    name: str, documents: Documents
) -> None:
    for job in documents["concourse", name]["jobs"]:
        changes = job["name"].startswith(("deploy", "patch", "roll-back", "migrate", "call"))
        if not changes and job["name"] != "smoke":
            assert "ensure" not in job
            continue
        assert job["serial_groups"] == [name]
        push, free = job["ensure"]["in_parallel"]
        assert free["params"]["PAY"] == f"lock {name} --free"
        assert free["params"]["PAY_BUILD"] == job["plan"][1]["params"]["PAY_BUILD"]
        assert push["put"] == "src"


def test_releases_go_by_themselves_but_to_production_and_to_who_sleeps(
    documents: Documents, needs: Mapping[str, Needs]
) -> None:
    for name in ENVIRONMENTS:
        sleeps = needs[name].environment.sleep is not None
        assert sleeps is (name == ALONE)
        for job in documents["concourse", name]["jobs"]:
            starts = any(get.get("trigger") for get in gets(job))
            kind = job["name"].partition("-")[0]
            if kind == "deploy":
                assert starts is (name != LAST and not sleeps)
            elif kind == "patch":
                assert starts is not sleeps
            elif kind in ("copy", "rebuild", "board"):
                assert starts, job["name"]
            else:
                assert not starts, job["name"]


def gets(job: Any) -> Any:
    return job["plan"][0]["in_parallel"]["steps"]


def test_waves_are_tabs_in_the_order_of_releases(
    documents: Documents, needs: Mapping[str, Needs]
) -> None:
    groups = {each["name"]: each["jobs"] for each in documents["concourse", FIRST]["groups"]}
    deployed = [job for name, jobs in groups.items() if name.startswith("wave-") for job in jobs]
    assert deployed == [f"deploy-{name}" for name in needs[FIRST].services]
    for caller in CATALOGUE.values():
        for called in caller.called:
            order = deployed.index(f"deploy-{called}"), deployed.index(f"deploy-{caller.name}")
            assert order[0] < order[1]


def test_a_fixed_package_reaches_every_environment_without_a_person(
    documents: Documents, needs: Mapping[str, Needs]
) -> None:
    """Rebuilt where releases begin; patched by its own new image; copied on proof of before."""
    name: str | None = FIRST
    while name:
        jobs = {job["name"]: job for job in documents["concourse", name]["jobs"]}
        assert any(get.get("trigger") for get in gets(jobs["patch-nginx"]))
        if name == FIRST:
            assert any(get.get("trigger") for get in gets(jobs["rebuild-nginx"]))
        else:
            [proof] = [get for get in gets(jobs["copy-nginx"]) if get.get("trigger")]
            resources = {each["name"]: each for each in documents["concourse", name]["resources"]}
            before = needs[name].environment.follows
            paths = resources[proof["resource"]]["source"]["paths"]
            assert paths == [f"environments/{before}.toml", f"environments/releases/{before}"]
        after = needs[name].after
        workflow = documents["github", name]
        handed = "".join(
            step["run"] for step in workflow["jobs"].get("hand-on", {"steps": []})["steps"]
        )
        assert [each.name for each in after if f"run {each.name}.yml" in handed] == [
            each.name for each in after
        ]
        assert "environment" in workflow["jobs"]["patch"]
        assert workflow["jobs"]["patch"]["environment"] == (
            f"{LAST}-unattended" if name == LAST else name
        )
        name = after[0].name if after else None


def test_githubs_jobs_queue_without_losing_one(documents: Documents) -> None:
    for name in ENVIRONMENTS:
        for job in documents["github", name]["jobs"].values():
            if "id-token" not in job["permissions"]:
                continue
            assert job["concurrency"]["group"] == job["environment"]
            assert job["concurrency"] | {"group": ""} == {
                "group": "",
                "cancel-in-progress": False,
                "queue": "max",
            }


def test_actions_are_those_that_the_hand_written_workflows_pin(documents: Documents) -> None:
    pin = re.compile(r"uses: (\S+@[0-9a-f]{40} # v[\d.]+)$", re.MULTILINE)
    by_hand = {
        each for file in WORKFLOWS.glob("github-*.yml") for each in pin.findall(file.read_text())
    }
    text = (WORKFLOWS / "generated" / "github-test-12.yml").read_text()
    assert {*pin.findall(text)} <= by_hand
    assert text.count("uses: ") == len(pin.findall(text))


def test_no_key_is_asked_for(texts: Mapping[tuple[str, str], str]) -> None:
    for text in texts.values():
        assert "AWS_SECRET_ACCESS_KEY" not in text
        assert "aws_secret_access_key" not in text
    secrets = {each for text in texts.values() for each in re.findall(r"secrets\.(\w+)", text)}
    assert secrets == {"SIDECARS_TOKEN"}


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    command = ["git", *who, *arguments]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize(
    ("tags", "following"),
    [((), "1"), (("alpha_release-9", "alpha_release-10", "v77"), "11")],
)
def test_the_next_tag_is_one_more_than_the_highest(
    tags: tuple[str, ...], following: str, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "first")
    for tag in tags:
        git(tmp_path, "tag", tag)
    script = f'{NEXT_TAG}printf %s "$next"'
    said = subprocess.run(
        ["sh", "-euc", script], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert said.stdout == f"alpha_release-{following}"
