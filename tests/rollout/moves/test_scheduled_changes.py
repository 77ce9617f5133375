"""What a move shows of the schedule of a service that has fewer tasks at night."""

from collections.abc import Mapping

import pytest

from pay.model import Environment, Side, Stage
from pay.model.stacks import side_stack
from pay.model.stage.transitions import Edge, transitions
from rollout.moves.stack_changes import stack_changes

STACK = side_stack("staging-2", "cardid", Side.FARGATE)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            Stage.SOAK,
            Stage.DETACHED,
            "2 scheduled actions are created; one in-place update: its alarm asks for the tasks "
            "of the night",
        ),
        (
            Stage.DETACHED,
            Stage.CUTOVER,
            "2 scheduled actions are destroyed; two in-place updates: scaling holds the peak, and "
            "its alarm asks for it",
        ),
    ],
)
def test_a_move_tells_of_the_scheduled_actions(
    environments: Mapping[str, Environment], before: Stage, after: Stage, told: str
) -> None:
    environment = environments["staging-2"]
    [edge] = [each for each in transitions(environment.ladder) if _is(each, before, after)]
    shows = {change.stack: change.shows for change in stack_changes(environment, "cardid", edge)}
    assert shows[STACK].startswith(told)


def _is(edge: Edge, before: Stage, after: Stage) -> bool:
    return (edge.before, edge.after) == (before, after)
