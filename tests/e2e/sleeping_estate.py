"""One service on both sides in an environment that sleeps and is tested under load, deployed by the
real Terraform into the sandbox.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pay.hcl.app import HclApp
from pay.hcl.schema import ProviderSchema
from pay.model import Environment, Severity, Stage, names
from pay.model.alarms import HEALTHY_HOSTS_ALARM
from pay.model.environment.load import Load
from pay.model.environment.sleep import Sleep
from pay.model.stack_kind import StackScope, Turn
from pay.model.stacks import SLEEP, known_stacks
from pay.sleep.parts import sides
from rollout.aws.clients import Client
from rollout.aws.polling import Clock
from rollout.guard.rule import Context
from rollout.sleep.mover import Mover
from sandbox.instance import Sandbox
from stacks.estate import add_stack, planned_stacks
from tests.conftest import ROOT
from tests.support.plans import read
from tests.support.services import at_stage
from tests.support.terraform_runs import Terraform

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
    """Those that change with sleep."""
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
        own = {
            f"sandbox-{each.name}-{HEALTHY_HOSTS_ALARM}": each.name
            for each in sides(self.environment)
        }
        alarms = self.client("cloudwatch").describe_alarms(AlarmNames=[*own])["MetricAlarms"]
        dimensions = {
            own[alarm["AlarmName"]]: {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
            for alarm in alarms
        }
        if not dimensions:
            return
        minutes = range(int(self.now.timestamp()), int(until.timestamp()), 60)
        rows = [
            {
                "namespace": "AWS/ApplicationELB",
                "name": "HealthyHostCount",
                "dimensions": dimensions[name],
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


def with_hours(environment: Environment, load: Load) -> Environment:
    moved = at_stage(environment.with_only(SERVICE), SERVICE, Stage.CANARY)
    # Their stacks are not deployed here.
    alone = moved.model_copy(update={"tasks": None}).model_copy(update={"smoke": None})
    tested = alone.model_copy(update={"load": load})
    return tested.model_copy(update={"sleep": HOURS})


@contextmanager
def deployed(environment: Environment, folder: Path) -> Iterator[Estate]:
    """Deploy every stack but those that sleep and load tests need: they are only initialised."""
    schema = ProviderSchema.load(ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json")
    app = HclApp(schema, outdir=folder / "out")
    known = {"sandbox": environment}
    for planned in planned_stacks(known, patterns=["sandbox-*"]):
        add_stack(app, planned)
    app.synth()
    name = environment.name
    of_account = StackScope.ACCOUNT
    own = [each for each in known_stacks(known).values() if each.kind.scope is not of_account]
    in_order = sorted(own, key=lambda stack: stack.kind.turn)
    applied = [stack.id for stack in in_order if stack.kind.turn < Turn.LAST]
    with Sandbox(environment) as sandbox:
        terraform = Terraform("terraform", sandbox.environment_variables)
        made = Estate(environment, sandbox, terraform, folder, [*applied, SLEEP.stack_id(name)])
        made.tick_to(NOON)
        for stack in (stack.id for stack in in_order):
            there = folder / stack
            there.mkdir()
            there.joinpath("cdk.tf").write_text(
                (folder / "out" / "stacks" / stack / "cdk.tf").read_text()
            )
            there.joinpath("backend_override.tf").write_text(
                'terraform {\n  backend "local" {}\n}\n'
            )
            made.run(stack, "init", "-input=false")
            if stack in applied:
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
