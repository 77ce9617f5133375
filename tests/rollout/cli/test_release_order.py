"""`pay release-order`: called services before their callers."""

from itertools import permutations

import pytest

from pay.catalogue import CATALOGUE
from pay.model.service.call_graph import release_waves
from tests.support.checkout import Pay, PayJson


def test_every_called_service_comes_before_its_callers(pay_json: PayJson) -> None:
    status, told = pay_json("release-order")
    assert (status, told["cycles"]) == (0, [])
    wave = {name: number for number, names in enumerate(told["waves"]) for name in names}
    assert wave.keys() == CATALOGUE.keys()
    for service in CATALOGUE.values():
        for called in service.called:
            assert wave[called] < wave[service.name], (called, service.name)


def test_only_the_services_that_were_asked_for_are_ordered(pay: Pay) -> None:
    shown = pay("release-order", "frontend", "connector").stdout
    assert shown.index("connector") < shown.index("frontend")
    assert "ledger" not in shown


def test_an_unknown_service_is_wrong_use(pay: Pay) -> None:
    refused = pay("release-order", "conector")
    assert refused.exit_code == 2
    assert "'conector' is not one of" in refused.stderr


EDGES = {"a": ["b"], "b": ["c"], "c": [], "d": ["a", "e"], "e": ["d"], "f": []}
"""`d` and `e` call each other."""


def test_a_call_through_another_service_counts() -> None:
    assert release_waves(EDGES, ["a", "c"]) == (("c",), ("a",))


def test_the_services_of_a_cycle_share_a_wave() -> None:
    assert release_waves(EDGES, EDGES) == (("c", "f"), ("b",), ("a",), ("d", "e"))


def test_a_cycle_that_comes_back_to_one_service_is_one_wave() -> None:
    assert release_waves({"a": ["a"]}, ["a", "a"]) == (("a",),)


@pytest.mark.parametrize("services", [*permutations(["a", "b", "d"])])
def test_the_order_of_the_arguments_does_not_matter(services: tuple[str, ...]) -> None:
    assert release_waves(EDGES, services) == (("b",), ("a",), ("d",))
