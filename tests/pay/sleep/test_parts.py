"""The parts of an environment that sleep, by their names in AWS."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.sleep.parts import alarm_names, databases, sides
from tests.support.services import at_stage


@pytest.fixture(scope="module")
def environment(environments: Mapping[str, Environment]) -> Environment:
    return at_stage(environments["production-2"], "ledger", Stage.HALF)


def test_every_side_that_a_stage_has_sleeps_and_no_other(environment: Environment) -> None:
    found = {(each.side.service.name, each.side.side) for each in sides(environment)}
    assert found == {
        (name, side)
        for name, deployment in environment.services.items()
        for side in Side
        if deployment.stage.has(side)
    }
    assert {side for name, side in found if name == "ledger"} == set(Side)


def test_a_side_wakes_after_all_that_it_calls(environment: Environment) -> None:
    waves = {each.side.service.name: each.wave for each in sides(environment)}
    for name, wave in waves.items():
        assert all(waves[called] < wave for called in CATALOGUE[name].called if called in waves)


def test_bounds_are_set_of_fargate_only_by_the_id_of_the_service(environment: Environment) -> None:
    ledger = {each.side.side: each for each in sides(environment) if each.name.startswith("ledger")}
    assert {side: each.is_scaled for side, each in ledger.items()} == {
        Side.EC2: False,
        Side.FARGATE: True,
    }
    assert ledger[Side.FARGATE].resource_id == "service/production-2-fargate/ledger"


def test_only_services_with_a_database_have_one_that_sleeps(environment: Environment) -> None:
    with_database = {name for name in environment.services if CATALOGUE[name].database}
    found = databases(environment)
    assert len(found) == len(with_database)
    assert "production-2-ledger-rds-0" in found
    assert not any("frontend" in name for name in found)


def test_the_alarm_on_sleep_itself_never_rests(environments: Mapping[str, Environment]) -> None:
    names = alarm_names(environments["test-perf-1"])
    assert "test-perf-1-sleep" not in names
    assert "test-perf-1-scheduled-calls" in names
    assert "test-perf-1-platform-outage" in names
    assert list(names) == sorted(set(names))
