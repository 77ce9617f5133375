"""Each canary with a schedule has an alarm that its runs can raise."""

from collections.abc import Mapping

from pay.model import Environment, Severity
from pay.smoke.alarms import alarm, alarm_name
from pay.smoke.targets import CanaryTarget, targets


def scheduled(environments: Mapping[str, Environment]) -> list[CanaryTarget]:
    every = (each for environment in environments.values() for each in targets(environment))
    return [each for each in every if each.side is None]


def test_a_period_of_an_alarm_holds_a_run(environments: Mapping[str, Environment]) -> None:
    """Otherwise most periods are empty, and empty ones count as failures."""
    found = scheduled(environments)
    assert found
    for each in found:
        row = alarm(each)
        assert each.every_minutes
        assert row.period_seconds == each.every_minutes * 60
        assert row.treat_missing_data == "breaching"
        assert row.datapoints_to_alarm <= row.evaluation_periods


def test_a_third_party_wakes_nobody(environments: Mapping[str, Environment]) -> None:
    for each in scheduled(environments):
        expected = Severity.WARNING if each.scenario.third_party else Severity.CRITICAL
        assert alarm(each).severity is expected, each.name


def test_names_of_alarms_are_unique(environments: Mapping[str, Environment]) -> None:
    found = list(map(alarm_name, scheduled(environments)))
    assert len(set(found)) == len(found)
