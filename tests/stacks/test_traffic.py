"""The records of every stage."""

from collections.abc import Mapping

import pytest

from pay.model import Stage
from tests.stacks.conftest import AtStage
from tests.support.synthesised import Synthesised

WEIGHTS = {
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


def weights(stack: Synthesised) -> dict[str, int | None]:
    return {
        side: record["weighted_routing_policy"]["weight"]
        if "weighted_routing_policy" in record
        else None
        for side, record in stack.document["resource"]["aws_route53_record"].items()
    }


@pytest.mark.parametrize("stage", list(Stage))
def test_each_stage_has_its_records(at_stage: AtStage, stage: Stage) -> None:
    stack = at_stage("sandbox-ledger-traffic", "ledger", stage)
    assert weights(stack) == WEIGHTS[stage]


def test_the_second_record_is_written_after_the_first(estate: Mapping[str, Synthesised]) -> None:
    stack = estate["sandbox-connector-traffic"]
    assert stack.resource("aws_route53_record", "fargate")["depends_on"] == [
        "aws_route53_record.ec2"
    ]


def test_both_records_evaluate_their_targets_health_under_unique_identifiers(
    estate: Mapping[str, Synthesised],
) -> None:
    records = estate["sandbox-connector-traffic"].document["resource"]["aws_route53_record"]
    assert {record["set_identifier"] for record in records.values()} == {
        "connector-ec2",
        "connector-fargate",
    }
    assert all(record["alias"]["evaluate_target_health"] is True for record in records.values())
    assert not [record for record in records.values() if "ttl" in record]


def test_no_weight_is_hidden_from_terraform(estate: Mapping[str, Synthesised]) -> None:
    for stack in estate.values():
        for record in stack.document.get("resource", {}).get("aws_route53_record", {}).values():
            assert "lifecycle" not in record


def test_a_traffic_stack_holds_records_and_nothing_else(
    estate: Mapping[str, Synthesised],
) -> None:
    for stack in estate.values():
        if stack.id.endswith("-traffic"):
            assert set(stack.document["resource"]) == {"aws_route53_record"}


def test_public_names_live_in_the_public_zone_and_others_in_the_private_one(
    estate: Mapping[str, Synthesised],
) -> None:
    frontend = estate["production-2-frontend-traffic"]
    connector = estate["production-2-connector-traffic"]
    assert frontend.data("aws_route53_zone", "zone")["private_zone"] is False
    assert frontend.resource("aws_route53_record", "ec2")["name"] == "www.payments.service.gov.uk"
    assert connector.data("aws_route53_zone", "zone")["private_zone"] is True
