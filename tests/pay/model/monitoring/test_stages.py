"""When composite alarms stand, and that in every order of applies somebody is notified."""

from collections.abc import Mapping
from itertools import permutations

import pytest

from pay.model import Environment, Ladder, Side, Stage
from pay.model.environment.monitoring import Monitoring, Notifying
from pay.model.monitoring.stages import composites_alone_notify, has_composites
from pay.model.stage.transitions import Edge, transitions
from tests.support.services import notifying

SHORT = Ladder(quarter=None, half=None, most=None)
ONE_STEP = Ladder(canary=None, quarter=None, half=50, most=None)


@pytest.fixture(params=[Ladder(), SHORT, ONE_STEP], ids=["full", "short", "one step"])
def environment(
    request: pytest.FixtureRequest, environments: Mapping[str, Environment]
) -> Environment:
    with_ladder = environments["test-12"].model_copy(update={"ladder": request.param})
    return notifying(with_ladder, Notifying.COMPOSITES)


def test_composites_stand_while_each_side_has_a_record(environment: Environment) -> None:
    assert [stage for stage in environment.ladder.stages if has_composites(environment, stage)] == [
        *environment.ladder.rungs,
        Stage.SOAK,
    ]


def test_they_alone_notify_where_no_move_leads_to_a_stage_without_them(
    environment: Environment,
) -> None:
    between = [s for s in environment.ladder.rungs if s not in (Stage.READY, Stage.CUTOVER)]
    stages = environment.ladder.stages
    assert [stage for stage in stages if composites_alone_notify(environment, stage)] == between


def test_an_environment_that_does_not_ask_for_it_keeps_its_alarms(
    environment: Environment,
) -> None:
    silent = environment.ladder.stages
    for other in (
        environment.model_copy(update={"monitoring": None}),
        notifying(environment, Notifying.ALL),
    ):
        assert not any(composites_alone_notify(other, stage) for stage in silent)
    none = environment.model_copy(update={"monitoring": None})
    assert not any(has_composites(none, stage) for stage in silent)


def test_left_out_all_alarms_notify() -> None:
    assert Monitoring(runbook="https://runbooks.pymnt.uk/alarms").notifying is Notifying.ALL


def _is_heard(environment: Environment, applied: Mapping[str, Stage], side: Side) -> bool:
    """Return whether an alarm of the side notifies anybody: itself, or by a composite alarm."""
    if not applied[side].has(side):
        return True
    by_itself = not composites_alone_notify(environment, applied[side])
    return by_itself or has_composites(environment, applied["monitoring"])


def test_in_every_order_of_applies_every_alarm_is_heard(environment: Environment) -> None:
    moves = transitions(environment.ladder)
    # Taken in one change with the next move: the applies of both may lie between.
    for edge in moves:
        for order in permutations((*Side, "monitoring")):
            applied: dict[str, Stage] = dict.fromkeys(order, edge.before)
            for stack in order:
                applied[stack] = edge.after
                assert all(_is_heard(environment, applied, side) for side in Side), (edge, order)


def test_no_move_deletes_an_alarm_that_a_composite_alarm_names(environment: Environment) -> None:
    """AWS refuses it, and an apply has no order between the stacks of sides and this one."""

    def names_what_goes(edge: Edge) -> bool:
        goes = any(edge.before.has(side) and not edge.after.has(side) for side in Side)
        return goes and any(has_composites(environment, s) for s in (edge.before, edge.after))

    assert not any(map(names_what_goes, transitions(environment.ladder)))
