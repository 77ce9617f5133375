"""Which services move together, on the real call graph and on random ones."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from pay.model import Microservice, Scope, Stage
from pay.model.service.call_graph import neighbours
from rollout.schedule.waves import under_way, waves

NAMES = tuple(CATALOGUE)


@st.composite
def catalogues(draw: st.DrawFn) -> Mapping[str, Microservice]:
    """Services of any scope with any calls that never lead back."""
    template = CATALOGUE["cardid"]
    call = next(call for call in CATALOGUE["connector"].calls if call.service == "ledger")
    names = [f"s{number}" for number in range(draw(st.integers(1, 9)))]
    found = {}
    for index, name in enumerate(names):
        called = draw(st.sets(st.sampled_from(names[:index]))) if index else set()
        found[name] = template.model_copy(
            update={
                "name": name,
                "scope": draw(st.sampled_from(Scope)),
                "calls": tuple(call.model_copy(update={"service": other}) for other in called),
            }
        )
    return found


@st.composite
def plans(draw: st.DrawFn) -> tuple[Mapping[str, Microservice], dict[str, Stage], int]:
    catalogue = draw(catalogues())
    stage = st.one_of(st.just(Stage.LEGACY), st.sampled_from(Stage))
    stages = {name: draw(stage) for name in catalogue}
    return catalogue, stages, draw(st.integers(1, 5))


Plan = tuple[Mapping[str, Microservice], dict[str, Stage], int]


@given(plans())
def test_every_service_that_has_not_begun_is_in_exactly_one_wave(plan: Plan) -> None:
    catalogue, stages, limit = plan
    planned = [name for wave in waves(stages, catalogue, limit) for name in wave]
    assert sorted(planned) == sorted(n for n, stage in stages.items() if stage is Stage.LEGACY)


@given(plans())
def test_no_wave_holds_two_neighbours_or_more_than_the_limit(plan: Plan) -> None:
    catalogue, stages, limit = plan
    for wave in waves(stages, catalogue, limit):
        assert 0 < len(wave) <= limit
        for name in wave:
            assert neighbours(catalogue, name).isdisjoint(wave)


@given(plans())
def test_called_services_move_before_their_callers_and_the_inside_moves_last(plan: Plan) -> None:
    catalogue, stages, limit = plan
    found = waves(stages, catalogue, limit)
    at = {name: number for number, wave in enumerate(found) for name in wave}
    for name, number in at.items():
        inside = catalogue[name].scope is Scope.INSIDE
        for called in catalogue[name].called:
            if called in at and (catalogue[called].scope is Scope.INSIDE) == inside:
                assert at[called] < number
        for other, later in at.items():
            if not inside and catalogue[other].scope is Scope.INSIDE:
                assert number < later


def test_the_first_wave_of_an_environment_is_a_pilot_that_calls_nothing() -> None:
    first = waves(dict.fromkeys(NAMES, Stage.LEGACY), CATALOGUE, 5)[0]
    assert len(first) == 1
    assert not CATALOGUE[first[0]].called


def test_there_is_no_pilot_once_something_has_moved() -> None:
    stages = {**dict.fromkeys(NAMES, Stage.LEGACY), "toolbox": Stage.RETIRED}
    assert len(waves(stages, CATALOGUE, 3)[0]) == 3


def test_the_cardholder_data_environment_of_pay_moves_in_the_last_waves() -> None:
    found = waves(dict.fromkeys(NAMES, Stage.LEGACY), CATALOGUE, 3)
    inside = [{CATALOGUE[n].scope is Scope.INSIDE for n in wave} for wave in found]
    assert all(len(kinds) == 1 for kinds in inside)
    assert sorted(inside, key=lambda kinds: True in kinds) == inside


@given(plans())
def test_of_two_neighbours_under_way_the_one_further_on_ends_first(plan: Plan) -> None:
    catalogue, stages, _ = plan
    groups = under_way(stages, catalogue)
    at = {name: number for number, group in enumerate(groups) for name in group}
    assert set(at) == {n for n, s in stages.items() if s not in (Stage.LEGACY, Stage.RETIRED)}
    for name, number in at.items():
        for other in neighbours(catalogue, name).intersection(at):
            assert at[other] != number
            if stages[other].position > stages[name].position:
                assert at[other] < number


@pytest.mark.parametrize("stage", [Stage.RETIRED, Stage.SOAK])
def test_nothing_is_left_to_plan_when_nothing_is_at_legacy(stage: Stage) -> None:
    assert waves(dict.fromkeys(NAMES, stage), CATALOGUE, 3) == []
