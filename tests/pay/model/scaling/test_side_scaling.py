"""What scales a side at each stage."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage, TaskCount
from pay.model.environment.scaling import ServiceScaling
from pay.model.scaling.side_scaling import due_minimum, scaling_of
from pay.model.side import ServiceSide


def side(
    environment: Environment,
    stage: Stage,
    tasks: TaskCount,
    of: Side = Side.FARGATE,
    scaling: ServiceScaling | None = None,
    service: str = "connector",
) -> ServiceSide:
    deployment = environment.services[service].model_copy(
        update={"stage": stage, "tasks": tasks, "scaling": scaling}
    )
    services = {**environment.services, service: deployment}
    changed = environment.model_copy(update={"services": services})
    return ServiceSide(CATALOGUE[service], changed, of)


NIGHTLY = TaskCount(min=9, peak=15, night=4)


@pytest.fixture
def production(environments: Mapping[str, Environment]) -> Environment:
    return environments["production-2"]


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage.pins_fargate_at_peak])
def test_a_pinned_stage_holds_the_peak_without_a_schedule(
    production: Environment, stage: Stage
) -> None:
    scaling = scaling_of(side(production, stage, NIGHTLY))
    assert (scaling.min, scaling.max, scaling.desired_count) == (15, 30, 15)
    assert (scaling.actions, scaling.ignored) == ((), ())


@pytest.mark.parametrize("stage", [Stage.DETACHED, Stage.RETIRED])
def test_afterwards_terraform_leaves_to_the_schedule_what_the_schedule_sets(
    production: Environment, stage: Stage
) -> None:
    scaling = scaling_of(side(production, stage, NIGHTLY))
    assert (scaling.min, scaling.max, scaling.ignored) == (9, 30, ("min_capacity",))
    assert [action.name for action in scaling.actions] == ["day", "night"]
    without = scaling_of(side(production, stage, TaskCount(min=9, peak=15, max=20)))
    assert (without.min, without.max, without.actions, without.ignored) == (9, 20, (), ())


def test_ec2_stays_at_the_peak(production: Environment) -> None:
    scaling = scaling_of(side(production, Stage.LEGACY, NIGHTLY, Side.EC2))
    assert (scaling.min, scaling.max, scaling.actions, scaling.policies) == (15, 15, (), ())


def test_a_service_may_have_a_target_of_its_own_and_follow_requests(
    production: Environment,
) -> None:
    own = ServiceScaling(cpu_target=50, requests_per_task=600)
    policies = scaling_of(side(production, Stage.RETIRED, NIGHTLY, scaling=own)).policies
    assert [(policy.metric, policy.target) for policy in policies] == [
        ("ECSServiceAverageCPUUtilization", 50),
        ("ALBRequestCountPerTarget", 600),
    ]
    usual = scaling_of(side(production, Stage.RETIRED, NIGHTLY)).policies
    assert [(policy.name, policy.target) for policy in usual] == [("cpu", 60)]


def test_alarms_and_dns_ask_for_no_more_tasks_than_run_at_night(production: Environment) -> None:
    assert side(production, Stage.RETIRED, NIGHTLY).needed_tasks == 4
    assert side(production, Stage.SOAK, NIGHTLY).needed_tasks == 15


@pytest.mark.parametrize(
    ("now", "least"),
    [
        ("2027-07-01T04:44:00", 4),
        ("2027-07-01T04:45:00", 9),
        ("2027-12-01T05:44:00", 4),
        ("2027-12-01T05:45:00", 9),
        ("2027-07-01T21:00:00", 4),
    ],
)
def test_the_minimum_that_is_due_follows_local_time(
    production: Environment, now: str, least: int
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert due_minimum(side(production, Stage.RETIRED, NIGHTLY), moment) == least
    assert due_minimum(side(production, Stage.HALF, NIGHTLY), moment) == 15
