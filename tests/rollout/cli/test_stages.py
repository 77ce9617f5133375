"""`pay stages`: the board."""

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from rich.console import Console

from pay.catalogue import CATALOGUE
from pay.environments.load import environment_files
from rollout.board.board import BoardRow, by_chain, rows
from rollout.board.table import show
from rollout.moves.standings import Standings
from tests.support.checkout import COMMITTED, Checkout, Pay, PayJson, fresh_checkout

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def row(told: list[dict[str, object]], environment: str, service: str) -> dict[str, object]:
    (found,) = [r for r in told if (r["environment"], r["service"]) == (environment, service)]
    return found


def test_every_service_of_every_environment_has_a_row(pay_json: PayJson) -> None:
    code, told = pay_json("stages")
    assert code == 0
    assert sorted((r["environment"], r["service"]) for r in told) == sorted(
        product(environment_files(COMMITTED), CATALOGUE)
    )


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
        "problems": [],
    }


def test_a_row_tells_what_stands_before_the_next_step(
    checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "canary")
    _, told = pay_json("stages", "test-12")
    waits = row(told, "test-12", "connector")["waits_for"]
    assert isinstance(waits, list)
    assert len(waits) == 1
    assert "ledger (canary)" in waits[0]
    assert row(told, "test-12", "cardid")["waits_for"] == []


@pytest.mark.parametrize(
    ("journal", "file", "words"),
    [
        ("legacy", "quarter", "skipped without a judgement: dark, ready, canary"),
        ("canary", "half", "skipped without a judgement: quarter"),
        ("legacy", "dark", "nobody recorded the move"),
        ("half", "ready", "nobody recorded the move"),
        ("ready", "legacy", "no way leads back from ready to legacy"),
        ("retired", "soak", "no way leads back from retired to soak"),
    ],
)
def test_a_stage_that_was_changed_by_hand_is_told_in_words(
    checkout: Checkout, pay: Pay, pay_json: PayJson, journal: str, file: str, words: str
) -> None:
    checkout.put("test-12", "ledger", journal)
    checkout.put("test-12", "ledger", file, ago=None)
    found = row(pay_json("stages", "test-12")[1], "test-12", "ledger")
    assert (found["since"], found["changed_by_hand"]) == (None, True)
    sentence = f"ledger: test-12.toml has {file}, its journal {journal}; {words}"
    assert isinstance(found["problems"], list)
    assert found["problems"][0] == sentence
    for result in (pay("stages", "test-12"), pay("stages")):
        assert sentence in " ".join(result.stdout.split())


def test_a_stage_that_pay_wrote_is_not_called_changed_by_hand(
    checkout: Checkout, pay: Pay, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "quarter")
    assert not row(pay_json("stages", "test-12")[1], "test-12", "ledger")["changed_by_hand"]
    assert "its journal" not in pay("stages", "test-12").stdout


def moving(checkout: Checkout, now: datetime = NOW) -> tuple[Standings, list[str]]:
    """An estate with the widest cells: every environment has services on the way."""
    *_, half, cutover, detached, soak = sorted(CATALOGUE, key=len)
    for environment in environment_files(checkout.folder):
        checkout.put(environment, soak, "soak", ago=timedelta(days=12), now=now)
        checkout.put(environment, detached, "detached", ago=timedelta(days=40), now=now)
        checkout.put(environment, cutover, "cutover", ago=timedelta(minutes=59), now=now)
        checkout.put(environment, half, "half", ago=None)
    standings = checkout.standings(now)
    return standings, by_chain(standings.environments)


def shown(
    standings: Standings,
    names: Sequence[str],
    columns: int,
    board: Sequence[BoardRow] | None = None,
    **style: Any,
) -> str:
    text = io.StringIO()
    out = Console(width=columns, file=text, **style)
    show(out, standings, rows(standings, names) if board is None else board, names)
    return text.getvalue()


WIDTHS = range(80, 161)


@pytest.fixture(scope="module")
def by_width(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[str], Sequence[BoardRow], dict[int, str]]:
    """Return every environment, their board, and how it is shown at each width."""
    standings, names = moving(fresh_checkout(tmp_path_factory.mktemp("board") / "environments"))
    board = rows(standings, names)
    return names, board, {columns: shown(standings, names, columns, board) for columns in WIDTHS}


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (NOW, "By its plan it sleeps until Sun 22 Nov 23:00."),
        (NOW + timedelta(hours=12), "By its plan it is awake until Mon 23 Nov 03:00."),
    ],
)
def test_an_environment_that_sleeps_says_until_when(
    checkout: Checkout, now: datetime, says: str
) -> None:
    standings = checkout.standings(now)
    assert f"zz {says}" in shown(standings, ["test-perf-1"], 80)
    everywhere = shown(standings, by_chain(standings.environments), 200)
    assert f"zz test-perf-1: {says}" in everywhere
    assert everywhere.count("By its plan") == 1  # the others never sleep


