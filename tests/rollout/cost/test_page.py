"""The page of a bill: what it says, and that everybody can read it."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from rollout.cost.assumptions import Assumptions
from rollout.cost.bill import Pricing
from rollout.cost.page import as_page
from rollout.cost.price_file import PriceList
from rollout.cost.report import CostReport
from tests.support.browser import READERS, read_as
from tests.support.checkout import Checkout

Reported = Callable[..., CostReport]


@pytest.fixture
def page(checkout: Checkout, reported: Reported, shipped: PriceList, figures: Assumptions) -> str:
    checkout.put("test-12", "cardid", "half")
    return as_page(reported(Pricing(shipped, figures), "test-12", "production-2"))


def test_names_what_has_no_price_and_what_is_old(page: str) -> None:
    assert "No price, so not in any sum (+): canary-run, composite-alarm-month" in page
    assert "Prices older than 90 days: " in page
    assert '<span class="state bad">no price</span>' in page
    assert "fargate-arm-gb-hour (2026-05-01)" in page


def test_has_a_chart_and_no_script(page: str) -> None:
    assert "<script" not in page
    assert not re.search(r"https?://", page)
    assert page.count('class="cost-ec2"') > 3
    assert 'aria-label="The bill of each month;' in page
    assert "of which double running" in page


def test_one_service_has_no_chart(
    reported: Reported, shipped: PriceList, figures: Assumptions
) -> None:
    found = reported(Pricing(shipped, figures), "test-12", service="connector")
    text = as_page(found)
    assert "While services move" not in text
    assert "connector in test-12" in text


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS, ids=" ".join)
def test_everybody_can_read_it_and_it_needs_nothing_else(
    reader: Mapping[str, Any], page: str, tools: Mapping[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "cost.html"
    file.write_text(page)
    read_as(reader, file, tools)
