"""The programs that stand in for docker, fly, gh and the AWS CLI refuse what is wrong."""

import shlex
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs import stand_in

DIGEST = f"sha256:{'0' * 64}"
BUILD = "docker buildx build --platform linux/arm64"
VARIABLES = (
    "board_bucket",
    "concourse_url",
    "python_digest",
    "registry_role_arn",
    "role_arn",
    "team",
)
"""Those of the pipeline of production-2."""
WORKFLOW = """\
on:
  workflow_dispatch:
    inputs:
      action: {type: choice, required: true, options: [deploy]}
      release: {type: number}
"""
DISPATCH = "gh workflow run a.yml --field action=deploy --field release=1"
SET = "fly --target pay set-pipeline --pipeline a --config a.yml --load-vars-from vars.yml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a file of each kind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_PROFILE", "here")
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "a.yml").write_text(WORKFLOW)
    (tmp_path / "Dockerfile").write_text("ARG BASE\nFROM a@${BASE}\nCOPY vars.yml /\n")
    (tmp_path / "empty").write_text("ARG BASE\n")
    (tmp_path / "wrong").write_text("FROM a:1\nCOPYY vars.yml /\n")
    (tmp_path / "copies").write_text("FROM a:1\nCOPY none /\n")
    generated = ROOT / "docs" / "workflows" / "generated" / "concourse-production-2.yml"
    (tmp_path / "a.yml").write_text(generated.read_text())
    (tmp_path / "broken.yml").write_text("jobs: [{name: a}]\n")
    (tmp_path / "vars.yml").write_text("".join(f"{name}: x\n" for name in VARIABLES))
    (tmp_path / "few.yml").write_text("team: x\n")
    (tmp_path / "key.yml").write_text(f"{(tmp_path / 'vars.yml').read_text()}infra: {{uri: x}}\n")
    (tmp_path / "list.yml").write_text("[team]\n")
    stand_in.run(shlex.split("fly --target pay login --concourse-url https://ci.example"))
    stand_in.run(shlex.split("aws configure sso --profile here"))
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        "docker run --rm --user 1:1 --read-only --cap-drop ALL --entrypoint id r.io/a:1 /tmp/x -v",
        f"{BUILD} --build-arg BASE={DIGEST} --push --file Dockerfile --tag r.io/a:1 .",
        SET,
        DISPATCH,
        "aws sso login",
    ],
)
def test_takes_what_is_right(command: str) -> None:
    stand_in.run(shlex.split(command))


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("docker rum a:1", "invalid choice: 'rum'"),
        ("docker run --remove a:1", "--remove"),
        ("docker run --cap-drop SOME a:1", "invalid choice: 'SOME'"),
        ("docker run --user nginx a:1", "found 'nginx'"),
        ("docker run --entrypoint id a", "found 'a'"),
        ("docker run --entrypoint id", "required: image"),
        (f"{BUILD} --file Dockerfile --tag a:1 .", "found 'a@'"),
        (f"{BUILD} --build-arg BASE=1 --file Dockerfile --tag a:1 .", "found 'a@1'"),
        (f"{BUILD} --build-arg B=1 --file copies --tag a:1 .", "found no none to copy"),
        (f"{BUILD} --build-arg B=1 --file empty --tag a:1 .", "found no ARG B"),
        (f"{BUILD} --file empty --tag a:1 .", "found no FROM"),
        (f"{BUILD} --file wrong --tag a:1 .", "the instruction COPYY"),
        (f"{BUILD} --file none --tag a:1 .", "found no file none"),
        (f"{BUILD} --file Dockerfile --tag a:1 none", "found no folder none"),
        (f"{BUILD} --file Dockerfile --tag a:1 --platform arm .", "invalid choice: 'arm'"),
        (SET.replace("pay", "other"), "fly other: found no login"),
        (SET.replace("--config a.yml", ""), "required: --config"),
        (SET.replace("a.yml", "broken.yml"), "broken.yml: "),
        (SET.replace("vars.yml", "few.yml"), "'role_arn'"),
        (SET.replace("vars.yml", "key.yml"), r"of \['infra'\]"),
        (SET.replace("vars.yml", "list.yml"), r"found \['team'\]"),
        (SET.replace("vars.yml", "none.yml"), "found no file none.yml"),
        (SET.replace("--load-vars-from", "--vars-from"), "--vars-from"),
        (DISPATCH.replace("a.yml", "b.yml"), "found no file .github/workflows/b.yml"),
        (DISPATCH.replace("action", "act"), r"\['act', 'action'\]"),
        (DISPATCH.replace("deploy", "destroy"), "found destroy for action"),
        (DISPATCH.replace("=1", "=one"), "found one for release"),
        ("aws configure sso", "required: --profile"),
        ("aws sso logout", "invalid choice: 'logout'"),
        ("aws s3 ls", "invalid choice: 's3'"),
    ],
)
def test_refuses_what_is_wrong(command: str, reason: str) -> None:
    with pytest.raises(stand_in.Refused, match=reason):
        stand_in.run(shlex.split(command))


def test_refuses_a_profile_without_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "other")
    with pytest.raises(stand_in.Refused, match="aws other: found no login before"):
        stand_in.run(["aws", "sso", "login"])
