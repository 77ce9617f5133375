"""The table of kinds: names, tags, order, and which stacks there are."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.checks.accounts import account_problems
from pay.model.environment.account import accounts
from pay.model.stack_kind import Declaration, Input
from pay.model.stack_order import dependencies, in_turns
from pay.model.stacks import (
    EC2,
    FARGATE,
    KINDS,
    LOAD,
    MONITORING,
    OTHER,
    OVERVIEW,
    PLATFORM,
    REGISTRY,
    SLEEP,
    SMOKE,
    TASKS,
    TRAFFIC,
    WATCHING,
    Stack,
    kind_of,
    known_stacks,
    side_kind,
)


def second(environments: Mapping[str, Environment]) -> Environment:
    """Another environment in test-12's account."""
    return environments["test-12"].model_copy(update={"name": "test-b"})


def test_names_of_kinds_and_sides_are_unique() -> None:
    assert len({kind.name for kind in (*KINDS, OTHER)}) == len(KINDS) + 1
    assert [side_kind(side) for side in Side] == [EC2, FARGATE]


@pytest.mark.parametrize("stage", Stage)
def test_a_side_exists_at_the_stages_of_its_side(stage: Stage) -> None:
    for side in Side:
        assert (stage in side_kind(side).stages) == stage.has(side)


def test_the_tags_of_a_side_lead_back_to_its_kind(environments: Mapping[str, Environment]) -> None:
    tags = FARGATE.tags(environments["test-12"], CATALOGUE["connector"])
    assert tags == {
        "Environment": "test-12",
        "Stack": "test-12-connector-fargate",
        "CardholderData": "inside",
        "ManagedBy": "terraform",
        "Production": "false",
        "Service": "connector",
        "Side": "fargate",
    }
    assert kind_of(tags) is FARGATE
    assert kind_of({**tags, "Stack": "test-12-connector-traffic"}) is TRAFFIC
    assert kind_of({**tags, "Stack": "test-12-platform"}) is PLATFORM
    assert kind_of({**tags, "Stack": "test-12-ledger-fargate"}) is None
    assert kind_of({**tags, "Environment": ""}) is None


def test_a_new_kind_says_what_it_is_and_whose(environments: Mapping[str, Environment]) -> None:
    (account,) = accounts([environments["test-12"], second(environments)])
    assert account.environments == ("test-12", "test-b")
    assert REGISTRY.tags(account) == {
        "Account": "test",
        "Stack": "test-registry",
        "CardholderData": "inside",
        "ManagedBy": "terraform",
        "Production": "false",
        "Kind": "registry",
    }
    assert REGISTRY.naming_tags == ("Account", "Stack", "Kind")
    assert TRAFFIC.naming_tags == ("Environment", "Stack", "Service")


def test_a_stack_waits_for_those_beside_it_of_the_nearest_earlier_turn(
    environments: Mapping[str, Environment],
) -> None:
    known = known_stacks({"test-12": environments["test-12"], "test-b": second(environments)})
    registry = Stack("test-registry", REGISTRY, "test", ("test-12", "test-b"))
    needed = dependencies([*known.values(), registry])
    assert needed["test-registry"] == ()
    assert needed["test-12-platform"] == needed["test-b-platform"] == ("test-registry",)
    assert needed["test-12-ledger-ec2"] == ("test-12-platform",)
    assert needed["test-12-ledger-monitoring"] == ("test-12-monitoring",)
    assert "test-12-ledger-traffic" in needed["test-12-monitoring"]
    assert needed["test-12-ledger-traffic"] == (
        "test-12-tasks",
        "test-12-ledger-ec2",
        "test-12-ledger-fargate",
    )
    last = replace(registry, id="test-last", kind=OTHER)
    waits = dependencies([*known.values(), last])["test-last"]
    watching = (MONITORING, SMOKE)
    assert set(waits) == {id for id, stack in known.items() if stack.kind in watching}


