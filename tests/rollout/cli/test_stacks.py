"""`pay stacks`: which stacks there are, in the order of an apply."""

from collections import Counter

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model import Environment
from pay.model.stack_kind import StackKind, StackScope
from pay.model.stacks import KINDS
from tests.support.checkout import COMMITTED, Pay, PayJson


def of_one_environment(environment: Environment) -> list[StackKind]:
    """The kind of each of its own stacks."""
    return [
        kind
        for kind in KINDS
        for _ in (CATALOGUE if kind.scope is StackScope.SERVICE else (None,))
        if kind.scope is not StackScope.ACCOUNT and kind.is_wanted(environment)
    ]


def test_every_stack_of_an_environment_is_listed_in_its_turn(pay_json: PayJson) -> None:
    code, found = pay_json("stacks", "test-12")
    assert code == 0
    committed = load_environments(COMMITTED)
    assert len(found) == len(of_one_environment(committed["test-12"])) + 1
    assert found[0]["stack"] == "test-registry"
    assert found[0]["environments"][0] == "test-12"
    assert found[1] == {
        "stack": "test-12-platform",
        "kind": "platform",
        "turn": 1,
        "environments": ["test-12"],
        "service": None,
        "side": None,
    }
    turns = [row["turn"] for row in found]
    assert turns == sorted(turns)
    (side,) = [row for row in found if row["stack"] == "test-12-ledger-ec2"]
    assert (side["service"], side["side"]) == ("ledger", "ec2")


def test_all_environments_have_their_stacks(pay_json: PayJson) -> None:
    _, found = pay_json("stacks")
    committed = load_environments(COMMITTED)
    of_accounts = [kind for kind in KINDS if kind.scope is StackScope.ACCOUNT]
    for kind in of_accounts:
        rows = [row["environments"] for row in found if row["kind"] == kind.name]
        wanting = {name for name, each in committed.items() if kind.is_wanted(each)}
        assert {name for names in rows for name in names} == wanting, kind.name
        assert len(rows) == len({committed[name].account_id for name in wanting}), kind.name
    of_environments = Counter(
        name
        for row in found
        if row["kind"] not in {kind.name for kind in of_accounts}
        for name in row["environments"]
    )
    assert of_environments == {
        name: len(of_one_environment(each)) for name, each in committed.items()
    }


def test_a_table_says_what_each_holds(pay: Pay) -> None:
    result = pay("stacks", "sandbox")
    assert result.exit_code == 0
    assert "sandbox-ledger-traffic" in result.stdout
    assert "the DNS records" in result.stdout


def test_an_unknown_environment_is_wrong_use(pay: Pay) -> None:
    assert pay("stacks", "nowhere").exit_code == 2


def test_a_base_that_is_no_revision_is_refused(pay_json: PayJson) -> None:
    code, answer = pay_json("stacks", "--changed", "no-such-revision")
    assert code == 1
    assert "--changed" in answer["invalid"][0]
