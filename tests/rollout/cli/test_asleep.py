"""Commands to an environment that sleeps, against an account in memory."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import count
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError
from rich.cells import cell_len

from pay.environments.load import load_environment
from pay.model import Environment
from pay.sleep.parts import alarm_names, databases, sides
from rollout.aws.polling import Clock
from rollout.cli import asleep, patch
from rollout.cost.price_file import load_prices
from rollout.sleep import sleeping
from rollout.sleep.mover import Mover
from tests.support.account import account_call
from tests.support.checkout import Checkout, Pay, PayJson

NAME = "test-perf-1"
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass
class Aws:
    """An account with an environment whose parts change at once."""

    environment: Environment
    asleep: bool = True
    statuses: dict[str, list[str]] = field(default_factory=dict)
    """Database -> the states that it has, one after the other, before the one that it reached."""
    refuses: list[str] = field(default_factory=list)
    """Codes with which the next stops of a database are refused."""
    calls: list[str] = field(default_factory=list)
    lock: bytes | None = None
    schedules: dict[str, dict[str, Any]] = field(default_factory=dict)
    instances: int = 3

    def __post_init__(self) -> None:
        state = "stopped" if self.asleep else "available"
        self.databases = dict.fromkeys(databases(self.environment), state)
        self.tasks = {
            (each.side.cluster, each.side.service.name): 0 if self.asleep else each.awake[0]
            for each in sides(self.environment)
        }
        self.bounds = {
            each.resource_id: (0, 0) if self.asleep else each.awake
            for each in sides(self.environment)
            if each.is_scaled
        }
        self.notify = dict.fromkeys(alarm_names(self.environment), not self.asleep)

    def answer(self, _: Any, operation: str, arguments: Mapping[str, Any]) -> Any:
        return getattr(self, f"_{operation}")(**arguments)

    def _GetCallerIdentity(self) -> Any:
        return {"Account": self.environment.account_id}

    def _GetObject(self, **_: Any) -> Any:
        if self.lock is None:
            raise fault("NoSuchKey")
        return {"Body": io.BytesIO(self.lock), "LastModified": datetime.now(UTC), **self._dated()}

    def _PutObject(self, Body: bytes, IfNoneMatch: str = "", **_: Any) -> Any:
        if IfNoneMatch and self.lock:
            raise fault("PreconditionFailed")
        self.lock = Body
        return self._dated()

    def _DeleteObject(self, **_: Any) -> Any:
        self.lock = None
        return {}

    def _dated(self) -> Any:
        date = format_datetime(datetime.now(UTC), usegmt=True)
        return {"ETag": '"1"', "ResponseMetadata": {"HTTPHeaders": {"date": date}}}

    def _DescribeServices(self, cluster: str, services: list[str]) -> Any:
        count = self.tasks.get((cluster, services[0]))
        if count is None:
            return {"services": []}
        return {"services": [{"status": "ACTIVE", "desiredCount": count, "runningCount": count}]}

    def _DescribeScalableTargets(self, ResourceIds: list[str], **_: Any) -> Any:
        found = [self.bounds[id] for id in ResourceIds if id in self.bounds]
        return {"ScalableTargets": [{"MinCapacity": low, "MaxCapacity": up} for low, up in found]}

    def _RegisterScalableTarget(
        self, ResourceId: str, MinCapacity: int, MaxCapacity: int, **_: Any
    ) -> Any:
        self.calls.append(ResourceId)
        self.bounds[ResourceId] = (MinCapacity, MaxCapacity)
        cluster, service = ResourceId.split("/")[1:]
        self.tasks[cluster, service] = MinCapacity

    def _UpdateService(self, cluster: str, service: str, desiredCount: int) -> Any:
        self.calls.append(service)
        self.tasks[cluster, service] = desiredCount

    def _DescribeTargetGroups(self, Names: list[str]) -> Any:
        return {"TargetGroups": [{"TargetGroupArn": Names[0]}]}

    def _DescribeTargetHealth(self, TargetGroupArn: str) -> Any:
        return {"TargetHealthDescriptions": [{"TargetHealth": {"State": "healthy"}}] * 99}

    def _DescribeDBInstances(self, DBInstanceIdentifier: str) -> Any:
        before = self.statuses.get(DBInstanceIdentifier)
        status = before.pop(0) if before else self.databases[DBInstanceIdentifier]
        return {"DBInstances": [{"DBInstanceStatus": status}]}

    def _StopDBInstance(self, DBInstanceIdentifier: str) -> Any:
        if self.refuses:
            raise fault(self.refuses.pop())
        self.calls.append(DBInstanceIdentifier)
        self.databases[DBInstanceIdentifier] = "stopped"

    def _StartDBInstance(self, DBInstanceIdentifier: str) -> Any:
        self.calls.append(DBInstanceIdentifier)
        self.databases[DBInstanceIdentifier] = "available"

    def _DescribeAlarms(self, AlarmNames: list[str], **_: Any) -> Any:
        alarms = [
            {"AlarmName": name, "ActionsEnabled": self.notify[name], "StateValue": "OK"}
            for name in AlarmNames
        ]
        return {"MetricAlarms": alarms, "CompositeAlarms": []}

    def _DisableAlarmActions(self, AlarmNames: list[str]) -> Any:
        self.calls.append("alarms")
        self.notify |= dict.fromkeys(AlarmNames, False)

    def _EnableAlarmActions(self, AlarmNames: list[str]) -> Any:
        self.calls.append("alarms")
        self.notify |= dict.fromkeys(AlarmNames, True)

    def _DescribeKey(self, **_: Any) -> Any:
        return {"KeyMetadata": {"Arn": "arn:aws:kms:eu-west-1:333333333333:key/1"}}

    def _CreateSchedule(self, Name: str, **made: Any) -> Any:
        if Name in self.schedules:
            raise fault("ConflictException")
        self.schedules[Name] = made

    def _UpdateSchedule(self, Name: str, **made: Any) -> Any:
        self.schedules[Name] = made

    def _GetSchedule(self, Name: str, **_: Any) -> Any:
        if Name not in self.schedules:
            raise fault("ResourceNotFoundException")
        return self.schedules[Name]

    def _ListSchedules(self, **_: Any) -> Any:
        return {"Schedules": [{"Name": name} for name in self.schedules]}

    def _DeleteSchedule(self, Name: str, **_: Any) -> Any:
        del self.schedules[Name]

    def _DescribeAutoScalingGroups(self, AutoScalingGroupNames: list[str]) -> Any:
        there = [{"InstanceId": f"i-{number}"} for number in range(self.instances)]
        return {"AutoScalingGroups": [{"Instances": there}]}

    def _DescribeInstanceRefreshes(self, **_: Any) -> Any:
        return {"InstanceRefreshes": []}

    def _DescribeInstances(self, InstanceIds: list[str]) -> Any:
        launched = [{"LaunchTime": NOON - timedelta(days=1)} for _ in InstanceIds]
        return {"Reservations": [{"Instances": launched}]}


def fault(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as AWS says"}}, "Call")


Make = Callable[..., Aws]


@pytest.fixture
def make(
    environments: Mapping[str, Environment], monkeypatch: pytest.MonkeyPatch, checkout: Checkout
) -> Make:
    """Makes the account that every client talks to; every service runs on EC2 alone."""

    def made(**values: Any) -> Aws:
        aws = Aws(load_environment(checkout.file(NAME)), **values)

        def raising(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
            try:
                return account_call(aws)(self, operation, arguments)  # type: ignore[arg-type]
            except ClientError as error:
                code = error.response["Error"]["Code"]
                raise self.exceptions.from_code(code)(error.response, operation) from None

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", raising)
        passed = count()

        def pause(_: float) -> None:
            next(passed)

        def at() -> datetime:
            return NOON + timedelta(minutes=next(passed))

        clock = Clock(seconds=lambda: at().timestamp(), sleep=pause)
        monkeypatch.setattr(sleeping, "Mover", partial(Mover, clock=clock, now=at))
        for module in (sleeping, asleep):
            monkeypatch.setattr(module, "now", at)
        return aws

    return made


@pytest.mark.parametrize(
    "command",
    [
        ("judge", NAME, "ledger"),
        ("smoke", NAME),
        ("migrate", NAME, "ledger", "7"),
        ("deploy", NAME, "ledger", "7"),
        ("deploy", NAME, "ledger", "7", "--rollback"),
        ("patch", NAME, "nginx", "213"),
        ("patch", NAME, "nginx", "213", "--dry-run"),
        ("task", "run", NAME, "ledger-expunge"),
    ],
    ids=" ".join,
)
def test_what_needs_its_services_is_refused_in_a_sentence(
    command: tuple[str, ...],
    make: Make,
    pay: Pay,
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checkout.put(NAME, "ledger", "half")
    file = checkout.file(NAME)
    smoke = '[smoke]\nsecret_name = "test/smoke"\nwebhooks_bucket = "received"\n'
    before = f"{file.read_text()}\n{smoke}"
    file.write_text(before)
    aws = make()
    pin = aws.environment.sidecars["nginx"].model_copy(update={"release": 213})
    monkeypatch.setattr(patch, "open_repository", lambda *_: None)
    monkeypatch.setattr(patch, "pin_of", lambda *_: pin)
    refused = pay(*command, columns=80)
    assert refused.exit_code == (2 if command[0] in ("judge", "smoke") else 1), refused.output
    output = " ".join(refused.output.split())
    assert "test-perf-1 sleeps: " in output
    assert "wake it on purpose: pay wake test-perf-1 --for 2h" in output
    assert max(map(cell_len, refused.output.splitlines())) <= 80
    assert file.read_text() == before
    assert aws.calls == []


def test_a_promotion_says_that_it_sleeps_and_not_that_it_failed(
    make: Make, pay: Pay, checkout: Checkout
) -> None:
    checkout.put(NAME, "ledger", "dark")
    file = checkout.file(NAME)
    smoke = '[smoke]\nsecret_name = "test/smoke"\nwebhooks_bucket = "received"\n'
    file.write_text(f"{file.read_text()}\n{smoke}")
    make()
    reached = ("--evidence", "pay reach: all are open")
    moved = pay("promote", NAME, "ledger", *reached, columns=200)
    assert moved.exit_code == 0, moved.output
    assert "no smoke tests could run: test-perf-1 sleeps: " in moved.output


def test_the_board_says_its_hours(pay: Pay) -> None:
    page = pay("board", "--out", "-").stdout
    assert page.count("By its plan it") == 1  # the only environment that sleeps


def test_a_database_is_stopped_whatever_it_does_meanwhile(make: Make, pay_json: PayJson) -> None:
    """It backs up, is changed, and RDS refuses the stop at the moment between two states."""
    aws = make(asleep=False)
    for name, states in zip(
        aws.databases, (["backing-up"], ["modifying", "available"], ["stopping"]), strict=False
    ):
        aws.statuses[name] = states * 2
    aws.refuses += ["InvalidDBInstanceState"] * 2
    code, answer = pay_json("sleep", NAME)
    assert (code, answer["state"]) == (0, "asleep"), answer
    assert {*aws.databases.values()} == {"stopped"}


def test_an_environment_on_ec2_alone_wakes_and_says_until_when(
    make: Make, pay: Pay, pay_json: PayJson
) -> None:
    aws = make()
    woken = pay("wake", NAME, "--for", "20m")
    assert woken.exit_code == 0, woken.output
    assert "is awake" in woken.stdout
    assert "It sleeps again from" in woken.stdout
    [first, *_] = aws.calls
    assert first in aws.databases
    assert all(aws.tasks.values())
    assert aws.bounds == {
        each.resource_id: each.awake for each in sides(aws.environment) if each.is_scaled
    }
    begun = len(aws.calls)
    code, answer = pay_json("wake", NAME)
    assert code == 0
    assert answer["sleeps_again"]
    assert len(aws.calls) == begun
    assert "It sleeps again from" in pay("asleep", NAME, columns=200).stdout
    assert pay("sleep", NAME, "--dry-run").exit_code == 0
    assert all(aws.tasks.values())
    assert pay("sleep", NAME).exit_code == 0
    assert aws.schedules == {}
    assert not any(aws.tasks.values())


@pytest.mark.parametrize(
    ("time", "databases", "wrong"),
    [
        ("22:10", "stopped", ()),
        ("22:10", "available", ("database",)),
        ("22:30", "available", ()),  # before the services
        ("22:30", "stopped", ("database",)),
        ("23:05", "available", ("service",)),  # alarms still wait
        ("23:20", "available", ("alarms", "service")),
        ("03:05", "available", ()),  # after the services
    ],
)
def test_each_kind_of_part_is_measured_by_its_own_hours(
    time: str,
    databases: str,
    wrong: tuple[str, ...],
    make: Make,
    pay_json: PayJson,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Services, alarms and canaries sleep; the databases are in one state."""
    aws = make()
    aws.databases |= dict.fromkeys(aws.databases, databases)
    monkeypatch.setattr(asleep, "now", lambda: datetime.fromisoformat(f"2026-11-26T{time}:00Z"))
    code, answer = pay_json("asleep", NAME)
    not_as_planned = {part["kind"] for part in answer["parts"] if not part["is_done"]}
    assert not_as_planned == {*wrong}
    for part in answer["parts"]:
        assert (part["because"] or "").endswith(" by its plan") is not part["is_done"]
    assert (code, answer["as_planned"]) == ((2, False) if wrong else (0, True))


