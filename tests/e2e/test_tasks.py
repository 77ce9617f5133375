"""`<env>-tasks` by the real Terraform against the sandbox: a day of scheduled calls, migrations."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.catalogue.scheduled_calls import SCHEDULED_CALLS
from pay.hcl.app import HclApp
from pay.hcl.schema import ProviderSchema
from pay.model import Environment, names
from pay.model.service.schedule_expression import parse
from pay.model.stacks import TASKS
from rollout.aws.polling import Clock
from rollout.guard.verdict import judge
from rollout.tasks.migrations import migrate
from rollout.tasks.one_off import Runner
from rollout.tasks.scheduled import dead_letters, run_now
from sandbox.instance import Sandbox
from stacks.estate import add_stack, planned_stacks
from tests.conftest import ROOT
from tests.support.plans import read
from tests.support.terraform_runs import Terraform

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LEDGER = CATALOGUE["ledger"]
SPRING = datetime(2027, 3, 27, 12, tzinfo=UTC)
"""The noon before London's clocks go forward."""


@dataclass(frozen=True)
class Tasks:
    """The stack with the tasks of an environment, its neighbours made by hand."""

    environment: Environment
    sandbox: Sandbox
    terraform: Terraform
    folder: Path

    def run(self, *command: str) -> str:
        return self.terraform.run(self.folder, *command, "-no-color")

    def client(self, service: str) -> Any:
        return self.sandbox.client(service)

    def administer(self, door: str, body: Any) -> None:
        self.sandbox.server.administer(door, method="POST", body=body)

    def tick_to(self, moment: datetime) -> None:
        self.administer("clock", {"now": moment.timestamp()})
        self.client("sts").get_caller_identity()

    def plan(self) -> Any:
        self.run("plan", "-input=false", "-out=plan")
        return json.loads(self.run("show", "-json", "plan"))


