"""`pay review STACK` and `pay guard STACK`: which plans they take, and which they make."""

import json
import os
import time
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner, Result

from pay.model import Stage
from rollout.cli import app
from rollout.delivery import stack_plans
from tests.rollout.delivery.conftest import Delivery
from tests.support.plans import EC2, PLATFORM, TRAFFIC, change, plan, stage_change
from tests.support.stack_ids import platform_stack

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(delivery: Delivery, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    """Return a person's checkout, whose records move from `ready` to `canary`."""
    # The stand-in for Terraform comes before the one of the checkout.
    monkeypatch.setattr("toolchain.environment.VENV_BIN", delivery.folder / "bin")
    monkeypatch.setenv("AWS_PROFILE", "reader")
    return delivery


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def planned(desk: Delivery) -> list[str]:
    """Return the stacks that Terraform was asked to plan, in order."""
    return [call.split()[0] for call in desk.calls if call.split()[1] == "plan"]


def left_by_diff(desk: Delivery, stack: str, serial: int) -> Path:
    """Write the plan that `cdktf diff` leaves, made from a state."""
    folder = desk.folder / "out" / "stacks" / stack
    (folder / ".terraform").mkdir(parents=True)
    (folder / "cdk.tf").write_text("95")
    os.utime(folder / "cdk.tf", (time.time() - 7200,) * 2)
    moved = stage_change(desk.environment, Stage.READY, Stage.CANARY)
    state = {"lineage": f"of {stack}", "serial": serial}
    with ZipFile(folder / "plan", "w") as archive:
        archive.writestr("tfplan", json.dumps({"plan": moved}))
        archive.writestr("tfstate", json.dumps(state))
    return folder / "plan"


@pytest.fixture
def reused(desk: Delivery, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a plan of this HCL and this state; the synthesis writes only what differs."""
    monkeypatch.setattr(stack_plans, "synthesise", lambda *_, **__: None)
    return left_by_diff(desk, TRAFFIC, 0)


def test_plans_a_stack_by_its_name(desk: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")  # of the lock's bucket
    result = run("review", TRAFFIC)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("## publicauth, sandbox: Fargate 0 % → 5 %\n")
    assert f"{TRAFFIC}: planning in account 555555555555" in result.stderr
    assert planned(desk) == [TRAFFIC]


@pytest.mark.parametrize(
    ("environment", "credentials", "is_said"),
    [("test-12", "sandbox", True), ("sandbox", "sandbox", False), ("test-12", "reader", False)],
)
@pytest.mark.parametrize("command", ["guard", "review"])
def test_says_what_the_sandbox_can_only_plan(
    desk: Delivery,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    environment: str,
    credentials: str,
    is_said: bool,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials)
    stacks = [platform_stack(environment), f"{environment}-publicauth-ec2"]
    desk.synthesises({}, dict.fromkeys(stacks, "a"))
    for stack in stacks:
        desk.will_plan(stack, plan(stack))
    desk.will_plan(f"{environment}-publicauth-traffic", plan(f"{environment}-publicauth-traffic"))
    said = f"{environment}: the sandbox can only plan it, and refuses `cdktf deploy`\n"
    assert run(command, *stacks).stderr.count(said) == is_said


def test_plans_with_a_side_its_records(desk: Delivery) -> None:
    desk.synthesises({}, {TRAFFIC: "95", EC2: "a"})
    desk.will_plan(EC2, plan(EC2, change("aws_lb.alb", {"tags": {}}, {"tags": {"a": "b"}})))
    assert f"ok {EC2}" in run("guard", EC2).stdout
    assert planned(desk) == [EC2, TRAFFIC]


def test_takes_globs_and_files_together(desk: Delivery, tmp_path: Path) -> None:
    desk.synthesises({}, {TRAFFIC: "95", PLATFORM: "a"})
    desk.will_plan(PLATFORM, plan(PLATFORM))
    file = tmp_path / f"{TRAFFIC}.json"
    file.write_text(json.dumps(stage_change(desk.environment, Stage.READY, Stage.CANARY)))
    result = run("guard", "*box-plat*", file)
    assert result.exit_code == 0, result.output
    assert "Clean: 2 plans" in result.stdout
    assert planned(desk) == [PLATFORM]


@pytest.mark.parametrize("command", ["guard", "review"])
def test_refuses_what_is_neither_a_file_nor_a_stack(desk: Delivery, command: str) -> None:
    result = run(command, "sandbox-publicauth-trafic", "plans/none.json", TRAFFIC)
    assert result.exit_code == 2
    printed = " ".join(result.stderr.split())
    assert "sandbox-publicauth-trafic: found neither a file nor a stack" in printed
    assert f"did you mean {TRAFFIC}?" in printed
    assert "plans/none.json: found neither a file nor a stack" in printed
    assert desk.calls == []


def test_takes_the_plan_that_a_diff_left(desk: Delivery, reused: Path) -> None:
    result = run("guard", TRAFFIC)
    assert result.exit_code == 0, result.output
    assert f"{TRAFFIC}: the plan of 1 min ago" in result.stderr
    assert planned(desk) == []


def test_plans_again_when_the_hcl_is_newer(desk: Delivery, reused: Path) -> None:
    os.utime(reused.with_name("cdk.tf"))
    os.utime(reused, (time.time() - 60,) * 2)
    run("guard", TRAFFIC)
    assert planned(desk) == [TRAFFIC]


def test_plans_again_when_the_state_has_changed(desk: Delivery, reused: Path) -> None:
    desk.somebody_else_applies(TRAFFIC)
    run("guard", TRAFFIC)
    assert planned(desk) == [TRAFFIC]


def test_plans_again_after_an_hour(desk: Delivery, reused: Path) -> None:
    os.utime(reused, (time.time() - 3700,) * 2)
    run("guard", TRAFFIC)
    assert planned(desk) == [TRAFFIC]


def test_keeps_the_hcl_of_other_stacks(desk: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    globs = []
    monkeypatch.setattr(stack_plans, "synthesise", lambda *_, **more: globs.append(more["globs"]))
    left_by_diff(desk, TRAFFIC, 0)
    left_by_diff(desk, PLATFORM, 0)
    run("guard", TRAFFIC)
    assert globs == [f"{PLATFORM} {TRAFFIC}"]


def test_what_cannot_be_planned_is_not_judged(
    desk: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIL", f"plan {TRAFFIC}")
    result = run("guard", TRAFFIC, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["verdict"] == "not judged"
    assert "make -s sandbox ENV=sandbox" in result.stdout
