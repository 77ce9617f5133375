"""The parts of a judgement that a service has at a stage."""

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Ladder, Stage
from pay.model.stage.parts import PartName, parts_of
from pay.model.stage.rows import ROWS

ERRORS, IDLE, SHARE = PartName.ERRORS, PartName.IDLE, PartName.SHARE


def test_every_stage_at_which_fargate_has_a_record_beside_ec2_is_judged() -> None:
    judged = {stage for stage, row in ROWS.items() if row.judged_by}
    assert judged == {stage for stage in Stage if stage.has_ec2} - {Stage.LEGACY, Stage.DARK}


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_compares_the_sides_that_its_weights_lead_to(stage: Stage) -> None:
    parts = ROWS[stage].judged_by
    weights = [record.weight for record in Ladder().records(stage)]
    both_answer = len(weights) == 2 and all(weights)
    assert (SHARE in parts) is (PartName.LATENCY in parts) is both_answer
    assert (IDLE in parts) is (ERRORS in parts and not both_answer)


@pytest.mark.parametrize(
    ("service", "has", "lacks"),
    [
        ("connector", {PartName.QUEUES, PartName.DATABASE}, {PartName.TUNNELS}),
        ("frontend", {PartName.CLIENT_ERRORS}, {PartName.QUEUES, PartName.DATABASE}),
        ("egress", {PartName.TUNNELS, ERRORS}, {PartName.CLIENT_ERRORS, PartName.LATENCY}),
    ],
)
def test_a_service_has_the_parts_that_it_has_metrics_for(
    service: str, has: set[PartName], lacks: set[PartName]
) -> None:
    parts = parts_of(CATALOGUE[service], ROWS[Stage.CANARY].judged_by)
    assert has <= parts
    assert not lacks & parts
