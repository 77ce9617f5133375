"""`pay cost` and `pay prices`: what they print, write and refuse."""

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pay.environments.load import environment_files
from rollout.terminal.arguments import now
from tests.support.checkout import COMMITTED, Checkout, Pay, PayJson
from tests.support.cost import FIGURES, FIGURES_TOML
from tests.support.cpu_seconds import seconds_of_pay

MOST_CPU_SECONDS = 2.0
"""For all environments, of the whole process."""


@pytest.fixture(autouse=True)
def figures(checkout: Checkout) -> Path:
    path = checkout.folder / "costs" / "assumptions.toml"
    path.parent.mkdir()
    path.write_text(FIGURES_TOML)
    return path


def test_shows_a_service_in_a_row_with_its_sum(pay: Pay) -> None:
    result = pay("cost", "production-2")
    assert result.exit_code == 0
    for words in ("connector", "(shared)", "EC2: number and USD a month", "Not counted: tax"):
        assert words in result.stdout
    assert "No price, so not in any sum (+): canary-run" in result.stdout


@pytest.mark.parametrize("columns", [80, 200])
def test_fits_into_the_terminal(pay: Pay, columns: int) -> None:
    for words in (("cost",), ("cost", "test-12", "--by", "month"), ("prices",)):
        lines = pay(*words, columns=columns).stdout.splitlines()
        assert max(map(len, lines)) <= columns, words


@pytest.mark.parametrize("by", ["environment", "service", "stage", "side"])
def test_rows_add_up_however_they_are_grouped(pay_json: PayJson, by: str) -> None:
    code, told = pay_json("cost", "--by", by)
    assert code == 0
    assert sum(Decimal(row["usd"]) for row in told["rows"]) == Decimal(told["usd"])
    for row in told["rows"]:
        assert sum(map(Decimal, row["parts"].values())) == Decimal(row["usd"])
    for each in told["instances"]:
        whole = Decimal(each["allocated"]) + Decimal(each["idle"])
        assert whole == Decimal(each["configured"]["usd"])


def test_all_environments_leave_the_sandbox_out(pay_json: PayJson) -> None:
    """It is not on AWS; asked for by name it is counted."""
    assert "sandbox" not in pay_json("cost")[1]["environments"]
    assert pay_json("cost", "sandbox")[1]["environments"] == ["sandbox"]


def test_local_environments_alone_are_refused(pay: Pay, checkout: Checkout) -> None:
    for path in environment_files(checkout.folder).values():
        if path.stem != "sandbox":
            path.unlink()
    result = pay("cost", columns=200)
    assert result.exit_code == 2
    assert "no environment has its states in S3" in result.stderr


