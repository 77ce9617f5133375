"""An environment that sleeps, by the real Terraform against the sandbox: put to sleep and woken by
hand and by its schedules, killed between any two calls, and planned while it sleeps.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pay.hcl.app import HclApp
from pay.hcl.schema import ProviderSchema
from pay.model import Environment, Severity, Side, Stage, names
from pay.model.environment.sleep import Sleep
from pay.model.monitoring.dead_letters import sleep_alarm
from pay.model.stacks import MONITORING, OVERVIEW, PLATFORM, SLEEP, TRAFFIC
from pay.sleep.parts import alarm_names, databases, sides
from rollout.aws.clients import Client
from rollout.cli import app as pay_app
from rollout.cli import asleep
from rollout.delivery import sleeping
from rollout.delivery.sleeping import put_to_sleep, refuse_asleep, wake
from rollout.guard.rule import Context
from rollout.guard.sleeping import sleeping as asleep_stacks
from rollout.guard.verdict import judge
from rollout.sleep.backstop import backstop_at
from rollout.sleep.moving import Mover, Row
from rollout.sleep.parts import Target
from rollout.terminal.polling import Clock
from rollout.terminal.refusal import Refused
from sandbox.instance import Sandbox
from stacks.estate import add_stack, planned_stacks
from tests.conftest import ROOT
from tests.support.checkout import Pay, fresh_checkout
from tests.support.plans import read
from tests.support.services import at_stage
from tests.support.stack_ids import side_stack
from tests.support.terraform_runs import Terraform

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SERVICE = "ledger"
NOON = datetime(2027, 3, 22, 12, tzinfo=UTC)
"""A Monday, six days before London's clocks go forward."""

HOUR = timedelta(hours=1)

HOURS = Sleep(timezone="Europe/London", wakes=("Thu 23:00 for 4h",))
"""A wake a week: the databases sleep nearly as long as they may."""


