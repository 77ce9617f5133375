"""`pay stages`: the board."""

from datetime import timedelta

import pytest

from tests.support.checkout import Checkout, Pay, PayJson


def row(told: list[dict[str, object]], environment: str, service: str) -> dict[str, object]:
    (found,) = [r for r in told if (r["environment"], r["service"]) == (environment, service)]
    return found


def test_every_service_of_every_environment_has_a_row(pay_json: PayJson) -> None:
    code, told = pay_json("stages")
    assert code == 0
    assert len(told) == len({(r["environment"], r["service"]) for r in told}) == 5 * 15


def test_a_row_tells_stage_weights_since_when_and_the_next_step(
    checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "quarter", ago=timedelta(days=3))
    _, told = pay_json("stages", "test-12")
    found = row(told, "test-12", "ledger")
    assert found["since"] == checkout.moves("test-12", "ledger")[0].at.isoformat()
    del found["since"]
    assert found == {
        "environment": "test-12",
        "service": "ledger",
        "scope": "connected",
        "stage": "quarter",
        "weights": "75/25",
        "fargate_percent": 25,
        "changed_by_hand": False,
        "next": "half",
        "waits_for": [],
    }


def test_a_row_tells_what_stands_before_the_next_step(
    checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "canary")
    _, told = pay_json("stages", "test-12")
    waits = row(told, "test-12", "connector")["waits_for"]
    assert isinstance(waits, list) and len(waits) == 1
    assert "ledger (canary)" in waits[0]
    assert row(told, "test-12", "cardid")["waits_for"] == []


def test_a_stage_that_was_changed_by_hand_is_told(
    checkout: Checkout, pay: Pay, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "quarter", ago=None)
    found = row(pay_json("stages", "test-12")[1], "test-12", "ledger")
    assert (found["since"], found["changed_by_hand"]) == (None, True)
    assert "by hand" in pay("stages", "test-12").stdout


@pytest.mark.parametrize("columns", [80, 100, 140])
def test_the_board_fits_the_terminal_and_shows_every_stage(
    columns: int, checkout: Checkout, pay: Pay
) -> None:
    checkout.put("test-12", "products-ui", "detached")
    checkout.put("production-2", "connector", "cutover")
    shown = pay("stages", columns=columns).stdout
    assert max(map(len, shown.splitlines())) <= columns
    for text in ("products-ui", "detached", "-/100", "connector", "cutover", "0/100"):
        assert text in shown


def test_environments_stand_in_the_order_in_which_they_are_moved(pay_json: PayJson) -> None:
    order = list(dict.fromkeys(r["environment"] for r in pay_json("stages")[1]))
    assert order.index("test-12") < order.index("staging-2") < order.index("production-2")


def test_an_unknown_environment_is_wrong_use(pay: Pay) -> None:
    assert pay("stages", "test-13").exit_code == 2
