"""Composite alarms: whatever the alarms of both sides say, the right one goes off."""

from collections.abc import Mapping
from itertools import product

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Severity, Side, Stage, names
from pay.model.alarms import alarms
from pay.model.monitoring.composites import composites
from pay.model.monitoring.service_alarms import alarms_over_both
from pay.model.side import ServiceSide
from sandbox.aws.cloudwatch.alarm_rules import parse_rule
from tests.support.services import at_stage

STAGES = (Stage.READY, Stage.HALF, Stage.CUTOVER, Stage.SOAK)
HTTP, TCP = "connector", "egress"


@pytest.fixture(scope="module")
def environment(environments: Mapping[str, Environment]) -> Environment:
    return environments["test-12"]


def going_off(environment: Environment, service: str, ringing: set[str]) -> set[str]:
    """Return the composite alarms that go off when these alarms do."""
    return {
        composite.name
        for composite in composites(CATALOGUE[service], environment)
        if parse_rule(composite.rule).holds(lambda name: "ALARM" if name in ringing else "OK")
    }


def name(side: Side, what: str, service: str = HTTP, environment: str = "test-12") -> str:
    return names.alarm(environment, service, side, what)


@pytest.mark.parametrize(
    ("ringing", "expected"),
    [
        (set(), set()),
        ({name(Side.FARGATE, "errors")}, {"rollback"}),
        ({name(Side.FARGATE, "healthy-hosts")}, {"rollback"}),
        ({name(Side.EC2, "errors")}, {"ec2-alone"}),
        ({name(side, "errors") for side in Side}, {"both"}),
        ({name(side, "healthy-hosts") for side in Side}, {"both"}),
        ({name(Side.FARGATE, "latency")}, {"warning"}),
        ({name(Side.EC2, "latency")}, {"warning"}),
        ({"test-12-connector-share"}, {"warning"}),
        (
            {name(Side.FARGATE, "errors"), name(Side.EC2, "healthy-hosts")},
            {"both"},
        ),
    ],
)
def test_says_what_to_do(environment: Environment, ringing: set[str], expected: set[str]) -> None:
    moving = at_stage(environment, HTTP, Stage.HALF)
    assert going_off(moving, HTTP, ringing) == expected


@pytest.mark.parametrize(
    ("of_sides", "expected"),
    [
        ((), {"rollback"}),
        (((Side.FARGATE, "healthy-hosts"),), {"rollback"}),
        (((Side.EC2, "latency"),), {"rollback", "warning"}),
        (((Side.EC2, "healthy-hosts"),), {"ec2-alone"}),
        (((Side.EC2, "errors"), (Side.FARGATE, "errors")), {"both"}),
    ],
)
def test_silence_leads_back_only_to_a_side_that_is_well(
    environments: Mapping[str, Environment],
    of_sides: tuple[tuple[Side, str], ...],
    expected: set[str],
) -> None:
    """Where EC2 fails, its clients may give up: the total dips, and EC2 is the side to leave."""
    moving = at_stage(environments["production-2"], HTTP, Stage.CANARY)
    ringing = {name(side, what, HTTP, moving.name) for side, what in of_sides}
    dip = names.service_alarm(moving.name, HTTP, "dip")
    assert going_off(moving, HTTP, {dip, *ringing}) == expected


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("service", [HTTP, TCP])
def test_no_alarm_of_a_side_is_left_unheard(
    environment: Environment, service: str, stage: Stage
) -> None:
    """In every state of all alarms: a critical one is heard by a critical composite alarm, and any
    one by any.
    """
    moving = at_stage(environment, service, stage)
    severities = {
        name(side, alarm.name, service): alarm.severity
        for side in Side
        for alarm in alarms(ServiceSide(CATALOGUE[service], moving, side))
    }
    made = {each.name: each.severity for each in composites(CATALOGUE[service], moving)}
    for states in product((False, True), repeat=len(severities)):
        ringing = {alarm for alarm, is_on in zip(severities, states, strict=True) if is_on}
        heard = {made[each] for each in going_off(moving, service, ringing)}
        wanted = {severities[alarm] for alarm in ringing}
        assert Severity.CRITICAL not in wanted or Severity.CRITICAL in heard, ringing
        assert bool(ringing) == bool(heard), ringing


@pytest.mark.parametrize("service", sorted(CATALOGUE))
def test_every_rule_is_one_that_aws_takes(environment: Environment, service: str) -> None:
    moving = at_stage(environment, service, Stage.QUARTER)
    for composite in composites(CATALOGUE[service], moving):
        assert set(parse_rule(composite.rule).children) == set(composite.children)


@pytest.mark.parametrize("stage", [Stage.LEGACY, Stage.DARK, Stage.DETACHED, Stage.RETIRED])
def test_one_side_alone_has_none(environment: Environment, stage: Stage) -> None:
    alone = at_stage(environment, HTTP, stage)
    assert composites(CATALOGUE[HTTP], alone) == ()
    assert alarms_over_both(CATALOGUE["publicauth"], at_stage(alone, "publicauth", stage)) == {}


def test_both_warns_against_a_blind_rollback(environment: Environment) -> None:
    moving = at_stage(environment, HTTP, Stage.HALF)
    [both] = [each for each in composites(CATALOGUE[HTTP], moving) if each.name == "both"]
    assert "do not roll back blindly" in both.description
    assert both.severity is Severity.CRITICAL