@dataclass
class Estate:
    """One service on both sides with its alarms, and the stack that the environment sleeps by."""

    environment: Environment
    sandbox: Sandbox
    terraform: Terraform
    folder: Path
    stacks: list[str]
    now: datetime = NOON
    mail: str = ""
    """The queue that every alarm topic writes to."""

    def run(self, stack: str, *command: str) -> str:
        return self.terraform.run(self.folder / stack, *command, "-no-color")

    def plan(self, stack: str) -> Any:
        self.run(stack, "plan", "-input=false", "-out=plan")
        return json.loads(self.run(stack, "show", "-json", "plan"))

    def client(self, service: str) -> Any:
        return self.sandbox.client(service)

    def tick_to(self, moment: datetime) -> None:
        """Let what is due happen; a load balancer with targets says each minute how many."""
        self.send_hosts(moment)
        self.now = moment
        self.sandbox.server.administer("clock", method="POST", body={"now": moment.timestamp()})
        self.client("sts").get_caller_identity()

    def send_hosts(self, until: datetime) -> None:
        alarms = self.client("cloudwatch").describe_alarms()["MetricAlarms"]
        dimensions = {
            alarm["AlarmName"]: {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
            for alarm in alarms
            if alarm["AlarmName"].endswith("-healthy-hosts")
        }
        if not dimensions:
            return
        minutes = range(int(self.now.timestamp()), int(until.timestamp()), 60)
        rows = [
            {
                "namespace": "AWS/ApplicationELB",
                "name": "HealthyHostCount",
                "dimensions": dimensions[f"sandbox-{name}-healthy-hosts"],
                "points": [[minute, running, 1] for minute in minutes],
            }
            for name, (_, running) in self.tasks().items()
            if running
        ]
        self.sandbox.server.administer("metrics", method="POST", body=rows)

    def tick(self, length: timedelta) -> None:
        """Let time pass in steps."""
        end = self.now + length
        while self.now < end:
            self.tick_to(min(end, self.now + timedelta(minutes=5)))

    @property
    def clock(self) -> Clock:
        """A clock by which waiting lets the sandbox's time pass."""

        def pause(seconds: float) -> None:
            self.tick_to(self.now + timedelta(minutes=1))

        return Clock(seconds=lambda: self.now.timestamp(), sleep=pause)

    def mover(
        self, check: Callable[[], None] = lambda: None, client: Client | None = None
    ) -> Mover:
        asked = client or self.client
        return Mover(self.environment, asked, check, clock=self.clock, now=lambda: self.now)

    def bounds(self) -> Mapping[str, tuple[int, int]]:
        """Return the bounds of each scalable target."""
        answer = self.client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace="ecs"
        )
        return {
            target["ResourceId"]: (target["MinCapacity"], target["MaxCapacity"])
            for target in answer["ScalableTargets"]
        }

    def tasks(self) -> dict[str, tuple[int, int]]:
        """Return the wanted and the running tasks of each side."""
        found = {}
        for each in sides(self.environment):
            [service] = self.client("ecs").describe_services(
                cluster=each.side.cluster, services=[each.side.service.name]
            )["services"]
            found[each.name] = (service["desiredCount"], service["runningCount"])
        return found

    def database_states(self) -> set[str]:
        answer = self.client("rds").describe_db_instances()
        return {each["DBInstanceStatus"] for each in answer["DBInstances"]}

    def mails(self) -> list[str]:
        """Take and return the subjects of what the alarm topics have sent."""
        sqs, found = self.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self.mail, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                found.append(json.loads(message["Body"])["Subject"])
                sqs.delete_message(QueueUrl=self.mail, ReceiptHandle=message["ReceiptHandle"])
        return found

    def letters(self) -> list[str]:
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=names.sleep_dead_letters(self.environment.name))[
            "QueueUrl"
        ]
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
        )
        return [
            message["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
            for message in answer.get("Messages", ())
        ]

    def context(self, tmp_path: Path) -> Context:
        return read(tmp_path, [self.plan(stack) for stack in self.stacks], self.environment)


def with_hours(environment: Environment) -> Environment:
    moved = at_stage(environment.with_only(SERVICE), SERVICE, Stage.CANARY)
    # Their stacks are not deployed here.
    alone = moved.model_copy(update={"tasks": None}).model_copy(update={"smoke": None})
    return alone.model_copy(update={"sleep": HOURS})


@pytest.fixture(scope="module")
def estate(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Estate]:
    environment = with_hours(environments["sandbox"])
    folder = tmp_path_factory.mktemp("sleep")
    schema = ProviderSchema.load(ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json")
    app = HclApp(schema, outdir=folder / "out")
    known = {"sandbox": environment}
    for planned in planned_stacks(known, patterns=["sandbox-*"]):
        add_stack(app, planned)
    app.synth()
    name = environment.name
    order = [
        PLATFORM.stack_id(name),
        *(side_stack(name, SERVICE, side) for side in Side),
        TRAFFIC.stack_id(name, SERVICE),
        OVERVIEW.stack_id(name),
        MONITORING.stack_id(name, SERVICE),
        SLEEP.stack_id(name),
    ]
    with Sandbox(environment) as sandbox:
        terraform = Terraform("terraform", sandbox.environment_variables)
        made = Estate(environment, sandbox, terraform, folder, order)
        made.tick_to(NOON)
        for stack in order:
            there = folder / stack
            there.mkdir()
            there.joinpath("cdk.tf").write_text(
                (folder / "out" / "stacks" / stack / "cdk.tf").read_text()
            )
            there.joinpath("backend_override.tf").write_text(
                'terraform {\n  backend "local" {}\n}\n'
            )
            made.run(stack, "init", "-input=false")
            if stack != SLEEP.stack_id(name):
                made.run(stack, "apply", "-input=false", "-auto-approve")
        sqs, sns = made.client("sqs"), made.client("sns")
        made.mail = sqs.create_queue(QueueName="mail")["QueueUrl"]
        for severity in Severity:
            sns.subscribe(
                TopicArn=environment.arn("sns", names.alarm_topic(name, severity)),
                Protocol="sqs",
                Endpoint=environment.arn("sqs", "mail"),
            )
        yield made


def words(rows: tuple[Row, ...]) -> list[str]:
    return [f"{row.name}: {row.words} {row.because or ''}" for row in rows if not row.is_done]


def test_the_guard_lets_the_stack_be_applied_and_a_second_plan_is_empty(
    estate: Estate, tmp_path: Path
) -> None:
    stack = SLEEP.stack_id(estate.environment.name)
    verdict = judge(read(tmp_path, [estate.plan(stack)], estate.environment))
    assert [str(each) for each in verdict.refused] == []
    estate.run(stack, "apply", "-input=false", "-auto-approve", "plan")
    assert "No changes." in estate.run(stack, "plan", "-input=false")


def test_the_guard_refuses_a_key_that_is_spelled_as_the_api_spells_it(
    estate: Estate, tmp_path: Path
) -> None:
    stack = SLEEP.stack_id(estate.environment.name)
    code = estate.folder / stack / "cdk.tf"
    right = code.read_text()
    wrong = right.replace("DbInstanceIdentifier", "DBInstanceIdentifier")
    assert wrong != right
    code.write_text(wrong)
    verdict = judge(read(tmp_path, [estate.plan(stack)], estate.environment))
    code.write_text(right)
    assert {each.rule for each in verdict.refused} == {"sleeps-and-wakes-as-its-file-says"}


def test_asleep_it_has_no_tasks_stopped_databases_silent_alarms_and_empty_plans(
    estate: Estate, tmp_path: Path
) -> None:
    estate.tick(timedelta(minutes=20))
    estate.mails()
    rows = put_to_sleep(estate.mover())
    assert words(rows) == []
    assert set(estate.tasks().values()) == {(0, 0)}
    assert estate.database_states() == {"stopped"}
    estate.tick(timedelta(minutes=30))
    assert estate.mails() == []
    states = {
        alarm["AlarmName"]: alarm["StateValue"]
        for alarm in estate.client("cloudwatch").describe_alarms()["MetricAlarms"]
    }
    assert "ALARM" in states.values()  # they would have rung
    context = estate.context(tmp_path)
    for stack in context.plans:
        assert [str(change.address) for change in stack.plan.moving] == [], stack.stack.id
    verdict = judge(context)
    assert [str(each) for each in verdict.refused] == []
    name = estate.environment.name
    assert {*asleep_stacks(context)} == {side_stack(name, SERVICE, side) for side in Side}


def test_asleep_a_deployment_is_refused(estate: Estate) -> None:
    with pytest.raises(Refused) as refusal:
        refuse_asleep(estate.environment, estate.client, "deploying")
    assert "pay wake sandbox" in refusal.value.findings[0].fix


def test_waking_restores_the_bounds_and_a_second_wake_changes_nothing(estate: Estate) -> None:
    rows = wake(estate.mover())
    assert words(rows) == []
    tasks = estate.environment.services[SERVICE].tasks
    assert estate.bounds() == {f"service/sandbox-fargate/{SERVICE}": (tasks.peak, 2 * tasks.peak)}
    assert set(estate.tasks().values()) == {(tasks.peak, tasks.peak)}
    assert estate.database_states() == {"available"}
    alarms = estate.client("cloudwatch").describe_alarms(
        AlarmNames=list(alarm_names(estate.environment)),
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
    )
    found = [*alarms["MetricAlarms"], *alarms["CompositeAlarms"]]
    assert {alarm["AlarmName"] for alarm in found} == set(alarm_names(estate.environment))
    assert all(alarm["ActionsEnabled"] for alarm in found)
    refuse_asleep(estate.environment, estate.client, "deploying")
    assert words(wake(estate.mover(check=never))) == []


def never() -> None:
    raise AssertionError("a second run changes something")


@pytest.fixture
def command(estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pay:
    """Runs `pay` on the files of such an environment, with the sandbox as AWS, at its time."""
    checkout = fresh_checkout(tmp_path / "environments")
    checkout.put("sandbox", SERVICE, Stage.CANARY)
    file = checkout.file("sandbox")
    text = file.read_text().replace("schedules = true", "schedules = false")
    hours = f'[sleep]\ntimezone = "{HOURS.timezone}"\nwakes = {json.dumps(HOURS.wakes)}\n'
    file.write_text(f"{text}\n{hours}")

    def mover(environment: Environment, client: Client, *how: Any) -> Mover:
        return Mover(environment, client, *how, clock=estate.clock, now=lambda: estate.now)

    for module in (sleeping, asleep):
        monkeypatch.setattr(module, "Mover", mover)
        monkeypatch.setattr(module, "now", lambda: estate.now)
    variables = {**estate.sandbox.environment_variables, "PAY_ENVIRONMENTS": str(checkout.folder)}

    def run(*arguments: str, columns: int = 200) -> Result:
        shell = {**variables, "COLUMNS": str(columns)}
        return CliRunner().invoke(pay_app, list(arguments), env=shell)

    return run


def test_the_commands_say_what_they_do(estate: Estate, command: Pay) -> None:
    """The services that are not deployed here have nothing to do."""
    slept = command("sleep", "sandbox")
    assert slept.exit_code == 0, slept.output
    assert set(estate.tasks().values()) == {(0, 0)}
    assert estate.database_states() == {"stopped"}
    last = slept.stderr.splitlines()[-1]
    assert last == f"  {[*databases(estate.environment)][-1]}: stopped"
    shown = command("asleep", "sandbox")
    assert shown.exit_code == 0, shown.output
    assert "sandbox is asleep. By its plan it sleeps until Thu " in shown.stdout
    assert "ledger on fargate" in shown.stdout
    assert re.search(r"EC2 instances go on running: .* for [\d,.]+\+? USD a month", shown.stdout)
    dry = command("wake", "sandbox", "--dry-run")
    assert "Would change ledger on fargate: 0 of 0 tasks run, bounds 0 to 0." in dry.stdout
    assert set(estate.tasks().values()) == {(0, 0)}
    woken = command("wake", "sandbox", "--for", "2h")
    assert woken.exit_code == 0, woken.output
    assert "It sleeps again from Mon " in woken.stdout
    assert re.match(r"1 of \d+: ", woken.stderr.splitlines()[0])
    tasks = estate.environment.services[SERVICE].tasks
    assert set(estate.tasks().values()) == {(tasks.peak, tasks.peak)}
    refused = command("wake", "sandbox", "--for", "90h")
    assert refused.exit_code == 1
    assert "its plan puts sandbox to sleep at" in refused.output


class Killed(Exception):
    """The command is killed."""


class Killing:
    """Clients of AWS whose command is killed right after some number of changes."""

    def __init__(self, client: Client, left: int) -> None:
        self.client, self.left = client, left

    def __call__(self, service: str) -> Any:
        return _Killing(self, self.client(service))


class _Killing:
    def __init__(self, owner: Killing, client: Any) -> None:
        self.owner, self.client = owner, client

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.client, name)
        if name.startswith(("describe_", "get_", "list_")) or name == "exceptions":
            return call

        def change(**arguments: Any) -> Any:
            if not self.owner.left:
                raise Killed
            self.owner.left -= 1
            return call(**arguments)

        return change


@pytest.mark.parametrize("target", [Target.ASLEEP, Target.AWAKE])
def test_killed_between_any_two_calls_a_second_run_converges(
    estate: Estate, target: Target
) -> None:
    """Each round goes a change further than the one before, with all calls of the backstop."""
    until, changes = estate.now + timedelta(hours=6), 0
    while True:
        killing = Killing(estate.client, changes)
        mover = estate.mover(client=killing)
        try:
            rows = put_to_sleep(mover) if target is Target.ASLEEP else wake(mover, until)
        except Killed:
            changes += 1
            continue
        break
    assert words(rows) == []
    assert changes >= 5  # database, two sides, alarms, the backstop of each
    tasks = estate.environment.services[SERVICE].tasks
    count, most = (0, 0) if target is Target.ASLEEP else (tasks.peak, 2 * tasks.peak)
    assert estate.bounds() == {f"service/sandbox-fargate/{SERVICE}": (count, most)}
    assert set(estate.tasks().values()) == {(count, count)}
    planned = backstop_at(estate.environment, estate.client)
    assert planned == (None if target is Target.ASLEEP else until)


def test_a_killed_wake_is_put_to_sleep_by_its_backstop(estate: Estate) -> None:
    put_to_sleep(estate.mover())
    until = estate.now + timedelta(hours=2)

    def killed() -> None:
        killed_at.append(estate.now)
        if len(killed_at) == 4:
            raise Killed

    killed_at: list[datetime] = []
    with pytest.raises(Killed):
        wake(estate.mover(killed), until)
    assert (0, 0) not in estate.tasks().values() or estate.database_states() == {"available"}
    estate.tick_to(until - timedelta(minutes=1))
    assert estate.database_states() == {"available"}
    estate.tick(timedelta(minutes=20))
    assert set(estate.tasks().values()) == {(0, 0)}
    assert estate.database_states() == {"stopped"}
    assert (
        estate.client("scheduler").list_schedules(
            GroupName=names.sleep_group("sandbox"), NamePrefix="sandbox-once-"
        )["Schedules"]
        == []
    )


def test_in_eight_days_it_wakes_as_planned_and_rds_never_starts_a_database(estate: Estate) -> None:
    """Also over the night on which London's clocks go forward."""
    begin, seen = estate.now, dict[datetime, tuple[frozenset[str], int]]()
    end = NOON + timedelta(days=11)
    [wake_] = HOURS.planned
    spans = [*wake_.spans(begin, end)]
    while estate.now < end:
        # By the hour in sleep: what RDS starts by itself runs on.
        near = any(start - HOUR <= estate.now <= stop + HOUR for start, stop in spans)
        estate.tick_to(estate.now + (timedelta(minutes=10) if near else HOUR))
        wanted = sum(wanted for wanted, _ in estate.tasks().values())
        seen[estate.now] = (frozenset(estate.database_states()), wanted)
    assert len(spans) == 2
    for moment, (states, wanted) in seen.items():
        planned = any(start <= moment <= stop + timedelta(minutes=20) for start, stop in spans)
        assert planned or (states == {"stopped"} and wanted == 0), moment
    for start, stop in spans:
        awake = [each for moment, each in seen.items() if start < moment < stop]
        assert max(wanted for _, wanted in awake) == 4
        assert any(states == {"available"} for states, _ in awake)
    assert estate.letters() == []


def test_a_key_that_is_spelled_as_the_api_spells_it_ends_in_the_alarm(estate: Estate) -> None:
    scheduler, group = estate.client("scheduler"), names.sleep_group("sandbox")
    [database] = databases(estate.environment)
    name = names.schedule("sandbox", f"stop-wakes-0-{SERVICE}-rds-0")
    made = scheduler.get_schedule(GroupName=group, Name=name)
    at = estate.now + timedelta(minutes=2)
    scheduler.create_schedule(
        Name="sandbox-wrong",
        GroupName=group,
        ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow=made["FlexibleTimeWindow"],
        Target={**made["Target"], "Input": json.dumps({"DBInstanceIdentifier": database})},
    )
    estate.mails()
    estate.tick(timedelta(minutes=15))
    assert "DbInstanceIdentifier" in estate.letters()[0]
    assert [mail for mail in estate.mails() if sleep_alarm(estate.environment).name in mail]
