"""The spreadsheet's formulas give our numbers, and follow when a person changes a figure."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from rollout.cost.assumptions import Assumptions, SavingsPlan
from rollout.cost.bill import Pricing
from rollout.cost.price_file import PriceList
from rollout.cost.report import CostReport
from rollout.cost.savings_cells import SAVINGS
from rollout.cost.workbook import as_workbook
from tests.rollout.cost.conftest import priced
from tests.support.checkout import Checkout
from tests.support.spreadsheet import Spreadsheet

Reported = Callable[..., CostReport]


@pytest.fixture
def moving(checkout: Checkout) -> None:
    for service, stage in (("toolbox", "retired"), ("cardid", "half"), ("egress", "soak")):
        checkout.put("test-12", service, stage)


def test_every_formula_gives_the_number_beside_it(
    moving: None, reported: Reported, shipped: PriceList, figures: Assumptions
) -> None:
    found = reported(Pricing(shipped, figures), "test-12")
    sheet = Spreadsheet(as_workbook(found))
    places = sheet.formulas()
    assert len(places) > 1000
    for place in places:
        assert sheet.value(*place) == sheet.cached(*place), (place, sheet.text(*place))
    assert sheet.named("bill_usd") == found.bill.usd
    assert sheet.named("before_usd") == found.before.usd
    assert sheet.named("price_nlb_hour") == "no price"


def test_the_sheet_follows_changed_figures(
    moving: None, reported: Reported, pricing: Pricing
) -> None:
    changes = {
        "hourly_rate_gbp": Decimal(120),
        "lcus_a_service": Decimal("4.5"),
        "log_gb_a_service": Decimal("333.25"),
        "scaled_percent": Decimal(85),
        "hours_a_week_after_high": Decimal(4),
    }
    content = as_workbook(reported(pricing, "test-12"))
    sheet = Spreadsheet(content, changes)
    figures = pricing.assumptions
    assert figures.hours_a_week_after
    after = figures.hours_a_week_after.model_copy(update={"high": Decimal(4)})
    inputs = {name: value for name, value in changes.items() if not name.endswith("_high")}
    changed = figures.model_copy(update={**inputs, "hours_a_week_after": after})
    expected = reported(Pricing(pricing.prices, changed), "test-12")
    assert expected.paybacks
    early, late = map(expected.month_of, expected.paybacks)
    assert [sheet.value("Summary", row, 2) for row in range(3, 8)] == [
        *(expected.bill.usd, expected.before.usd, expected.months[-1].usd),
        *(early, late),
    ]
    assert sheet.named("bill_usd") != Spreadsheet(content).named("bill_usd")


def test_the_sheet_follows_a_price_that_somebody_fills_in(
    moving: None, reported: Reported, shipped: PriceList, figures: Assumptions
) -> None:
    content = as_workbook(reported(Pricing(shipped, figures), "test-12"))
    before = Spreadsheet(content).named("bill_usd")
    sheet = Spreadsheet(content, {"price_nlb_hour": Decimal("0.03")})
    expected = reported(Pricing(priced(shipped, {"nlb-hour": "0.03"}), figures), "test-12")
    assert sheet.named("bill_usd") == expected.bill.usd > before


def test_the_bytes_depend_on_the_report_alone(reported: Reported, pricing: Pricing) -> None:
    found = reported(pricing, "test-12")
    assert as_workbook(found) == as_workbook(found)


@pytest.mark.parametrize(
    ("usd_an_hour", "fargate_percent", "ec2_percent"),
    [
        ("0", "0", "0"),
        ("0.3", "20", "32"),
        ("0.9", "40", "25"),
        ("0.2", "30", "30"),
        ("9", "5", "0"),
    ],
    ids=["none", "too small", "Fargate first", "equal discounts", "far too large"],
)
def test_the_sheet_follows_another_savings_plan(
    moving: None,
    reported: Reported,
    pricing: Pricing,
    usd_an_hour: str,
    fargate_percent: str,
    ec2_percent: str,
) -> None:
    plan = {
        "usd_an_hour": Decimal(usd_an_hour),
        "fargate_percent": Decimal(fargate_percent),
        "ec2_percent": Decimal(ec2_percent),
    }
    changes = {f"savings_plan_{key}": value for key, value in plan.items()}
    sheet = Spreadsheet(as_workbook(reported(pricing, "test-12")), changes)
    figures = pricing.assumptions.model_copy(update={"savings_plan": SavingsPlan(**plan)})
    expected = reported(Pricing(pricing.prices, figures), "test-12")
    assert expected.covered_before
    assert sheet.named("before_savings_plan") == expected.covered_before.usd
    [last] = [column for column in range(1, 40) if sheet.text("Months", 3, column) == SAVINGS[-1]]
    for row, month in enumerate(expected.months, start=4):
        covered = expected.covered(month)
        assert covered
        assert sheet.value("Months", row, last) == covered.usd
    assert expected.paybacks
    early, late = map(expected.month_of, expected.paybacks)
    assert [sheet.value("Summary", row, 2) for row in (6, 7)] == [early, late]


@pytest.mark.parametrize("name", ["test-12", "test-perf-1"])
def test_one_service_has_no_months(reported: Reported, pricing: Pricing, name: str) -> None:
    """The second sleeps: what its tasks reserve of instances is no whole number."""
    found = reported(pricing, name, service="connector")
    sheet = Spreadsheet(as_workbook(found))
    assert "before_usd" not in sheet.names
    for place in sheet.formulas():
        assert sheet.value(*place) == sheet.cached(*place), (place, sheet.text(*place))


def test_says_what_each_figure_is(reported: Reported, pricing: Pricing) -> None:
    sheet = Spreadsheet(as_workbook(reported(pricing, "test-12")))
    rows = range(4, 4 + len(pricing.inputs))
    meanings = {
        sheet.value("Assumptions", row, 1): sheet.value("Assumptions", row, 3) for row in rows
    }
    assert list(meanings) == list(pricing.inputs)
    assert meanings["hours_a_week_after_low"].startswith("Hours a week on the platform")
    assert all(meanings.values())