def test_mistakes_of_prices_and_figures_come_at_once(
    pay: Pay, figures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures.write_text("hourly_rate_gbp = -1")
    monkeypatch.setattr("rollout.cost.price_file.FOLDER", tmp_path)
    stderr = pay("cost", columns=400).stderr
    assert "eu-west-1.toml: found" in stderr
    assert "hourly_rate_gbp: found" in stderr


def test_when_the_move_pays_is_a_range_of_the_whole_estate(pay_json: PayJson) -> None:
    assert len(pay_json("cost")[1]["break_even"]) == 2
    assert pay_json("cost", "test-12")[1]["break_even"] == []


def test_months_show_what_runs_twice(pay: Pay, pay_json: PayJson, checkout: Checkout) -> None:
    checkout.put("test-12", "connector", "half")
    told = pay_json("cost", "test-12")[1]
    assert told["developer_hours_a_month"] == {
        "before": {"low": "21.7", "high": "30.3"},
        "after": {"low": "0.0", "high": "4.3"},
    }
    twice = [Decimal(month["double_running"]) for month in told["months"]]
    assert twice[0] > 0
    assert twice[-1] == 0
    shown = pay("cost", "test-12", "--by", "month", columns=200).stdout
    assert "run twice" in shown
    assert "idle room" not in shown.partition("EC2: number")[0]
    assert told["months"][-1]["month"] not in shown  # as those before it


def test_one_service(pay_json: PayJson) -> None:
    code, told = pay_json("cost", "test-12", "--service", "connector")
    assert code == 0
    assert [row["service"] for row in told["rows"]] == ["connector"]
    everywhere = pay_json("cost", "--service", "connector")[1]["rows"]
    assert [row["environment"] for row in everywhere] == pay_json("cost")[1]["environments"]


def test_writes_every_line_as_csv(pay: Pay, pay_json: PayJson, tmp_path: Path) -> None:
    out = tmp_path / "cost.csv"
    assert pay("cost", "test-12", "--out", str(out)).exit_code == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    told = pay_json("cost", "test-12")[1]
    priced = [row for row in rows if row["usd"] != "no price"]
    assert sum(Decimal(row["usd"]) for row in priced) == Decimal(told["usd"])
    unpriced = {row["item"] for row in rows if row["usd"] == "no price"}
    # Nothing has moved here: composite alarms come with a move.
    assert unpriced == set(told["missing"]) - {"composite-alarm-month"}


@pytest.mark.parametrize("ending", ["xlsx", "html", "csv", "md"])
def test_writes_the_same_bytes_again(pay: Pay, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"cost.{ending}"
    written = []
    for _ in range(2):
        assert pay("cost", "test-12", "--out", str(out)).exit_code == 0
        written.append(out.read_bytes())
    assert written[0] == written[1]


REFUSED = {
    "an unknown environment": (("cost", "nowhere"), "'nowhere' is not one of"),
    "an unknown service": (("cost", "--service", "conector"), "'conector' is not one of"),
    "an unknown ending": (("cost", "--out", "cost.pdf"), "does not end in .xlsx, .csv, .html, .md"),
    "an unwritable place": (("cost", "--out", "none/cost.csv"), "is not a folder"),
    "an unknown grouping": (("cost", "--by", "colour"), "'colour' is not one of"),
    "months of a service": (("cost", "--by", "month", "--service", "ledger"), "no service"),
    "half an assumption": (("cost", "--assume", "hourly_rate_gbp"), "is not NAME=VALUE"),
    "an age in weeks": (("prices", "--check-age", "9w"), "write it as 90d"),
}


@pytest.mark.parametrize(("words", "message"), REFUSED.values(), ids=REFUSED)
def test_refuses_wrong_use(
    pay: Pay, words: tuple[str, ...], message: str, checkout: Checkout
) -> None:
    before = checkout.contents()
    result = pay(*words, columns=200)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())
    assert checkout.contents() == before


def test_shows_what_needs_no_figure_and_asks_for_the_rest(
    pay: Pay, pay_json: PayJson, figures: Path
) -> None:
    """The first run of a newcomer: AWS's part of the bill is useful by itself."""
    complete = pay_json("cost")[1]
    figures.unlink()
    result = pay("cost", columns=400)
    assert result.exit_code == 1
    assert "staging-2" in result.stdout
    for name in FIGURES:
        assert f"{name}: found nothing" in result.stderr
    code, told = pay_json("cost")
    assert code == 1
    assert set(told["unknown"]) == set(FIGURES)
    assert told["instances"] == complete["instances"]
    assert 0 < Decimal(told["usd"]) < Decimal(complete["usd"])
    assert told["break_even"] == []
    assert all("lcus_a_service" in row["unknown"] for row in told["rows"])


def test_only_what_needs_a_missing_figure_is_left_out(
    pay: Pay, pay_json: PayJson, figures: Path
) -> None:
    complete = pay_json("cost", "test-12")[1]
    kept = [line for line in FIGURES_TOML.splitlines() if not line.startswith("log_stored")]
    figures.write_text("\n".join(kept))
    told = pay_json("cost", "test-12")[1]
    assert list(told["unknown"]) == ["log_stored_percent"]
    for row, whole in zip(told["rows"], complete["rows"], strict=True):
        wrong = {part for part in whole["parts"] if whole["parts"][part] != row["parts"][part]}
        assert wrong == ({"logs"} if row["service"] != "(shared)" else set())
    result = pay("cost", columns=200)
    assert "When the move has paid for itself is not known: log_stored_percent." in result.stdout
    assert "Developer hours a month: 21.7 to 30.3 before, 0.0 to 4.3 after." in result.stdout


@pytest.mark.parametrize("ending", ["xlsx", "html", "csv", "md"])
def test_writes_no_file_that_lacks_figures(
    pay: Pay, figures: Path, tmp_path: Path, ending: str
) -> None:
    """The file would outlive the questions beside it."""
    figures.unlink()
    out = tmp_path / f"cost.{ending}"
    result = pay("cost", "--out", str(out), columns=400)
    assert result.exit_code == 1
    for name in FIGURES:
        assert f"{name}: found nothing" in result.stderr
    assert not out.exists()


def test_a_wrong_figure_shows_nothing(pay: Pay, figures: Path) -> None:
    figures.write_text("scaled_percent = 130\n")
    result = pay("cost", columns=200)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "scaled_percent: found 130" in result.stderr


def test_figures_can_come_with_the_command(pay_json: PayJson) -> None:
    few = Decimal(pay_json("cost", "test-12", "--assume", "lcus_a_service=1")[1]["usd"])
    many = Decimal(pay_json("cost", "test-12", "--assume", "lcus_a_service=9")[1]["usd"])
    assert many > few


def test_old_prices_fail_the_check_and_are_named(pay: Pay) -> None:
    result = pay("prices", "--check-age", "0d", columns=200)
    assert result.exit_code == 1
    assert "Too old: fargate-x86-vcpu-hour" in result.stdout
    assert pay("prices", "--check-age", "9999d").exit_code == 0
    assert pay("prices").exit_code == 0


def test_an_old_price_is_named_in_the_cost(
    pay_json: PayJson, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = now() + timedelta(days=365)
    monkeypatch.setattr("rollout.cli.cost.now", lambda: later)
    _, told = pay_json("cost", "test-12", "--service", "connector")
    assert "alb-hour" in told["old"]
    assert "alarm-metric-month" in told["old"]


@pytest.mark.slow
def test_all_environments_take_less_than_two_seconds() -> None:
    given = [
        f"{name}.{end}={value[end]}" if end else f"{name}={value}"
        for name, value in FIGURES.items()
        for end in (value if isinstance(value, dict) else ("",))
    ]
    words = ["cost", *(word for each in given for word in ("--assume", each))]
    shell = {"PAY_ENVIRONMENTS": str(COMMITTED)}
    used = seconds_of_pay(*words, variables=shell, limit=MOST_CPU_SECONDS)
    assert used < MOST_CPU_SECONDS


def test_a_savings_plan_is_of_all_environments(pay: Pay, pay_json: PayJson, figures: Path) -> None:
    told = pay_json("cost")[1]
    assert Decimal(told["before_savings_plan"]) < 0
    assert all(month["savings_plan"] for month in told["months"])
    assert "Savings plan, 1,460.00 committed: -687.06 before the move (0.00 unused)" in " ".join(
        pay("cost", columns=400).stdout.split()
    )
    alone = pay_json("cost", "test-12")[1]
    assert {month["savings_plan"] for month in alone["months"]} == {None}
    assert "covers all environments" in pay("cost", "test-12", columns=200).stdout
    none = FIGURES_TOML.partition("savings_plan")[0] + "savings_plan = { usd_an_hour = 0 }\n"
    figures.write_text(none)
    assert "avings plan" not in pay("cost", columns=400).stdout
    assert Decimal(pay_json("cost")[1]["before_savings_plan"]) == 0


def test_hours_of_sleeping_databases_are_counted(pay_json: PayJson, pay: Pay) -> None:
    """Awake 4 h a night, from 45 minutes before to 10 minutes after."""
    [asleep] = pay_json("cost", "test-perf-1")[1]["databases_asleep"]
    awake = Decimal(4 * 60 + 45 + 10) / (24 * 60)
    assert Decimal(asleep["hours_a_month_each"]) == round(730 * (1 - awake), 6)
    assert asleep["databases"] == 6
    assert "6 databases of test-perf-1 sleep 580 of 730" in pay("cost", columns=200).stdout
    assert pay_json("cost", "test-12")[1]["databases_asleep"] == []


def test_services_come_by_their_names_and_what_they_share_last(
    pay_json: PayJson, checkout: Checkout
) -> None:
    checkout.put("test-12", "connector", "half")
    names = [row["service"] for row in pay_json("cost", "production-2")[1]["rows"]]
    assert names == [*sorted(names[:-1]), "(shared)"]
    assert [row["side"] for row in pay_json("cost", "--by", "side")[1]["rows"]] == [
        *("ec2", "fargate", "(both)")
    ]
