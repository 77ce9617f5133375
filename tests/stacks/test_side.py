"""A side's stack exists at every stage and renders something only while the side does."""

import pytest

from pay.model import Side, Stage
from pay.model.stacks import side_stack
from tests.stacks.conftest import AtStage


@pytest.mark.parametrize(
    ("side", "stage", "renders"),
    [
        (Side.EC2, Stage.LEGACY, True),
        (Side.EC2, Stage.DETACHED, True),
        (Side.EC2, Stage.RETIRED, False),
        (Side.FARGATE, Stage.LEGACY, False),
        (Side.FARGATE, Stage.DARK, True),
        (Side.FARGATE, Stage.RETIRED, True),
    ],
)
def test_renders_nothing_at_a_stage_that_lacks_the_side(
    at_stage: AtStage, side: Side, stage: Stage, renders: bool
) -> None:
    stack = at_stage(side_stack("sandbox", "ledger", side), "ledger", stage)
    assert bool(stack.addresses) is renders


@pytest.mark.parametrize("side", Side)
def test_everything_of_a_side_is_tagged_with_it(at_stage: AtStage, side: Side) -> None:
    stack = at_stage(side_stack("sandbox", "ledger", side), "ledger", Stage.HALF)
    (provider,) = stack.document["provider"]["aws"]
    (tags,) = provider["default_tags"]
    assert (tags["tags"]["Service"], tags["tags"]["Side"]) == ("ledger", side)
