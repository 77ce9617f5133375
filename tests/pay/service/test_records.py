"""The records of every stage."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Stage
from pay.service.records import WeightedRecords
from tests.support.services import at_stage
from tests.support.synthesised import Synthesised, rendered

WEIGHTS: Mapping[Stage, Mapping[str, int | None]] = {
    Stage.LEGACY: {"ec2": None},
    Stage.DARK: {"ec2": None},
    Stage.READY: {"ec2": 100, "fargate": 0},
    Stage.CANARY: {"ec2": 95, "fargate": 5},
    Stage.QUARTER: {"ec2": 75, "fargate": 25},
    Stage.HALF: {"ec2": 50, "fargate": 50},
    Stage.MOST: {"ec2": 25, "fargate": 75},
    Stage.CUTOVER: {"ec2": 0, "fargate": 100},
    Stage.SOAK: {"ec2": 0, "fargate": 100},
    Stage.DETACHED: {"fargate": 100},
    Stage.RETIRED: {"fargate": 100},
}


@pytest.fixture
def production(environments: Mapping[str, Environment]) -> Environment:
    return environments["production-2"]


def records(environment: Environment, name: str, stage: Stage) -> Synthesised:
    moved = at_stage(environment, name, stage)
    return rendered(
        lambda stack: WeightedRecords(stack, "Default", service=CATALOGUE[name], environment=moved)
    )


def weights(stack: Synthesised) -> dict[str, int | None]:
    return {
        side: record["weighted_routing_policy"]["weight"]
        if "weighted_routing_policy" in record
        else None
        for side, record in stack.document["resource"]["aws_route53_record"].items()
    }


@pytest.mark.parametrize("stage", list(Stage))
def test_each_stage_has_its_records(production: Environment, stage: Stage) -> None:
    assert weights(records(production, "ledger", stage)) == WEIGHTS[stage]


@pytest.mark.parametrize("stage", [stage for stage in Stage if len(WEIGHTS[stage]) == 2])
def test_the_second_record_is_written_after_the_first(
    production: Environment, stage: Stage
) -> None:
    stack = records(production, "connector", stage)
    fargate = stack.resource("aws_route53_record", "fargate")
    assert fargate["depends_on"] == ["aws_route53_record.ec2"]


def test_a_simple_record_has_no_identifier(production: Environment) -> None:
    record = records(production, "ledger", Stage.DARK).resource("aws_route53_record", "ec2")
    assert not {"set_identifier", "weighted_routing_policy", "depends_on"} & set(record)


def test_both_records_evaluate_their_targets_health_under_unique_identifiers(
    production: Environment,
) -> None:
    found = records(production, "connector", Stage.HALF).document["resource"]["aws_route53_record"]
    assert {record["set_identifier"] for record in found.values()} == {
        "connector-ec2",
        "connector-fargate",
    }
    assert all(record["alias"]["evaluate_target_health"] is True for record in found.values())
    assert not [record for record in found.values() if "ttl" in record]


def test_each_record_leads_to_the_load_balancer_of_its_side(production: Environment) -> None:
    stack = records(production, "connector", Stage.HALF)
    for side in ("ec2", "fargate"):
        alias = stack.resource("aws_route53_record", side)["alias"]
        assert alias["name"] == f"${{data.aws_lb.{side}_alb.dns_name}}"
    assert stack.data("aws_lb", "fargate_alb")["name"] == "production-2-connector-fg-alb"


def test_public_names_live_in_the_public_zone_and_others_in_the_private_one(
    production: Environment,
) -> None:
    frontend = records(production, "frontend", Stage.HALF)
    connector = records(production, "connector", Stage.HALF)
    assert frontend.data("aws_route53_zone", "zone")["private_zone"] is False
    assert frontend.resource("aws_route53_record", "ec2")["name"] == "www.payments.service.gov.uk"
    assert connector.data("aws_route53_zone", "zone")["private_zone"] is True
