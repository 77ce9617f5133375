"""What the review says of the PCI gate's result: passed only for stacks that it saw."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pay.model import Environment
from pay.model.problem import InvalidInput
from rollout.cli import app
from rollout.guard.verdict import judge
from rollout.review.document import review
from rollout.review.policy import read_policy_result
from rollout.review.render import as_html, as_markdown
from tests.support.plans import EC2, FARGATE, Json, change, plan, read

PLAN = plan(EC2, change("aws_lb.alb", {"idle_timeout": 60}, {"idle_timeout": 61}))
FINDING = {
    "rule": "a_rule",
    "stack": EC2,
    "address": "aws_lb.alb",
    "outcome": "failed",
    "message": "it is not so",
}


def result(folder: Path, *roots: Json) -> Path:
    path = folder / "pci.json"
    path.write_text(json.dumps({"roots": roots}))
    return path


def root(*stacks: str, **more: Any) -> Json:
    return {
        "refused": False,
        "judged_on": "2026-12-01",
        "stacks": list(stacks),
        "rules": ["a_rule"],
        "findings": [],
        "problems": [],
        **more,
    }


@pytest.fixture
def sandbox(environments: dict[str, Environment]) -> Environment:
    return environments["sandbox"]


def pages(folder: Path, environment: Environment, policy: Path) -> list[str]:
    context = read(folder, [PLAN], environment)
    document = review(context, judge(context), read_policy_result(policy))
    return [as_markdown(document, rest="the page"), as_html(document)]


def test_passed_for_a_stack_that_the_gate_saw(sandbox: Environment, tmp_path: Path) -> None:
    for page in pages(tmp_path, sandbox, result(tmp_path, root(FARGATE), root(EC2))):
        assert "PCI gate: passed" in page
        assert "2026-12-01" in page
        assert "not judged" not in page


def test_not_judged_for_a_stack_that_the_gate_never_saw(
    sandbox: Environment, tmp_path: Path
) -> None:
    for page in pages(tmp_path, sandbox, result(tmp_path, root("test-12-platform", FARGATE))):
        assert "passed" not in page
        assert "not judged" in page
        assert EC2 in page.partition("not judged:")[2][:40]
        assert "is about 2 stacks, not about these" in page


def test_failed_is_told_beside_not_judged(sandbox: Environment, tmp_path: Path) -> None:
    other = root("test-12-platform", refused=True, findings=[FINDING])
    for page in pages(tmp_path, sandbox, result(tmp_path, other)):
        assert "it is not so" in page
        assert "not judged" in page
        assert "passed" not in page


@pytest.mark.parametrize(
    "roots", [(), (root(),), ({"refused": False},)], ids=["no root", "no stack", "no result"]
)
def test_refuses_a_result_that_judged_nothing(tmp_path: Path, roots: tuple[Json, ...]) -> None:
    with pytest.raises(InvalidInput, match="roots"):
        read_policy_result(result(tmp_path, *roots))


def test_the_command_refuses_a_result_that_judged_nothing(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(PLAN))
    arguments = ["review", str(path), "--policy", str(result(tmp_path))]
    finished = CliRunner().invoke(app, arguments)
    assert finished.exit_code == 2
    assert "pay policy" in " ".join(finished.stderr.split())