def test_a_service_whose_scaling_is_not_applied_yet_sleeps_too(
    make: Make, pay: Pay, checkout: Checkout
) -> None:
    checkout.put(NAME, "ledger", "half")
    aws = make(asleep=False)
    aws.bounds.clear()
    assert pay("sleep", NAME).exit_code == 0
    assert not any(aws.tasks.values())


def test_what_another_command_has_locked_is_refused(make: Make, pay: Pay) -> None:
    aws = make(asleep=False)
    aws.lock = json.dumps(
        {"id": "1", "owner": "somebody", "command": "pay wake test-perf-1", "seconds": 900}
    ).encode()
    refused = pay("sleep", NAME)
    assert refused.exit_code == 1
    assert "somebody" in refused.output
    assert aws.calls == []


def test_asleep_it_says_what_its_instances_cost(make: Make, pay: Pay, pay_json: PayJson) -> None:
    aws = make()
    _, answer = pay_json("asleep", NAME)
    prices = load_prices("eu-west-1")
    expected = sum(
        aws.instances
        * 730
        * (prices.usd(f"ec2-{capacity.instance_type.replace('.', '-')}-hour") or 0)
        for capacity in aws.environment.capacity.values()
    )
    assert answer["instance_usd_a_month"] > float(expected) > 100  # and their disks
    for columns in (80, 200):
        shown = pay("asleep", NAME, columns=columns)
        assert f"{answer['instance_usd_a_month']:,.2f} USD a month" in " ".join(
            shown.stdout.split()
        )
        assert max(map(cell_len, shown.stdout.splitlines())) <= columns
    aws.instances = 0
    assert "EC2 instances" not in pay("asleep", NAME).stdout
