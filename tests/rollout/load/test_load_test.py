"""A load test from the wake to the verdict, by the built-in runner in the sandbox. What sleeps and
wakes is a database; tests/e2e/test_sleep.py has the services.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pay.model import Environment, Side, Stage, names
from pay.model.environment.load import FAMILY, Load, Scenario
from pay.model.environment.sleep import Sleep
from pay.model.environment.wakes import PartKind
from pay.model.metrics import REQUESTS, TARGET_5XX, Metric
from rollout.aws.polling import Clock
from rollout.cli import app
from rollout.load.load_test import LoadOutcome, LoadTestRun, LoadVerdict, backstop_at
from rollout.load.results import REPORT, SUMMARY, LimitCheck
from rollout.load.seen import balancers
from rollout.sleep.mover import Mover, PartRow
from rollout.sleep.sleeping import put_to_sleep
from rollout.tasks.one_off import Runner
from rollout.terminal.refusal import Refused
from sandbox.estate.images import push
from sandbox.instance import Sandbox
from tests.rollout.load.load_stacks import (
    make_stack_of_load,
    make_stack_of_sleep,
    register_runner,
)
from tests.support.services import at_stage

pytestmark = pytest.mark.slow

SERVICE = "ledger"
NOON = datetime(2027, 3, 22, 12, tzinfo=UTC)
HOURS = Sleep(timezone="Europe/London", wakes=("Thu 23:00 for 4h",))

SCENARIO = Scenario(per_second=2, minutes=1, max_p95_ms=5000, max_failed_percent=1)
SHORT = SCENARIO.model_copy(update={"minutes": 0.1})
"""As short as no environment needs it."""


class Killed(Exception):
    """The command is killed."""


@dataclass
class Estate:
    """An environment with a database, and what load tests and their backstop need of its stacks."""

    environment: Environment
    sandbox: Sandbox
    now: datetime = NOON

    def client(self, service: str) -> Any:
        return self.sandbox.client(service)

    def tick_to(self, moment: datetime) -> None:
        self.now = moment
        self.sandbox.server.administer("clock", method="POST", body={"now": moment.timestamp()})
        self.client("sts").get_caller_identity()

    @property
    def is_asleep(self) -> bool:
        answer = self.client("rds").describe_db_instances()
        return {each["DBInstanceStatus"] for each in answer["DBInstances"]} == {"stopped"}

    def sleep(self) -> None:
        put_to_sleep(self.test().mover)
        assert self.is_asleep

    def test(
        self,
        *,
        check: Callable[[], None] = lambda: None,
        report: Callable[[str], None] = lambda line: None,
        failed: int = 0,
    ) -> LoadTestRun:
        """Return a load test; the load balancer of Fargate counts 100 requests in each minute, of
        which so many have failed.
        """

        def pause(seconds: float) -> None:
            if seconds > 60:  # for the last minutes of the load balancers
                self.count({REQUESTS: 100, TARGET_5XX: failed})
            self.tick_to(self.now + timedelta(seconds=max(seconds, 60)))

        def look_again(seconds: float) -> None:
            time.sleep(0.5)
            self.tick_to(self.now + timedelta(seconds=seconds))

        clock = Clock(seconds=lambda: self.now.timestamp(), sleep=pause)
        mover = Mover(
            self.environment, self.client, check, report, clock=clock, now=lambda: self.now
        )
        runner = Runner(self.environment, self.client, report, Clock(sleep=look_again))
        assert self.environment.load is not None
        return LoadTestRun("pay-by-card", SHORT, self.environment.load, mover, runner)

    def count(self, metrics: Mapping[Metric, float]) -> None:
        [fargate] = [
            each
            for each in balancers(self.environment, self.client)
            if each.side.side is Side.FARGATE
        ]
        minute = int(self.now.timestamp()) // 60 * 60
        rows = [
            {
                "namespace": metric.namespace,
                "name": metric.name,
                "dimensions": metric.dimension_values(fargate.dimensions),
                # Since the test has started, as those of the tests before are long past.
                "points": [[at, value, 1] for at in range(minute - 180, minute, 60)],
            }
            for metric, value in metrics.items()
        ]
        self.sandbox.server.administer("metrics", method="POST", body=rows)

    def running_loads(self) -> int:
        cluster = names.cluster(self.environment.name, Side.FARGATE)
        family = names.one_off_task_family(self.environment.name, FAMILY)
        arns = self.client("ecs").list_tasks(cluster=cluster, family=family)["taskArns"]
        if not arns:
            return 0
        tasks = self.client("ecs").describe_tasks(cluster=cluster, tasks=arns)["tasks"]
        return sum(task["lastStatus"] == "RUNNING" for task in tasks)


@pytest.fixture(scope="module")
def estate(environments: Mapping[str, Environment]) -> Iterator[Estate]:
    theirs = environments["test-perf-1"].load
    assert theirs is not None
    own = {"bucket": "pay-sandbox-load-tests", "secret_name": "sandbox/load-tests"}
    environment = at_stage(environments["sandbox"].with_only(SERVICE), SERVICE, Stage.CANARY)
    changed = {"load": theirs.model_copy(update=own), "sleep": HOURS, "smoke": None, "tasks": None}
    environment = environment.model_copy(update=changed)
    with Sandbox(environment, neighbours=True) as sandbox:
        made = Estate(environment, sandbox)
        made.tick_to(NOON)
        make_stack_of_sleep(environment, sandbox)
        make_stack_of_load(environment, sandbox)
        yield made


def test_it_wakes_the_environment_passes_and_leaves_it_asleep(estate: Estate) -> None:
    estate.sleep()
    lines: list[str] = []
    test = estate.test(report=lines.append)
    outcome = test.run()
    assert (outcome.broken, outcome.verdict) == ("", LoadVerdict.PASSED)
    assert {check.seen_by for check in outcome.checks} == {"runner", f"{SERVICE} on fargate"}
    assert any("Journeys" in line for line in lines)  # while it ran
    assert estate.is_asleep
    key = outcome.place.removeprefix(f"s3://{test.load.bucket}/") + f"/{REPORT}"
    report = estate.client("s3").get_object(Bucket=test.load.bucket, Key=key)["Body"].read()
    assert b"create a payment" in report


def test_what_the_runner_sees_fail_misses_a_limit(estate: Estate) -> None:
    for faults in (["api down"], []):
        for side in Side:
            body = {"side": side, "faults": faults}
            estate.sandbox.server.administer("shop", method="POST", body=body)
        if faults:
            outcome = estate.test().run()
    assert outcome.verdict is LoadVerdict.THRESHOLDS_MISSED, outcome.broken
    missed = [(check.seen_by, check.name) for check in outcome.checks if not check.is_met]
    assert missed == [("runner", "failed_percent")]
    assert estate.is_asleep


def test_what_a_load_balancer_sees_fail_misses_a_limit(estate: Estate) -> None:
    outcome = estate.test(failed=3).run()
    assert outcome.verdict is LoadVerdict.THRESHOLDS_MISSED, outcome.broken
    missed = [(check.seen_by, check.name) for check in outcome.checks if not check.is_met]
    assert missed == [(f"{SERVICE} on fargate", "failed_percent")]
    assert estate.is_asleep


def test_a_runner_that_does_not_know_the_scenario_is_broken(estate: Estate) -> None:
    outcome = replace(estate.test(), name="pay-by-post").run()
    assert outcome.verdict is LoadVerdict.BROKEN
    assert "no scenario pay-by-post" in outcome.broken
    assert estate.is_asleep


def test_interrupted_it_ends_the_load_and_puts_the_environment_to_sleep(estate: Estate) -> None:
    def interrupt(line: str) -> None:
        if "Journeys" in line:
            raise KeyboardInterrupt

    long = SHORT.model_copy(update={"minutes": 10})
    with pytest.raises(KeyboardInterrupt):
        replace(estate.test(report=interrupt), scenario=long).run()
    assert estate.is_asleep
    for _ in range(40):
        if not estate.running_loads():
            return
        time.sleep(0.5)
    raise AssertionError("the load goes on")


def test_killed_it_is_put_to_sleep_by_its_backstop(estate: Estate) -> None:
    """A command that is killed changes nothing more: neither does one that has lost its lock."""
    calls = 0

    def killed() -> None:
        nonlocal calls
        calls += 1
        if calls >= 3:  # the backstop, the database, and no further
            raise Killed

    until = backstop_at(SHORT, estate.now)
    with pytest.raises(Killed):
        estate.test(check=killed).run()
    estate.tick_to(until - timedelta(minutes=1))
    assert not estate.is_asleep
    for minutes in range(0, 60, 5):
        estate.tick_to(until + timedelta(minutes=minutes))
    assert estate.is_asleep


def test_without_what_puts_it_to_sleep_again_nothing_wakes(estate: Estate) -> None:
    stop = HOURS.next_stop(estate.now)
    assert stop is not None
    test = estate.test()
    late = replace(test.mover, now=lambda: stop - timedelta(minutes=30))
    with pytest.raises(Refused):
        replace(test, mover=late).run()
    assert estate.is_asleep


def test_another_image_with_the_contract_serves_by_one_line(estate: Estate) -> None:
    """An image with Gatling, which ends with 99 and leaves what the contract asks for."""
    repository, own = "govukpay/gatling", estate.environment
    assert own.load is not None
    estate.client("ecr").create_repository(repositoryName=repository)
    place = {"account_id": own.account_id, "region": own.region}
    endpoint = estate.client("ecr").meta.endpoint_url
    [digest] = push(endpoint, {repository: ["7-release"]}, **place).values()
    line = {"image": f"{repository}@{digest}"}
    load = Load.model_validate(own.load.model_dump() | line)
    register_runner(own.model_copy(update={"load": load}), estate.sandbox)
    end = [{"family": ".*load-test", "exits": {FAMILY: 99}, "logs": ["Simulation started"]}]
    estate.sandbox.server.administer("tasks", method="POST", body=end)
    lines: list[str] = []

    def leave_results(line: str) -> None:
        lines.append(line)
        if line == "Simulation started":
            rows = [{"name": "mean_ms", "limit": 200, "value": 250}]
            key = f"{prefix}/{SUMMARY}"
            body = json.dumps({"thresholds": rows}).encode()
            estate.client("s3").put_object(Bucket=load.bucket, Key=key, Body=body)

    prefix = f"load-tests/pay-by-card/{estate.now:%Y-%m-%dT%H%M%SZ}"
    try:
        outcome = replace(estate.test(report=leave_results), load=load).run()
    finally:
        estate.sandbox.server.administer("tasks", method="POST", body=[])
        register_runner(own, estate.sandbox)
    assert outcome.verdict is LoadVerdict.THRESHOLDS_MISSED, outcome.broken
    missed = [(check.seen_by, check.name) for check in outcome.checks if not check.is_met]
    assert missed == [("runner", "mean_ms")]
    assert estate.is_asleep


LEFT = PartRow(PartKind.DATABASE, "sandbox-ledger-rds-0", "available", False)
MET, MISSED = (
    LimitCheck("runner", "p95_ms", 500, 400),
    LimitCheck("ledger on ec2", "failed_percent", 1, 2),
)


@pytest.mark.parametrize(
    ("outcome", "code", "says"),
    [
        (LoadOutcome("s3://b/x", (MET,)), 0, "Passed: Results: s3://b/x"),
        (LoadOutcome("s3://b/x", (MET, MISSED)), 99, "A limit was missed:"),
        (
            LoadOutcome("s3://b/x", broken="the runner ended with 3"),
            2,
            "Broken: the runner ended with",
        ),
        (LoadOutcome("s3://b/x", (MET,), left_awake=(LEFT,)), 2, "Not asleep: run `pay sleep`"),
    ],
)
def test_the_command_says_how_it_ended(
    estate: Estate,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    outcome: LoadOutcome,
    code: int,
    says: str,
) -> None:
    name = estate.environment.name
    for variable, value in estate.sandbox.environment_variables.items():
        monkeypatch.setenv(variable, value)
    known = {name: estate.environment}
    monkeypatch.setattr("rollout.cli.load.load_for", lambda folder, name: known)
    monkeypatch.setattr("rollout.cli.load.LoadTestRun.run", lambda test: outcome)
    words = ["load", name, "pay-by-card", "--out", str(tmp_path / "results")]
    ended = CliRunner().invoke(app, words)
    assert (ended.exit_code, says in ended.stdout) == (code, True), ended.output
    assert "has left no report.html" in ended.stderr  # nothing ran
    shown = CliRunner().invoke(app, [*words[:3], "--json"])
    assert shown.exit_code == code
    assert json.loads(shown.stdout)["left_awake"] == [row.name for row in outcome.left_awake]
