"""What must hold between a caller and what it calls."""

from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.model import Call, CallStyle, Link, Problem, Scope, Secret, Timing
from pay.model.service.call_graph import call_graph_problems, callers, cycles, neighbours
from tests.support.problems import only
from tests.support.services import catalogue, proxy, service

names = st.sampled_from("abcdefg")
graphs = st.dictionaries(names, st.lists(names, max_size=4))


def calls(*services: str) -> tuple[Call, ...]:
    return tuple(
        Call(service=name, variables=(f"{name.upper().replace('-', '_')}_URL",))
        for name in services
    )


def problems(*services: object) -> list[Problem]:
    return list(call_graph_problems(catalogue(*services)))  # type: ignore[arg-type]


@given(graphs)
def test_finds_a_cycle_exactly_where_no_order_exists(edges: dict[str, list[str]]) -> None:
    try:
        TopologicalSorter(edges).prepare()
    except CycleError:
        assert cycles(edges)
    else:
        assert cycles(edges) == []


@given(graphs)
def test_every_cycle_found_is_a_chain_of_edges(edges: dict[str, list[str]]) -> None:
    for cycle in cycles(edges):
        assert cycle[0] == min(cycle)
        for name, following in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert following in edges[name]


def test_refuses_services_that_call_each_other_in_a_circle() -> None:
    a, b, c = (
        service("a", calls=calls("b")),
        service("b", calls=calls("c")),
        service("c", calls=calls("a")),
    )
    problem = only(problems(a, b, c))
    assert (problem.where, problem.key, problem.found) == ("a", "calls", "a -> b -> c -> a")


def test_refuses_a_service_that_calls_itself() -> None:
    assert only(problems(service("a", calls=calls("a")))).found == "a -> a"


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("calls", {"calls": calls("legder")}),
        ("links", {"links": (Link(service="legder", variable="LEDGER_URL"),)}),
    ],
)
def test_refuses_the_name_of_an_unknown_service(key: str, change: dict[str, object]) -> None:
    problem = only(problems(service("orders", **change), service("ledger")))
    assert (problem.where, problem.key) == ("orders", key)
    assert problem.found == "legder, an unknown service"
    assert problem.fix == "did you mean ledger?"


def test_refuses_a_shared_secret_that_no_other_service_shares() -> None:
    shared = (Secret(variable="HMAC", shared="tokens"),)
    problem = only(problems(service("api", secrets=shared), service("auth")))
    assert (problem.where, problem.key) == ("api", "secrets")
    assert problem.found == "HMAC of the shared secret tokens, for this service alone"
    misspelt = (Secret(variable="HMAC", shared="token"),)
    both = problems(service("api", secrets=shared), service("auth", secrets=misspelt))
    assert [problem.where for problem in both] == ["api", "auth"]
    assert problems(service("api", secrets=shared), service("auth", secrets=shared)) == []


def test_refuses_a_service_outside_the_cde_that_calls_one_inside() -> None:
    inside = service("connector", scope=Scope.INSIDE)
    problem = only(problems(service("tool", calls=calls("connector")), inside))
    assert (problem.where, problem.key) == ("tool", "scope")
    assert problem.fix == "set the scope of tool to connected, or remove the call"


def test_refuses_a_service_inside_the_cde_that_calls_one_outside() -> None:
    inside = service("connector", scope=Scope.INSIDE, calls=calls("ledger"))
    problem = only(problems(inside, service("ledger")))
    assert (problem.where, problem.key) == ("connector", "calls")
    assert problem.fix == "set the scope of ledger to connected, or remove the call"


@pytest.mark.parametrize("scope", [Scope.INSIDE, Scope.CONNECTED])
def test_accepts_calls_between_inside_and_inside_or_connected(scope: Scope) -> None:
    inside = service("connector", scope=Scope.INSIDE, calls=calls("ledger"))
    caller = service("frontend", scope=scope, calls=calls("connector"))
    assert problems(inside, service("ledger", scope=scope), caller) == []


def test_refuses_an_address_of_a_forward_proxy() -> None:
    problem = only(problems(service("orders", calls=calls("egress")), proxy("egress")))
    assert (problem.where, problem.key) == ("orders", "calls")
    assert problem.found == "style url for egress"


@pytest.mark.parametrize("style", [CallStyle.JAVA_PROXY, CallStyle.HTTP_PROXY])
def test_refuses_an_ordinary_service_as_a_proxy(style: CallStyle) -> None:
    variables = () if style is CallStyle.JAVA_PROXY else ("HTTPS_PROXY",)
    call = Call(service="ledger", style=style, variables=variables)
    problem = only(problems(service("orders", calls=(call,)), service("ledger")))
    assert problem.allowed == "url"


def test_refuses_a_caller_that_gives_up_before_its_answer() -> None:
    slow = service("connector", timing=Timing(longest_request_seconds=55))
    hasty = service("frontend", timing=Timing(longest_request_seconds=30), calls=calls("connector"))
    problem = only(problems(slow, hasty))
    assert (problem.where, problem.key) == ("frontend", "timing.longest_request_seconds")
    assert (problem.found, problem.allowed[:15]) == ("30", "at least the 55")


def test_reports_the_mistakes_of_all_services_at_once() -> None:
    found = problems(service("a", calls=calls("x")), service("b", calls=calls("y", "z")))
    assert [(p.where, p.found.split(",")[0]) for p in found] == [("a", "x"), ("b", "y"), ("b", "z")]


def test_neighbours_are_callers_and_called_services() -> None:
    all_three = catalogue(
        service("a", calls=calls("b")), service("b", calls=calls("c")), service("c")
    )
    assert neighbours(all_three, "b") == {"a", "c"}
    assert callers(all_three, "c") == ["b"]