@pytest.fixture(scope="module")
def tasks(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tasks]:
    environment = environments["sandbox"]
    folder = tmp_path_factory.mktemp("tasks")
    stack = TASKS.stack_id(environment.name)
    app = HclApp(
        ProviderSchema.load(ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json"),
        outdir=folder / "out",
    )
    for planned in planned_stacks({environment.name: environment}, patterns=[stack]):
        add_stack(app, planned)
    app.synth()
    there = folder / stack
    there.mkdir()
    (there / "cdk.tf").write_text((folder / "out" / "stacks" / stack / "cdk.tf").read_text())
    (there / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    with Sandbox(environment, neighbours=True) as sandbox:
        for service in environment.services:
            for part in CATALOGUE[service].containers:
                group = names.log_group(environment.name, part.log_kind, service)
                sandbox.client("logs").create_log_group(logGroupName=group)
        terraform = Terraform(
            "terraform",
            {**sandbox.environment_variables, "TF_VAR_ledger_image_tag": "2-release"},
        )
        made = Tasks(environment, sandbox, terraform, there)
        # Schedules fire from when they are made: not for the months up to then.
        made.tick_to(SPRING + timedelta(minutes=1))
        made.run("init", "-input=false")
        yield made


def test_the_guard_lets_its_first_plan_be_applied_and_a_second_one_is_empty(
    tasks: Tasks, tmp_path: Path
) -> None:
    verdict = judge(read(tmp_path, [tasks.plan()], tasks.environment))
    assert [str(each) for each in verdict.refused] == []
    tasks.run("apply", "-input=false", "-auto-approve", "plan")
    assert "No changes." in tasks.run("plan", "-input=false")


def started(tasks: Tasks) -> dict[str, str]:
    """Return the tasks that ECS knows, each with what started it."""
    ecs, found = tasks.client("ecs"), dict[str, str]()
    for status in ("RUNNING", "STOPPED"):
        arns = ecs.list_tasks(cluster="sandbox-fargate", desiredStatus=status)["taskArns"]
        described = ecs.describe_tasks(cluster="sandbox-fargate", tasks=arns) if arns else {}
        found |= {task["taskArn"]: task["startedBy"] for task in described.get("tasks", ())}
    return found


def test_in_a_day_each_call_is_made_once_at_its_local_time(tasks: Tasks) -> None:
    """Also on the night on which London's clocks go forward."""
    tasks.tick_to(SPRING)
    before, seen = started(tasks), dict[str, str]()
    for minutes in range(0, 24 * 60 + 1, 30):  # ECS knows a task for an hour after its end
        tasks.tick_to(SPRING + timedelta(minutes=minutes))
        seen |= started(tasks)
    expected = {
        f"chronos-schedule/sandbox-{call.name}": len(
            [
                *parse(call.cron).between(
                    SPRING, SPRING + timedelta(days=1), zone=call.zone, start=SPRING
                )
            ]
        )
        for call in SCHEDULED_CALLS
    }
    assert Counter(by for task, by in seen.items() if task not in before) == expected
    assert expected["chronos-schedule/sandbox-ledger-expunge"] == 1
    assert dead_letters(tasks.environment, tasks.client) == 0


def test_a_call_that_was_not_made_is_kept_and_raises_the_alarm(tasks: Tasks) -> None:
    start = SPRING + timedelta(days=1, minutes=1)
    tasks.administer("tasks", [{"family": "sandbox_scheduled-http", "no_capacity": True}])
    for minutes in range(0, 16, 2):
        tasks.tick_to(start + timedelta(minutes=minutes))
    tasks.administer("tasks", [])
    assert dead_letters(tasks.environment, tasks.client)
    answer = tasks.client("cloudwatch").describe_alarms(AlarmNames=["sandbox-scheduled-calls"])
    assert [alarm["StateValue"] for alarm in answer["MetricAlarms"]] == ["ALARM"]


def test_a_call_that_is_made_and_fails_raises_an_alarm(tasks: Tasks) -> None:
    """Its task started, so that no letter is left: only its log shows it."""
    start, letters = SPRING + timedelta(days=2), dead_letters(tasks.environment, tasks.client)
    said = "curl: (22) The requested URL returned error: 500"
    failing = {"family": "sandbox_scheduled-http", "exits": {"scheduled-http": 22}, "logs": [said]}
    tasks.administer("tasks", [failing])
    for minutes in range(0, 16, 2):
        tasks.tick_to(start + timedelta(minutes=minutes))
    tasks.administer("tasks", [])
    answer = tasks.client("cloudwatch").describe_alarms(AlarmNames=["sandbox-failed-calls"])
    assert [alarm["StateValue"] for alarm in answer["MetricAlarms"]] == ["ALARM"]
    assert dead_letters(tasks.environment, tasks.client) == letters


@pytest.fixture
def runner(tasks: Tasks) -> Callable[[], Runner]:
    return lambda: Runner(tasks.environment, tasks.client, lambda _: None, Clock(poll_seconds=0))


def test_a_migration_runs_once_for_its_release(
    tasks: Tasks, runner: Callable[[], Runner], tmp_path: Path
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)

    def run() -> Any:
        return migrate(LEDGER, 2, runner=runner(), folder=tmp_path, now=now, deploying=True)

    tasks.administer("tasks", [{"family": ".*-migration", "exits": {"ledger": 1}, "logs": ["no"]}])
    assert run().ended.log_lines == ("no",)
    tasks.administer("tasks", [])
    assert run().run.is_good
    assert run().ended is None


def test_a_person_makes_a_call_as_its_schedule_does(
    tasks: Tasks, runner: Callable[[], Runner]
) -> None:
    assert run_now(SCHEDULED_CALLS[0], runner()).is_good


def test_it_can_be_destroyed(tasks: Tasks) -> None:
    tasks.run("destroy", "-input=false", "-auto-approve")
    assert tasks.client("scheduler").list_schedules()["Schedules"] == []
    families = tasks.client("ecs").list_task_definition_families(status="ACTIVE")["families"]
    assert "sandbox_scheduled-http" in families
