"""What the guard refuses of an environment that sleeps, and what it lets be."""

import io
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pay.model import Environment, Stage, TaskCount, names, stacks
from pay.model.environment.sleep import Sleep
from pay.sleep.planned import LONGEST_DELAY, RETRIES, planned
from rollout.guard.report import as_data, print_verdict
from rollout.guard.verdict import judge
from tests.support.plans import ENVIRONMENT, Json, change, judged, plan, read
from tests.support.services import at_stage

ACCOUNT, SLEEP = "555555555555", stacks.SLEEP.stack_id(ENVIRONMENT)
OWN = "sleeps-and-wakes-as-its-file-says"
FARGATE = f"{ENVIRONMENT}-ledger-fargate"


@pytest.fixture
def sleeper(environments: dict[str, Environment]) -> Environment:
    hours = Sleep(timezone="Europe/London", nightly="23:00 for 4h")
    return environments[ENVIRONMENT].model_copy(update={"sleep": hours})


def found(tmp_path: Path, environment: Environment, stack: str, *changes: Json) -> set[str]:
    return {each.rule for each in judged(tmp_path, [plan(stack, *changes)], environment).refused}


def schedule(environment: Environment, step: str) -> Json:
    """A schedule as the stack renders it."""
    [each] = [each for each in planned(environment) if each.step == step]
    return {
        "name": each.name,
        "group_name": names.sleep_group(ENVIRONMENT),
        "state": "ENABLED",
        "schedule_expression": each.at.cron,
        "schedule_expression_timezone": each.at.zone,
        "flexible_time_window": [{"mode": "OFF"}],
        "target": [
            {
                "arn": each.call.arn,
                "role_arn": f"arn:aws:iam::{ACCOUNT}:role/sandbox-sleep-scheduler",
                "input": json.dumps(each.call.input),
                "dead_letter_config": [
                    {"arn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:sandbox-sleep-dead-letter"}
                ],
                "retry_policy": [
                    {
                        "maximum_event_age_in_seconds": int(LONGEST_DELAY.total_seconds()),
                        "maximum_retry_attempts": RETRIES,
                    }
                ],
            }
        ],
    }


def set_at(values: Json, path: str, value: object) -> Json:
    changed = deepcopy(values)
    *blocks, name = path.split(".")
    inner: Any = changed
    for block in blocks:
        inner = inner[block][0]
    inner[name] = value
    return changed


def change_of(before: Json | None, after: Json | None) -> Json:
    return change("aws_scheduler_schedule.stop_schedule", before, after)


STOP = "stop-nightly-ledger-rds-0"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("target.input", '{"DBInstanceIdentifier": "sandbox-ledger-rds-0"}'),
        ("target.input", '{"DbInstanceIdentifier": "sandbox-connector-rds-0"}'),
        ("target.input", None),
        ("target.arn", "arn:aws:scheduler:::aws-sdk:rds:deleteDBInstance"),
        ("target.arn", "arn:aws:scheduler:::aws-sdk:rds:StopDBInstance"),
        ("schedule_expression", "cron(10 3 ? * MON *)"),
        ("schedule_expression_timezone", "UTC"),
        ("state", "DISABLED"),
        ("end_date", "2027-12-01T00:00:00Z"),
        ("target.retry_policy.maximum_event_age_in_seconds", 86_400),
        ("target.retry_policy.maximum_retry_attempts", 185),
        ("target.dead_letter_config", []),
    ],
)
def test_refuses_a_schedule_that_the_file_does_not_plan(
    path: str, value: object, sleeper: Environment, tmp_path: Path
) -> None:
    values = schedule(sleeper, STOP)
    changed = set_at(values, path, value)
    assert OWN in found(tmp_path, sleeper, SLEEP, change_of(None, changed))
    assert OWN in found(tmp_path, sleeper, SLEEP, change_of(values, changed))


def test_takes_what_the_file_plans_and_new_hours(sleeper: Environment, tmp_path: Path) -> None:
    values = schedule(sleeper, STOP)
    assert found(tmp_path, sleeper, SLEEP, change_of(None, values)) == set()
    before = set_at(values, "schedule_expression", "cron(10 4 ? * * *)")
    assert found(tmp_path, sleeper, SLEEP, change_of(before, values)) == set()


@pytest.mark.parametrize(
    ("stack", "address", "awake", "asleep"),
    [
        (
            FARGATE,
            "aws_appautoscaling_target.tasks",
            {"min_capacity": 2, "max_capacity": 4},
            {"min_capacity": 0, "max_capacity": 0},
        ),
        (f"{ENVIRONMENT}-ledger-ec2", "aws_ecs_service.service", {"desired_count": 2}, None),
    ],
)
def test_says_to_wake_first_when_its_hours_go_while_it_sleeps(
    environments: dict[str, Environment],
    sleeper: Environment,
    stack: str,
    address: str,
    awake: Json,
    asleep: Json | None,
    tmp_path: Path,
) -> None:
    found = change(address, awake, asleep or {"desired_count": 0})
    document = plan(stack, resource_drift=[found])
    refused = judged(tmp_path, [document], environments[ENVIRONMENT]).refused
    assert {each.rule for each in refused} == {"has-no-drift"}
    assert all("until `pay wake` has woken it" in each.finding.do for each in refused)
    assert judged(tmp_path, [document], sleeper).refused == ()
    fewer = plan(stack, resource_drift=[change(address, awake, dict.fromkeys(awake, 1))])
    [other] = judged(tmp_path, [fewer], environments[ENVIRONMENT]).refused
    assert "find out why" in other.finding.do