@pytest.mark.slow
def test_nothing_on_the_board_is_cut_at_any_width(
    by_width: tuple[list[str], Sequence[BoardRow], dict[int, str]],
) -> None:
    names, board, texts = by_width
    for columns, text in texts.items():
        assert max(map(len, text.splitlines())) <= columns
        assert "\N{HORIZONTAL ELLIPSIS}" not in text, columns
        assert all(environment in text for environment in names)
        assert all(row.service in text and f"{row.stage} " in text for row in board)


@pytest.mark.slow
def test_nothing_of_one_environment_is_cut_at_any_width(checkout: Checkout) -> None:
    standings, _ = moving(checkout)
    board = rows(standings, ["staging-2"])
    for columns in WIDTHS:
        text = shown(standings, ["staging-2"], columns, board)
        assert max(map(len, text.splitlines())) <= columns
        assert "\N{HORIZONTAL ELLIPSIS}" not in text, columns
        for row in board:
            assert re.search(rf"│ {row.service} +│ {row.stage} +│ +{row.weights} │", text)


@pytest.mark.slow
def test_environments_stand_beside_each_other_as_soon_as_they_fit(
    by_width: tuple[list[str], Sequence[BoardRow], dict[int, str]],
) -> None:
    beside = ["in flight" not in text for text in by_width[2].values()]
    assert not beside[0]
    assert beside[-1]
    assert sorted(beside) == beside


def test_more_services_in_flight_than_the_limit_are_a_problem(
    checkout: Checkout, pay: Pay, pay_json: PayJson
) -> None:
    """As two branches leave it that each took off one service and were merged."""
    lonely = ("cardid", "products-ui", "publicauth", "toolbox", "webhooks-egress")
    for service in lonely:
        checkout.put("test-12", service, "half")
    _, told = pay_json("stages", "test-12")
    sentence = f"5 services are in flight and 4 may be: {', '.join(lonely)}"
    assert {r["service"] for r in told if sentence in r["problems"]} == set(lonely)
    result = pay("stages", "test-12", columns=200)
    assert result.exit_code == 0
    assert f"x {sentence}" in result.stdout
    assert f"x test-12: {sentence}" in pay("stages", columns=200).stdout


def test_neighbours_in_flight_are_a_problem(
    checkout: Checkout, pay: Pay, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "canary", ago=timedelta(days=2))
    checkout.put("test-12", "connector", "dark", ago=timedelta(days=1))
    _, told = pay_json("stages", "test-12")
    problems = {r["service"]: r["problems"] for r in told if r["problems"]}
    assert set(problems) == {"connector", "ledger"}
    (sentence,) = problems["ledger"]
    assert sentence.startswith("connector (dark) and ledger (canary)")
    assert f"x {sentence}" in pay("stages", "test-12", columns=200).stdout


def test_neighbours_that_are_allowed_to_move_are_shown_with_the_reason(
    checkout: Checkout, pay: Pay, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "soak", ago=timedelta(days=2))
    allowed = ("--evidence", "all are open", "--allow-adjacent", "soaks only")
    assert pay("promote", "test-12", "connector", *allowed).exit_code == 0
    _, told = pay_json("stages", "test-12")
    assert [r["problems"] for r in told] == [[]] * 15
    text = pay("stages", "test-12", columns=200).stdout
    assert "! connector (dark) and ledger (soak)" in text
    assert "allowed: soaks only" in text


def test_a_reason_of_an_earlier_flight_allows_nothing(
    checkout: Checkout, pay: Pay, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "soak", ago=timedelta(days=2))
    allowed = ("--evidence", "all are open", "--allow-adjacent", "soaks only")
    assert pay("promote", "test-12", "connector", *allowed).exit_code == 0
    assert pay("rollback", "test-12", "connector").exit_code == 0
    checkout.put("test-12", "connector", "dark", ago=-timedelta(seconds=5))
    _, told = pay_json("stages", "test-12")
    assert {r["service"] for r in told if r["problems"]} == {"connector", "ledger"}


def test_a_problem_is_red_and_what_is_allowed_yellow(checkout: Checkout, pay: Pay) -> None:
    checkout.put("test-12", "ledger", "soak", ago=timedelta(days=2))
    allowed = ("--evidence", "all are open", "--allow-adjacent", "soaks only")
    assert pay("promote", "test-12", "connector", *allowed).exit_code == 0
    for service in ("products-ui", "publicauth", "webhooks-egress"):
        checkout.put("test-12", service, "half")
    standings = checkout.standings(datetime.now(UTC))
    text = shown(standings, ["test-12"], 200, force_terminal=True, color_system="standard")
    assert "\x1b[1;31m5 of at most 4 in flight" in text
    assert "\x1b[31mx 5 services" in text
    assert "\x1b[33m! connector (dark)" in text


def test_environments_stand_in_the_order_in_which_they_are_moved(pay_json: PayJson) -> None:
    order = list(dict.fromkeys(r["environment"] for r in pay_json("stages")[1]))
    assert order.index("test-12") < order.index("staging-2") < order.index("production-2")


def test_an_unknown_environment_is_wrong_use(pay: Pay) -> None:
    assert pay("stages", "nowhere").exit_code == 2