def test_the_turns_come_one_after_the_other(environments: Mapping[str, Environment]) -> None:
    turns = in_turns(reversed(known_stacks(environments).values()))
    kinds = [{stack.kind for stack in turn} for turn in turns]
    assert kinds == [
        {REGISTRY},
        {PLATFORM},
        {EC2, FARGATE, TASKS},
        {TRAFFIC},
        {OVERVIEW},
        {MONITORING, SMOKE},
        {SLEEP, LOAD, WATCHING},
    ]


def test_what_a_kind_holds_follows_from_its_row() -> None:
    assert [kind for kind in KINDS if kind.holds_canaries] == [SMOKE]
    assert [kind for kind in KINDS if kind.holds_composite_alarms] == [MONITORING]
    assert [kind for kind in KINDS if kind.holds_event_rules] == [WATCHING]
    assert [kind for kind in KINDS if kind.holds_instances] == [PLATFORM]
    assert [kind for kind in KINDS if kind.holds_logs_of_sides] == [PLATFORM]
    assert [kind for kind in KINDS if kind.has_one_off_tasks] == [TASKS, LOAD]


def test_each_declaration_and_each_input_is_on_a_row() -> None:
    assert {kind.declared_by for kind in KINDS} == {None, *Declaration}
    assert {each for kind in KINDS for each in kind.inputs} == {*Input}


def test_an_environment_without_monitoring_has_no_stack_of_it(
    environments: Mapping[str, Environment],
) -> None:
    without = environments["test-12"].model_copy(update={"monitoring": None})
    kinds = {stack.kind for stack in known_stacks({"test-12": without}).values()}
    assert kinds == set(KINDS) - {OVERVIEW, MONITORING, SLEEP, LOAD, WATCHING}


def test_two_kinds_may_end_alike_where_their_scopes_differ(
    environments: Mapping[str, Environment],
) -> None:
    known = known_stacks({"test-12": environments["test-12"]})
    assert known["test-12-monitoring"].kind is OVERVIEW
    assert known["test-12-ledger-monitoring"].kind is MONITORING
    tags = OVERVIEW.tags(environments["test-12"])
    assert (kind_of(tags), tags["Kind"]) == (OVERVIEW, "overview")


def test_a_shared_stack_is_beside_every_service_that_it_serves() -> None:
    shared = Stack("test-registry", REGISTRY, "test", ("test-12", "test-b"))
    ledger, egress = (
        Stack(f"test-b-{name}-ec2", EC2, "test-b", ("test-b",), name)
        for name in ("ledger", "egress")
    )
    elsewhere = Stack("staging-2-ledger-ec2", EC2, "staging-2", ("staging-2",), "ledger")
    assert shared.is_beside(ledger)
    assert ledger.is_beside(shared)
    assert ledger.is_beside(ledger)
    assert not ledger.is_beside(egress)
    assert not elsewhere.is_beside(shared)
    assert not elsewhere.is_beside(ledger)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"account_name": "other"}, "account_name"),
        ({"region": "eu-west-2"}, "region"),
        ({"production": True}, "production"),
    ],
)
def test_refuses_environments_of_one_account_that_disagree(
    environments: Mapping[str, Environment], changes: Mapping[str, object], key: str
) -> None:
    first = environments["test-12"]
    other = second(environments).model_copy(update=changes)
    (problem,) = account_problems([first, other], [REGISTRY])
    assert (problem.where, problem.key) == ("test-b", key)
    assert "as in test-12" in problem.allowed
    assert list(account_problems([first, other], [PLATFORM])) == []


def test_refuses_one_name_for_two_accounts(environments: Mapping[str, Environment]) -> None:
    first, other = environments["test-12"], environments["staging-2"]
    renamed = other.model_copy(update={"account_name": first.account_name})
    (problem,) = account_problems([first, renamed], [REGISTRY])
    assert (problem.where, problem.key) == ("staging-2", "account_name")


def test_every_id_ends_as_the_id_of_its_kind_without_an_owner(
    environments: Mapping[str, Environment],
) -> None:
    """By it a stack of an account is known whose file may be wrong."""
    for id, stack in known_stacks(environments).items():
        assert id.endswith(f"-{stack.kind.stack_id('')}")
