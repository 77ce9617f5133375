"""An environment that sleeps, by the real Terraform against the sandbox: put to sleep and woken by
hand and by its schedules, killed between any two calls, and planned while it sleeps.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import tomlkit
from typer.testing import CliRunner, Result

from pay.model import Environment, Side, Stage, names
from pay.model.environment.load import Scenario
from pay.model.monitoring.dead_letters import sleep_alarm
from pay.model.stacks import LOAD, SLEEP, side_stack
from pay.sleep.parts import alarm_names, databases
from rollout.aws.clients import Client
from rollout.aws.polling import Clock
from rollout.cli import app as pay_app
from rollout.guard.sleeping import sleeping as asleep_stacks
from rollout.guard.verdict import judge
from rollout.load.load_test import LoadTestRun, LoadVerdict
from rollout.load.results import REPORT
from rollout.sleep.backstop import backstop_at
from rollout.sleep.mover import Mover, PartRow
from rollout.sleep.parts import Target
from rollout.sleep.sleeping import put_to_sleep, refuse_asleep, wake
from rollout.tasks.one_off import Runner
from rollout.terminal.refusal import Refused
from tests.e2e.sleeping_estate import (
    HOUR,
    HOURS,
    NOON,
    SERVICE,
    Estate,
    Killed,
    Killing,
    deployed,
    with_hours,
)
from tests.support.checkout import Pay, fresh_checkout
from tests.support.plans import read

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def estate(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Estate]:
    theirs = environments["test-perf-1"].load
    assert theirs is not None
    own = {"bucket": "pay-sandbox-load-tests", "secret_name": "sandbox/load-tests"}
    environment = with_hours(environments["sandbox"], theirs.model_copy(update=own))
    with deployed(environment, tmp_path_factory.mktemp("sleep")) as made:
        yield made


def words(rows: tuple[PartRow, ...]) -> list[str]:
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
    assert estate.environment.load is not None
    tested = estate.environment.load.model_copy(update={"scenarios": {"pay-by-card": SCENARIO}})
    load = tomlkit.dumps({"load": tested.model_dump(mode="json", exclude_none=True)})
    file.write_text(f"{text}\n{hours}\n{load}")

    def mover(
        environment: Environment,
        client: Client,
        check: Callable[[], None] = lambda: None,
        report: Callable[[str], None] = lambda line: None,
    ) -> Mover:
        clock, now = estate.clock, lambda: estate.now
        return Mover(environment, client, check, report, clock=clock, now=now)

    def runner(environment: Environment, client: Client, report: Callable[[str], None]) -> Runner:
        return Runner(environment, client, report, following(estate))

    for module in ("rollout.sleep.sleeping", "rollout.cli.asleep", "rollout.cli.load"):
        monkeypatch.setattr(f"{module}.Mover", mover)
        monkeypatch.setattr(f"{module}.now", lambda: estate.now)
    monkeypatch.setattr("rollout.cli.load.Runner", runner)
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
    assert last.startswith(f"  {[*databases(estate.environment)][-1]}: stopped")
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


SCENARIO = Scenario(per_second=1, minutes=1, max_p95_ms=10_000, max_failed_percent=1)
"""Its 2 requests a second to the API each ask ledger. A busy machine makes so few in time; how long
they take says more of the machine's other work than of the sides.
"""

PER_TASK = {SERVICE: 1.5}
"""Requests a second: two tasks carry the scenario, and one does not."""


def following(estate: Estate) -> Clock:
    """A clock that lets the sandbox's time pass while a task runs as a process."""

    def look_again(seconds: float) -> None:
        time.sleep(1)
        estate.tick_to(estate.now + timedelta(seconds=seconds))

    return Clock(sleep=look_again)


def with_fewer_tasks(estate: Estate, tasks: int) -> LoadTestRun:
    """Return a load test that wakes so many tasks on each side, and not those of the file."""
    deployment = estate.environment.services[SERVICE]
    fewer = deployment.tasks.model_copy(update={"min": 1, "peak": tasks})
    services = {SERVICE: deployment.model_copy(update={"tasks": fewer})}
    environment = estate.environment.model_copy(update={"services": services})
    mover = replace(estate.mover(), environment=environment)
    runner = Runner(environment, estate.client, lambda line: None, following(estate))
    assert environment.load is not None
    return LoadTestRun("pay-by-card", SCENARIO, environment.load, mover, runner)


def is_asleep(estate: Estate) -> bool:
    return set(estate.tasks().values()) == {(0, 0)} and estate.database_states() == {"stopped"}


def test_the_stack_of_load_tests_is_applied_and_a_second_plan_is_empty(
    estate: Estate, tmp_path: Path
) -> None:
    stack = LOAD.stack_id(estate.environment.name)
    verdict = judge(read(tmp_path, [estate.plan(stack)], estate.environment))
    assert [str(each) for each in verdict.refused] == []
    estate.run(stack, "apply", "-input=false", "-auto-approve", "plan")
    assert "No changes." in estate.run(stack, "plan", "-input=false")
    assert words(put_to_sleep(estate.mover())) == []


def test_pay_load_wakes_the_environment_passes_and_leaves_it_asleep(
    estate: Estate, command: Pay, tmp_path: Path
) -> None:
    estate.sandbox.server.administer("capacity", method="POST", body=PER_TASK)
    out = tmp_path / "results"
    result = command("load", "sandbox", "pay-by-card", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert "Passed: Results: s3://" in result.stdout
    for seen_by in ("runner", f"{SERVICE} on ec2"):
        assert re.search(rf"ok .* {seen_by} ", result.stdout)
    assert "Journeys" in result.stderr  # while it ran
    assert is_asleep(estate)
    assert "create a payment" in (out / REPORT).read_text()
    assert "passed" in (out / "verdict.html").read_text()


def test_with_a_task_too_few_a_load_test_misses_its_limits(estate: Estate) -> None:
    estate.sandbox.server.administer("capacity", method="POST", body=PER_TASK)
    fewer = estate.environment.services[SERVICE].tasks.peak - 1
    outcome = with_fewer_tasks(estate, fewer).run()
    assert outcome.verdict is LoadVerdict.THRESHOLDS_MISSED, outcome
    missed = {(check.seen_by, check.name) for check in outcome.checks if not check.is_met}
    assert ("runner", "failed_percent") in missed
    assert (f"{SERVICE} on ec2", "failed_percent") in missed
    assert is_asleep(estate)


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
