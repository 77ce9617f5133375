"""Plans as a second check: Terraform makes them against the sandbox, then the tests change them."""

import copy
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment
from sandbox.instance import Sandbox
from tests.conftest import ROOT
from tests.policies.conftest import copy_stacks, judge
from tests.policies.mutations import CONNECTOR
from tests.policies.warm_gate import GATE_PYTHON
from tests.support.patience import TIMEOUT_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

Plan = dict[str, Any]

LOCAL_BACKEND = 'terraform {\n  backend "local" {\n    path = "plan.tfstate"\n  }\n}\n'


@pytest.fixture(scope="module")
def plan(
    both_sides: Path,
    environments: Mapping[str, Environment],
    tmp_path_factory: pytest.TempPathFactory,
) -> Plan:
    """Return the plan that creates the connector's Fargate side."""
    folder = tmp_path_factory.mktemp("plan") / CONNECTOR
    shutil.copytree(both_sides / CONNECTOR, folder)
    (folder / "backend_override.tf").write_text(LOCAL_BACKEND)
    with Sandbox(environments["production-2"], neighbours=True) as sandbox:

        def terraform(*arguments: str) -> str:
            return subprocess.run(
                ["terraform", *arguments],
                cwd=folder,
                env=dict(sandbox.environment_variables),
                capture_output=True,
                check=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
            ).stdout

        terraform("init", "-input=false")
        terraform("plan", "-input=false", "-out=plan.tfplan")
        document: Plan = json.loads(terraform("show", "-json", "plan.tfplan"))
    return document


Judged = Callable[[Plan], dict[str, Any]]


@pytest.fixture
def judged(both_sides: Path, tmp_path: Path) -> Judged:
    """Return a function that judges the connector's stack with a plan of it."""

    def run(document: Plan) -> dict[str, Any]:
        root = copy_stacks(both_sides, tmp_path / "root", CONNECTOR)
        file = tmp_path / "plan.json"
        file.write_text(json.dumps(document))
        report: dict[str, Any] = judge([root], "--partial", "--plan", file)["root"]
        return report

    return run


def planned(document: Plan, type_: str) -> dict[str, Any]:
    """Return the planned values of the only resource of a type."""
    resources = document["planned_values"]["root_module"]["resources"]
    (resource,) = [each for each in resources if each["type"] == type_]
    values: dict[str, Any] = resource["values"]
    return values


def test_the_plan_of_a_stack_that_passes_passes_too_and_says_what_it_leaves_open(
    plan: Plan, judged: Judged
) -> None:
    report = judged(plan)
    assert report["problems"] == []
    assert [each for each in report["findings"] if each["outcome"] == "failed"] == []
    unknown = report["not_known_before_apply"]
    assert f"{CONNECTOR} aws_ecs_task_definition.task: task_role_arn" in unknown


_AS_CHECKOV = """
import sys
from checkov.terraform.context_parsers.tf_plan import parse
from checkov.terraform import plan_parser
from policies.engine import plan

assert plan_parser.parse_tf_plan.__globals__["parse"] is plan._parse
ours, theirs = (each(sys.argv[1], {}) for each in (plan._parse, parse))
assert "aws_ecs_service" in str(ours) and ours == theirs
marks = [[(each.start_mark.line, each.end_mark.line) for each in both] for both in zip(ours, theirs)
    if isinstance(both[0], dict)]
assert all(of_ours == of_theirs for of_ours, of_theirs in marks)
"""


def test_a_plan_is_read_as_checkov_reads_it(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    run = subprocess.run(
        [str(GATE_PYTHON), "-c", _AS_CHECKOV, str(file)], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


def test_finds_what_only_the_plan_shows(plan: Plan, judged: Judged) -> None:
    broken = copy.deepcopy(plan)
    values = planned(broken, "aws_ecs_task_definition")
    containers = json.loads(values["container_definitions"])
    containers[0]["privileged"] = True
    values["container_definitions"] = json.dumps(containers)
    (finding,) = [f for f in judged(broken)["findings"] if f["outcome"] == "failed"]
    assert (finding["rule"], finding["source"]) == ("containers_are_not_privileged", "plan")
    assert finding["stack"] == CONNECTOR


def test_finds_a_side_that_the_plan_alone_silences(plan: Plan, judged: Judged) -> None:
    silent = copy.deepcopy(plan)
    alarms = [
        resource["values"]
        for resource in silent["planned_values"]["root_module"]["resources"]
        if resource["type"] == "aws_cloudwatch_metric_alarm"
    ]
    for alarm in alarms:
        alarm["alarm_actions"] = []
    failed = [f for f in judged(silent)["findings"] if f["outcome"] == "failed"]
    assert {(f["rule"], f["source"]) for f in failed} == {("alarms_notify_somebody", "plan")}
    assert len(failed) == len(alarms) > 1


def test_refuses_a_plan_that_counts_more_than_was_judged(plan: Plan, judged: Judged) -> None:
    more = copy.deepcopy(plan)
    more["configuration"]["root_module"]["resources"].append(
        {"address": "aws_lb.more", "mode": "managed", "type": "aws_lb", "name": "more"}
    )
    (problem,) = judged(more)["problems"]
    assert problem["kind"] == "plan"
    assert "Terraform counts aws_lb.more" in problem["what"]


def test_refuses_a_plan_that_counts_less_than_was_judged(plan: Plan, judged: Judged) -> None:
    less = copy.deepcopy(plan)
    module = less["configuration"]["root_module"]
    module["resources"] = [r for r in module["resources"] if r["type"] != "aws_lb"]
    (problem,) = judged(less)["problems"]
    assert "aws_lb.alb was judged; Terraform does not count it" in problem["what"]


def test_refuses_a_plan_of_a_stack_that_was_not_judged(plan: Plan, judged: Judged) -> None:
    other = json.loads(json.dumps(plan).replace(CONNECTOR, "production-2-frontend-fargate"))
    (problem,) = judged(other)["problems"]
    assert "'production-2-frontend-fargate', which was not judged" in problem["what"]
