"""`pay scaling`: settings, a week on paper, and wrong use."""

from pathlib import Path

import pytest

from tests.support.checkout import Checkout, Pay, PayJson


def test_shows_what_scales_each_service(checkout: Checkout, pay: Pay, pay_json: PayJson) -> None:
    checkout.put("staging-2", "webhooks", "retired")
    checkout.put("staging-2", "products-ui", "soak")
    code, rows = pay_json("scaling", "staging-2")
    assert code == 0
    by_name = {row["service"]: row for row in rows}
    assert by_name["webhooks"]["min"] == 2
    assert [action["name"] for action in by_name["webhooks"]["actions"]] == ["day", "night"]
    assert by_name["products-ui"]["actions"] == []
    assert by_name["publicauth"]["actions"] == []
    shown = pay("scaling", "staging-2", "webhooks").stdout
    assert "night 1 cron(0 22 * * ? *) Europe/London" in shown
    assert "connector" not in shown
    assert "none: not there yet" in pay("scaling", "staging-2", "publicauth").stdout
    assert "none: at the peak" in pay("scaling", "staging-2", "products-ui").stdout


@pytest.mark.parametrize("columns", [80, 200])
def test_simulates_a_week_as_a_table_and_a_chart(pay: Pay, columns: int) -> None:
    result = pay("scaling", "staging-2", "webhooks", "--simulate", columns=columns)
    assert result.exit_code == 0
    assert "over" in result.stdout
    assert "12:00 █" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= columns


def test_takes_a_curve_of_its_own(pay_json: PayJson, pay: Pay, tmp_path: Path) -> None:
    curve = tmp_path / "day.csv"
    curve.write_text("time,requests\n2026-11-26T00:00,10\n2026-11-26T23:00,10\n")
    call = ("scaling", "staging-2", "webhooks", "--simulate", "--curve", str(curve))
    code, [row] = pay_json(*call)
    assert (code, row["seconds_over_100_percent"]) == (0, 0)
    assert len(row["tasks_by_hour"]) == 23
    curve.write_text("time,requests\nnoon,10\n")
    refused = pay(*call)
    assert refused.exit_code == 1
    assert "day.csv:2: found noon,10" in " ".join(refused.stderr.split()).replace("- ", "-")


def test_a_target_of_requests_is_followed_by_a_curve_of_requests(
    checkout: Checkout, pay: Pay, pay_json: PayJson, tmp_path: Path
) -> None:
    file = checkout.file("staging-2")
    table = "[services.webhooks]\n"
    text = file.read_text().replace(table, f"{table}scaling = {{ requests_per_task = 100 }}\n")
    file.write_text(text)
    call = ("scaling", "staging-2", "webhooks", "--simulate")
    assert "By CPU alone: webhooks." in pay(*call, columns=200).stdout
    curve = tmp_path / "day.csv"
    curve.write_text("time,requests\n2026-11-26T00:00,500\n2026-11-26T12:00,500\n")
    code, [row] = pay_json(*call, "--curve", str(curve))
    assert (code, row["requests_per_task"], row["by_requests"]) == (0, 100, True)
    assert row["average_tasks"] > 4
    assert "By CPU alone" not in pay(*call, "--curve", str(curve), columns=200).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("nowhere",),
        ("staging-2", "nobody"),
        ("staging-2", "--curve", __file__),
        ("staging-2", "--simulate", "--register"),
        ("staging-2", "--simulate", "--curve", "nowhere.csv"),
    ],
)
def test_wrong_use(pay: Pay, words: tuple[str, ...]) -> None:
    assert pay("scaling", *words).exit_code == 2


def announce(checkout: Checkout, year: int) -> None:
    """Write an event into a file, as a person does."""
    file = checkout.file("staging-2")
    event = "\n".join(
        (
            '[[events]]\nname = "budget"',
            f"from = {year}-11-26T12:00:00\nto = {year}-11-26T18:00:00",
            'services = ["publicauth"]\nmin = 3\n',
        )
    )
    file.write_text(file.read_text().replace("[capacity.cde]", f"{event}\n[capacity.cde]"))


@pytest.mark.parametrize("option", [(), ("--simulate",)])
def test_refuses_an_event_that_is_over_with_its_line(
    checkout: Checkout, pay: Pay, option: tuple[str, ...]
) -> None:
    announce(checkout, 2024)
    refused = pay("scaling", "staging-2", "publicauth", *option, columns=200)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "events.0.to: found 2024-11-26 18:00:00, which is past" in refused.stderr
    assert "staging-2.toml:" in refused.stderr


def test_shows_an_event_to_come(checkout: Checkout, pay: Pay) -> None:
    announce(checkout, 2099)
    assert pay("scaling", "staging-2", "publicauth").exit_code == 0


def test_an_event_that_is_over_does_not_keep_a_rollback_back(checkout: Checkout, pay: Pay) -> None:
    checkout.put("staging-2", "webhooks", "cutover")
    announce(checkout, 2024)
    back = pay("rollback", "staging-2", "webhooks", "--because", "it is slow")
    assert back.exit_code == 0, back.output
