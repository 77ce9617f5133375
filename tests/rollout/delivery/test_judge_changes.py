"""`pay judge-changes`: always a comment about this commit, and the strictest exit code."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pay.model import Environment, Stage
from pay.model.problem import InvalidInput
from rollout.cli import app
from rollout.delivery import judge_changes, plan_set
from rollout.guard.allowances import read_break_glass
from tests.support.checkout import Checkout, fresh_checkout
from tests.support.plans import ENVIRONMENT, SERVICE, TRAFFIC, Json, stage_change

CLEAN: Json = {
    "refused": False,
    "judged_on": "2026-01-01",
    "stacks": [TRAFFIC],
    "rules": ["a"],
    "findings": [],
    "problems": [],
}


class Judged:
    """A folder with plans and a review, and the command over it. The PCI gate is a stand-in."""

    gate = 0

    def __init__(self, folder: Path, environment: Environment, base: Checkout) -> None:
        self.folder, self.environment, self.base = folder, environment, base
        self.plans, self.review = folder / "plans", folder / "review"
        self.plans.mkdir()
        self.review.mkdir()
        (self.review / "review.md").write_text("## All is clean")
        self.seen_by_gate: list[str] = []

    def put(self, plan: Json | str) -> None:
        text = plan if isinstance(plan, str) else json.dumps(plan)
        (self.plans / f"{TRAFFIC}.json").write_text(text)
        (self.plans / f"{TRAFFIC}.tfplan").write_text(text)
        plan_set.seal(self.plans, [TRAFFIC], self.folder)

    def run_gate(
        self, out: Path, reports: Path, plans: list[Path], *, partial: bool, beside: bool
    ) -> int:
        self.is_beside = beside
        self.seen_by_gate += [plan.name for plan in plans]
        if self.gate < 2:
            result = {"roots": [{**CLEAN, "refused": bool(self.gate)}]}
            (reports / "pci.json").write_text(json.dumps(result))
        return self.gate

    def judge(self, *options: str) -> Result:
        return CliRunner().invoke(
            app,
            ["judge-changes", str(self.folder), str(self.plans), str(self.review), *options],
            env={"COMMIT": "0123abc", "COLUMNS": "1000"},
        )

    @property
    def comment(self) -> str:
        return (self.review / "review.md").read_text()


@pytest.fixture
def judged(
    tmp_path: Path, environments: dict[str, Environment], monkeypatch: pytest.MonkeyPatch
) -> Judged:
    base = fresh_checkout(tmp_path / "environments")
    head = fresh_checkout(tmp_path / "head")
    base.put(ENVIRONMENT, SERVICE, Stage.READY)
    head.put(ENVIRONMENT, SERVICE, Stage.CANARY)
    made = Judged(tmp_path, environments[ENVIRONMENT], base)
    monkeypatch.setattr(judge_changes, "run_gate", made.run_gate)
    monkeypatch.setenv("PAY_ENVIRONMENTS", str(head.folder))
    monkeypatch.chdir(tmp_path)
    return made


def canary(judged: Judged) -> Json:
    return stage_change(judged.environment, Stage.READY, Stage.CANARY)


def half(judged: Judged) -> Json:
    return stage_change(judged.environment, Stage.READY, Stage.HALF)


def test_a_clean_change_gets_its_review(judged: Judged) -> None:
    judged.put(canary(judged))
    result = judged.judge()
    assert result.exit_code == 0, result.output
    assert "Guard: clean" in judged.comment
    assert "PCI gate: passed" in judged.comment
    assert (judged.review / "review.html").read_text().startswith("<!doctype html>")
    assert judged.seen_by_gate == [f"{TRAFFIC}.json"]


def test_the_verdict_as_json_is_all_of_standard_output(judged: Judged) -> None:
    judged.gate = 1
    judged.put(canary(judged))
    result = judged.judge("--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["verdict"], told["gate_exit_code"]) == (1, "clean", 1)
    assert judged.is_beside
    assert [plan["stack"] for plan in told["plans"]] == [TRAFFIC]
    assert all(Path(file).is_file() for file in told["files"].values())


def test_what_was_not_judged_is_json_too(judged: Judged) -> None:
    assert json.loads(judged.judge("--json").stdout)["verdict"] == "not judged"
    judged.put("no plan")
    assert json.loads(judged.judge("--json").stdout)["verdict"] == "not judged"


def test_the_comment_names_the_digest_that_an_apply_asks_for(judged: Judged) -> None:
    judged.put(canary(judged))
    judged.judge()
    sealed = plan_set.open_sealed(judged.plans, judged.folder)
    assert f"All plan files together: sha256 `{sealed.sha256}`" in judged.comment


@pytest.mark.parametrize(
    ("is_clean", "gate", "exit_code"),
    [(True, 0, 0), (True, 1, 1), (True, 2, 2), (False, 0, 1), (False, 2, 1)],
)
def test_the_guard_decides_before_the_gate(
    judged: Judged, is_clean: bool, gate: int, exit_code: int
) -> None:
    judged.gate = gate
    judged.put(canary(judged) if is_clean else half(judged))
    assert judged.judge().exit_code == exit_code
    assert ("Guard: clean" if is_clean else "Guard: refused") in judged.comment
    assert judged.seen_by_gate


def test_the_gate_s_result_of_another_commit_is_not_used(judged: Judged) -> None:
    old = {"roots": [CLEAN]}
    (judged.review / "pci.json").write_text(json.dumps(old))
    judged.gate = 2
    judged.put(canary(judged))
    judged.judge()
    assert "PCI gate: passed" not in judged.comment


def test_without_plans_planning_failed(judged: Judged) -> None:
    result = judged.judge()
    assert result.exit_code == 2
    assert "planning failed" in judged.comment
    assert_not_judged(judged)


def test_a_base_that_is_missing_is_in_the_comment_too(judged: Judged) -> None:
    judged.put(canary(judged))
    judged.folder = judged.folder / "missing"
    result = judged.judge()
    assert result.exit_code == 2
    assert f"BASE: found no folder {judged.folder}; give a checkout" in result.stderr
    assert "the project without the change is missing" in judged.comment
    assert_not_judged(judged)


def test_without_the_folder_of_plans_planning_failed(judged: Judged) -> None:
    judged.plans.rmdir()
    assert judged.judge().exit_code == 2
    assert "planning failed" in judged.comment
    assert_not_judged(judged)


def test_the_comment_of_the_first_build_needs_no_folder(judged: Judged) -> None:
    (judged.review / "review.md").unlink()
    judged.review.rmdir()
    assert judged.judge().exit_code == 2
    assert_not_judged(judged)


def test_a_plan_that_cannot_be_read_is_not_judged(judged: Judged) -> None:
    judged.put("no plan")
    assert judged.judge().exit_code == 2
    assert f"found mistakes in `{TRAFFIC}.json`, the log lists them" in judged.comment
    assert_not_judged(judged)
    assert judged.seen_by_gate, "the gate runs, whatever the guard says"


def test_nothing_to_judge_is_said_in_one_line(judged: Judged) -> None:
    plan_set.seal(judged.plans, [], judged.folder)
    result = judged.judge()
    assert result.exit_code == 0
    assert result.stdout == judged.comment == "Nothing changes.\n"


def test_whatever_ends_it_no_older_review_stands(
    judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> int:
        raise MemoryError

    monkeypatch.setattr(judge_changes, "run_gate", dies)
    judged.put(canary(judged))
    assert judged.judge().exit_code != 0
    assert "judging ended before its end" in judged.comment
    assert_not_judged(judged)


@pytest.mark.parametrize("spoils", ["changed", "missing", "extra", "base", "name"])
def test_plans_that_are_not_the_sealed_ones_are_not_judged(judged: Judged, spoils: str) -> None:
    judged.put(canary(judged))
    spoil(judged.plans, judged.base, spoils)
    result = judged.judge()
    assert result.exit_code == 1
    assert REASONS[spoils] in result.stderr
    assert "not those that were sealed" in judged.comment
    assert_not_judged(judged)
    assert judged.seen_by_gate == []


REASONS = {
    "changed": "has the digest",
    "missing": "which is not in",
    "extra": "is not listed in SHA256SUMS",
    "base": "are not those that the plans were made against",
    "name": "which is not a STACK.tfplan",
}


def spoil(plans: Path, base: Checkout, how: str) -> None:
    """Makes the plans differ from what was sealed."""
    file = plans / f"{TRAFFIC}.tfplan"
    if how == "changed":
        file.write_bytes(file.read_bytes() + b"more")
    elif how == "missing":
        file.unlink()
    elif how == "extra":
        (plans / "sandbox-platform.tfplan").write_text("")
    elif how == "base":
        base.put(ENVIRONMENT, SERVICE, Stage.HALF)
    else:
        seal = plans / "SHA256SUMS"
        seal.write_text(seal.read_text() + f"{'0' * 64}  ../{file.name}\n")


def assert_not_judged(judged: Judged) -> None:
    assert judged.comment.startswith("## Not judged\n")
    assert "0123abc" in judged.comment
    assert "clean" not in judged.comment


def test_break_glass_lets_its_rules_pass_and_shows_in_the_review(judged: Judged) -> None:
    judged.put(half(judged))
    refused = {line.split()[1] for line in judged.judge().stdout.splitlines() if "  x " in line}
    assert refused
    lines = [f"{rule}: agreed for Sunday" for rule in sorted(refused)]
    (judged.folder / "break-glass").write_text("\n".join(lines))
    assert judged.judge().exit_code == 0
    assert "agreed for Sunday" in judged.comment


def test_a_wrong_line_of_break_glass_is_not_judged(judged: Judged) -> None:
    judged.put(canary(judged))
    (judged.folder / "break-glass").write_text(
        "keeps-desired-count: quiet\nno-such-rule: in a hurry"
    )
    result = judged.judge()
    assert result.exit_code == 2
    assert "break-glass:2: found no rule is called 'no-such-rule'" in result.stderr
    assert "found mistakes in `break-glass`, the log lists them" in judged.comment
    assert_not_judged(judged)


@pytest.mark.parametrize(
    ("is_clean", "gate", "exit_code"), [(True, 0, 2), (True, 1, 1), (False, 0, 1)]
)
def test_a_result_of_the_gate_that_cannot_be_read_is_not_judged(
    judged: Judged, monkeypatch: pytest.MonkeyPatch, is_clean: bool, gate: int, exit_code: int
) -> None:
    def writes_no_result(out: Path, reports: Path, *_: object, **__: object) -> int:
        (reports / "pci.json").write_text("no result")
        return gate

    monkeypatch.setattr(judge_changes, "run_gate", writes_no_result)
    judged.put(canary(judged) if is_clean else half(judged))
    assert judged.judge().exit_code == exit_code
    assert "found mistakes in `pci.json`, the log lists them" in judged.comment
    assert_not_judged(judged)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("keeps-desired-count", "break-glass:1: found the reason to allow keeps-desired-count"),
        (
            "\nkeeps-desired-count: a\nkeeps-desired-count: b\n",
            "break-glass:3: found keeps-desired",
        ),
        ("takes-one-stp: a", "did you mean takes-one-step"),
    ],
)
def test_break_glass_refuses_a_line_without_rule_or_reason(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "break-glass").write_text(text)
    with pytest.raises(InvalidInput, match=says):
        read_break_glass(tmp_path / "break-glass")


def test_the_last_line_of_break_glass_needs_no_newline(tmp_path: Path) -> None:
    file = tmp_path / "break-glass"
    file.write_text("\nkeeps-desired-count: at night: agreed\ntakes-one-step:why")
    assert read_break_glass(file) == {
        "keeps-desired-count": "at night: agreed",
        "takes-one-step": "why",
    }
    assert read_break_glass(tmp_path / "none") == {}
