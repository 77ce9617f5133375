"""What runs on EC2 and was made by nobody's Terraform is taken over, and nothing is made twice."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pay.model import Deployment, Environment, Stage, names
from sandbox.instance import Sandbox
from tests.conftest import ROOT, synthesise

pytestmark = pytest.mark.e2e

SERVICE = "egress"
STACKS = [names.platform_stack("sandbox"), "sandbox-egress-ec2", "sandbox-egress-traffic"]
NEVER_IMPORTED = {"aws_ecs_task_definition"}
"""A task definition cannot change: the next revision is made, and the service moves to it."""


@dataclass(frozen=True)
class Running:
    """A sandbox with a legacy estate, and the stacks that take it over."""

    sandbox: Sandbox
    stacks: Path

    def terraform(self, stack: str, *arguments: str) -> str:
        finished = subprocess.run(
            ["terraform", *arguments],
            cwd=self.stacks / stack,
            env=self.sandbox.environment_variables,
            capture_output=True,
            text=True,
            timeout=500,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    def plan(self, stack: str) -> list[dict[str, Any]]:
        """What a plan would do, without what it leaves alone."""
        self.terraform(stack, "init", "-input=false")
        self.terraform(stack, "plan", "-input=false", "-out=plan.bin")
        plan = json.loads(self.terraform(stack, "show", "-json", "plan.bin"))
        return [
            change
            for change in plan.get("resource_changes", [])
            if change["mode"] == "managed"
            and (change["change"]["actions"] != ["no-op"] or "importing" in change["change"])
        ]


@pytest.fixture(scope="module")
def running(
    environments: Mapping[str, Environment],
    tools: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """`pay adopt` has found what runs, and the stacks are written with its imports."""
    folder = tmp_path_factory.mktemp("adoption")
    copy = folder / "environments"
    copy.mkdir()
    text = (ROOT / "environments" / "sandbox.toml").read_text()
    for stage in ("canary", "ready"):
        text = text.replace(f'stage = "{stage}"', 'stage = "legacy"')
    (copy / "sandbox.toml").write_text(text.replace("adopt = false", "adopt = true"))
    environment = environments["sandbox"]
    services = {
        name: Deployment(stage=Stage.LEGACY, tasks=deployment.tasks)
        for name, deployment in environment.services.items()
    }
    legacy = environment.model_copy(update={"services": services})
    with Sandbox(legacy, legacy=[SERVICE]) as sandbox:
        adopted = subprocess.run(
            ["pay", "adopt", "sandbox", "--allow-missing"],
            cwd=ROOT,
            env={**sandbox.environment_variables, "PAY_ENVIRONMENTS": str(copy)},
            capture_output=True,
            text=True,
        )
        assert adopted.returncode == 0, adopted.stdout + adopted.stderr
        assert "sandbox-connector-ec2 aws_lb.alb" in adopted.stdout
        outdir = folder / "cdktf.out"
        synthesise(outdir, tools, PAY_ENVIRONMENTS=str(copy), PAY_STACKS=" ".join(STACKS))
        yield Running(sandbox, outdir / "stacks")


def test_missing_services_are_told_all_at_once_and_nothing_is_written(
    running: Running, tmp_path: Path
) -> None:
    (tmp_path / "sandbox.toml").write_text((ROOT / "environments" / "sandbox.toml").read_text())
    refused = subprocess.run(
        ["pay", "adopt", "sandbox", "--json"],
        cwd=ROOT,
        env={**running.sandbox.environment_variables, "PAY_ENVIRONMENTS": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    answer = json.loads(refused.stdout)
    assert refused.returncode == 1
    assert answer["file"] is None and not (tmp_path / "adopted").exists()
    for service in ("connector", "ledger", "webhooks"):
        assert any(f"sandbox-{service}-ec2 aws_lb.alb" in line for line in answer["missing"])


@pytest.mark.parametrize("stack", STACKS)
def test_the_first_plan_imports_and_changes_in_place_and_the_second_is_empty(
    running: Running, stack: str
) -> None:
    changes = running.plan(stack)

    actions = {change["address"]: change["change"]["actions"] for change in changes}
    assert not [a for a, action in actions.items() if "delete" in action]
    imported = {change["address"] for change in changes if "importing" in change["change"]}
    metadata = json.loads((running.stacks / stack / "metadata.json").read_text())
    assert imported == {each["to"] for each in metadata["import"]}
    created = {change["type"] for change in changes if change["change"]["actions"] == ["create"]}
    assert not created & {
        "aws_autoscaling_group",
        "aws_ecs_service",
        "aws_launch_template",
        "aws_lb",
        "aws_lb_listener",
        "aws_lb_target_group",
        "aws_route53_record",
    }
    assert not {change["type"] for change in changes if "importing" in change["change"]} & (
        NEVER_IMPORTED
    )

    running.terraform(stack, "apply", "-input=false", "plan.bin")
    assert running.plan(stack) == []
