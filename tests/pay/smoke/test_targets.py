"""Which canaries an environment has, and where each of them leads."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.catalogue.scenarios import PROBE, SCENARIOS
from pay.model import Environment, Side, Stage, names
from pay.smoke.targets import ASKS, CanaryTarget, on_side, proving, targets
from tests.support.services import at_stage

MOST_VARIABLES_BYTES = 4096
"""AWS: Lambda quotas, environment variables."""
LONGEST_NAME = 255


@pytest.fixture
def sandbox(environments: Mapping[str, Environment]) -> Environment:
    return environments["sandbox"]


def test_a_side_has_the_scenarios_of_its_services(sandbox: Environment) -> None:
    """Only connector and frontend have a Fargate side there."""
    assert {each.name for each in on_side(sandbox, Side.EC2)} == SCENARIOS.keys()
    on_fargate = {each.name for each in on_side(sandbox, Side.FARGATE)}
    assert on_fargate == SCENARIOS.keys() - {"cancel", "notifications"}


def test_the_canaries_of_a_side_ask_only_load_balancers_that_are_there(
    sandbox: Environment,
) -> None:
    card = CanaryTarget(SCENARIOS["card-sandbox"], sandbox, Side.FARGATE)
    assert card.variables["BALANCERS"] == "www.sandbox.pymnt.uk=sandbox-frontend-fg-alb"
    both = CanaryTarget(
        SCENARIOS["card-sandbox"], at_stage(sandbox, "publicapi", Stage.DARK), Side.FARGATE
    )
    assert "publicapi.sandbox.pymnt.uk=sandbox-publicapi-fg-alb" in both.variables["BALANCERS"]


def test_a_service_is_proven_by_what_asks_it_and_by_the_probe(sandbox: Environment) -> None:
    assert [each.name for each in proving(sandbox, Side.FARGATE, "connector")] == [PROBE.name]
    of_frontend = {each.name for each in proving(sandbox, Side.FARGATE, "frontend")}
    assert of_frontend == on_fargate_of_frontend()


def on_fargate_of_frontend() -> set[str]:
    return {name for name, each in SCENARIOS.items() if each.is_opened("frontend")}


def test_every_service_of_a_side_is_probed(sandbox: Environment) -> None:
    checks = CanaryTarget(PROBE, sandbox, Side.EC2).variables["CHECKS"].split()
    assert len(checks) == len(CATALOGUE)
    assert "https://connector.sandbox.pymnt.internal/healthcheck" in checks
    assert any(each.startswith("tcp://egress.sandbox.pymnt.internal:") for each in checks)


def test_schedules_have_canaries_of_their_own_that_follow_dns(
    environments: Mapping[str, Environment],
) -> None:
    """Public: all 12 in staging, five in production, none in test."""
    scheduled = {
        name: [each for each in targets(environment) if each.side is None]
        for name, environment in environments.items()
    }
    counts = {name: len(each) for name, each in scheduled.items()}
    assert counts == {
        "production-2": 5,
        "sandbox": 0,
        "staging-2": 12,
        "test-12": 0,
        "test-perf-1": 0,
    }
    for each in scheduled["staging-2"]:
        assert each.variables["BALANCERS"] == ""


def test_names_and_variables_are_within_what_aws_takes(
    environments: Mapping[str, Environment],
) -> None:
    for environment in environments.values():
        every = list(targets(environment))
        assert len({each.name for each in every}) == len(every)
        for each in every:
            assert len(each.name) <= LONGEST_NAME
            size = sum(len(name) + len(value) for name, value in each.variables.items())
            assert size < MOST_VARIABLES_BYTES, each.name


def test_an_environment_without_the_table_has_none(environments: Mapping[str, Environment]) -> None:
    assert list(targets(environments["test-perf-1"])) == []
    assert names.canary("sandbox", "cancel", Side.EC2) == "sandbox-cancel-ec2"


def test_a_canary_says_in_a_tag_what_it_asks(environments: Mapping[str, Environment]) -> None:
    """AWS takes 256 characters (Synthetics API reference, `CreateCanary`, `Tags`)."""
    for environment in environments.values():
        for target in targets(environment):
            asked = (target.tags or {}).get(ASKS, "")
            assert asked.split() == sorted(each.name for each in target.pinned)
            assert len(asked) <= 256
    services = {
        name: each.model_copy(update={"stage": Stage.HALF})
        for name, each in environments["staging-2"].services.items()
    }
    all_on_both = environments["staging-2"].model_copy(update={"services": services})
    [longest] = {len(t.tags[ASKS]) for t in targets(all_on_both) if t.tags and t.scenario is PROBE}
    assert 100 < longest <= 256
