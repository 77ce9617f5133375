"""The text of a pull request: tables, and a chart that GitHub draws."""

import re
from collections.abc import Callable

from rollout.cost.bill import Pricing
from rollout.cost.markdown import as_markdown
from rollout.cost.report import CostReport
from rollout.cost.table import money

Reported = Callable[..., CostReport]


def test_has_the_bill_its_months_and_its_instances(reported: Reported, pricing: Pricing) -> None:
    report = reported(pricing, "test-12", "test-perf-1")
    text = as_markdown(report)
    assert f"**{money(report.bill.lines)} USD** a month" in text
    for heading in ("# What test-12, test-perf-1 costs", "## While services move", "## EC2 inst"):
        assert heading in text
    tables = [block for block in text.split("\n\n") if block.startswith("| ")]
    assert [block.split(" ")[1] for block in tables] == ["environment", "month", "instances"]
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_chart_has_a_bar_and_a_name_for_each_month(
    reported: Reported, pricing: Pricing
) -> None:
    report = reported(pricing, "test-12")
    [chart] = re.findall(r"```mermaid\n(xychart-beta\n.*?)\n```", as_markdown(report), re.DOTALL)
    series = {line.split()[0]: re.findall(r"[^\[,\]]+", line)[1:] for line in chart.splitlines()}
    months = report.months_of_moves
    assert [each.strip(' "') for each in series["x-axis"]] == [month.name for month in months]
    assert [int(each) for each in series["bar"]] == [round(month.usd) for month in months]
    assert {int(each) for each in series["line"]} == {round(report.before.usd)}


def test_one_service_has_no_months(reported: Reported, pricing: Pricing) -> None:
    text = as_markdown(reported(pricing, "test-12", service="connector"))
    assert text.startswith("# What connector in test-12 costs")
    assert "mermaid" not in text
    assert "| connector |" in text