def test_a_schedule_goes_only_with_its_plan(sleeper: Environment, tmp_path: Path) -> None:
    values = schedule(sleeper, STOP)
    assert OWN in found(tmp_path, sleeper, SLEEP, change_of(values, None))
    other = {**values, "name": "sandbox-stop-wakes-3-ledger-rds-0"}
    assert OWN not in found(tmp_path, sleeper, SLEEP, change_of(other, None))
    assert OWN in found(tmp_path, sleeper, SLEEP, change_of(None, other))


def test_a_schedule_runs_under_the_role_of_its_stack(sleeper: Environment, tmp_path: Path) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/sandbox-tasks-scheduler"
    changed = set_at(schedule(sleeper, STOP), "target.role_arn", role)
    assert found(tmp_path, sleeper, SLEEP, change_of(None, changed)) == {"runs-under-its-own-role"}


def bounds(least: int, most: int) -> Json:
    name = "service/sandbox-fargate/ledger"
    return {"min_capacity": least, "max_capacity": most, "resource_id": name, "suspended_state": []}


AT_PEAK = "keeps-fargate-at-peak"


def test_bounds_of_nothing_stay_only_where_the_environment_sleeps(
    environments: dict[str, Environment], sleeper: Environment, tmp_path: Path
) -> None:

    address = "aws_appautoscaling_target.scaling_target"
    left = change(address, bounds(0, 0), bounds(0, 0))
    asleep = at_stage(sleeper, "ledger", Stage.CANARY)
    assert AT_PEAK not in found(tmp_path, asleep, FARGATE, left)
    awake = at_stage(environments[ENVIRONMENT], "ledger", Stage.CANARY)
    assert AT_PEAK in found(tmp_path, awake, FARGATE, left)
    # A plan that takes tasks away is refused all the same: sleep is not Terraform's.
    lowered = change(address, bounds(2, 4), bounds(0, 0))
    assert AT_PEAK in found(tmp_path, asleep, FARGATE, lowered)
    only_least = change(address, bounds(0, 4), bounds(0, 4))
    assert AT_PEAK in found(tmp_path, asleep, FARGATE, only_least)


def with_tasks(environment: Environment, **tasks: int) -> Environment:
    deployment = environment.services["ledger"]
    changed = deployment.model_copy(update={"tasks": TaskCount(**tasks)})
    return environment.model_copy(update={"services": {**environment.services, "ledger": changed}})


@pytest.mark.parametrize(
    ("stages", "tasks", "has"),
    [
        ((Stage.CANARY, Stage.CANARY), {"min": 2, "peak": 9}, (4, 8)),
        ((Stage.RETIRED, Stage.RETIRED), {"min": 3, "peak": 9}, (2, 8)),
        ((Stage.DETACHED, Stage.CUTOVER), {"min": 2, "peak": 4}, (2, 8)),
        ((Stage.SOAK, Stage.DETACHED), {"min": 2, "peak": 4}, (4, 8)),
    ],
)
def test_numbers_change_and_a_rollback_goes_where_terraform_leaves_the_bounds_alone(
    stages: tuple[Stage, Stage],
    tasks: dict[str, int],
    has: tuple[int, int],
    sleeper: Environment,
    tmp_path: Path,
) -> None:
    was, becomes = (at_stage(sleeper, "ledger", stage) for stage in stages)
    base = with_tasks(was, min=2, peak=4)

    def refused(least: int, most: int, **more: Any) -> set[str]:
        values = bounds(least, most)
        left = plan(FARGATE, change("aws_appautoscaling_target.scaling_target", values, values))
        found = judged(tmp_path, [left], with_tasks(becomes, **tasks), **more)
        return {each.rule for each in found.refused}

    assert AT_PEAK not in refused(*has, base={ENVIRONMENT: base})
    # What a person has lowered by hand is neither the old file's nor the new one's.
    assert AT_PEAK in refused(1, 8, base={ENVIRONMENT: base})
    awake = base.model_copy(update={"sleep": None})
    assert AT_PEAK not in refused(*has, base={ENVIRONMENT: awake})


def test_bounds_that_were_not_registered_are_refused_with_the_command(
    sleeper: Environment, tmp_path: Path
) -> None:
    now = with_tasks(at_stage(sleeper, "ledger", Stage.CUTOVER), min=2, peak=4)
    left = change("aws_appautoscaling_target.scaling_target", bounds(2, 8), bounds(2, 8))
    [refusal] = [
        each
        for each in judged(tmp_path, [plan(FARGATE, left)], now, base={ENVIRONMENT: now}).refused
        if each.rule == AT_PEAK
    ]
    assert "`pay scaling sandbox ledger --register`" in refusal.finding.do


@pytest.mark.parametrize("columns", [80, 200])
def test_the_verdict_says_which_stacks_sleep(
    sleeper: Environment, environments: dict[str, Environment], tmp_path: Path, columns: int
) -> None:
    address = "aws_appautoscaling_target.scaling_target"

    def shown(least: int, most: int, environment: Environment) -> str:
        left = change(address, bounds(least, most), bounds(least, most))
        context = read(tmp_path, [plan(FARGATE, left)], environment)
        text = io.StringIO()
        print_verdict(Console(file=text, width=columns), context, judge(context))
        assert as_data(context, judge(context))["asleep"] == [FARGATE] * ("zz" in text.getvalue())
        return text.getvalue()

    asleep = at_stage(sleeper, "ledger", Stage.CANARY)
    assert f"zz asleep, without a task: {FARGATE}" in shown(0, 0, asleep)
    assert "asleep" not in shown(2, 4, asleep)
    never = at_stage(environments[ENVIRONMENT], "ledger", Stage.CANARY)
    assert "asleep" not in shown(0, 0, never)
