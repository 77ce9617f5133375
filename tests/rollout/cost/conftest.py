"""Figures of a team, and reports of the committed environments with nothing moved."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pay.environments.load import load_environments
from pay.model import Environment
from rollout.cost.assumptions import Assumptions
from rollout.cost.bill import Pricing
from rollout.cost.price_file import Price, PriceList, load_prices
from rollout.cost.report import CostReport, report
from tests.support.checkout import COMMITTED, Checkout
from tests.support.cost import FIGURES

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def figures() -> Assumptions:
    return Assumptions.model_validate(FIGURES)


@pytest.fixture(scope="session")
def shipped() -> PriceList:
    return load_prices("eu-west-1")


@pytest.fixture(scope="session")
def complete(shipped: PriceList) -> PriceList:
    """The shipped prices with one for each item; a made-up one where no public figure is known."""
    return priced(shipped, {item: "0.37" for item, row in shipped.price.items() if row.usd is None})


def priced(prices: PriceList, made_up: Mapping[str, str]) -> PriceList:
    rows: dict[str, Price] = dict(prices.price)
    for item, usd in made_up.items():
        changes = {"usd": Decimal(usd), "source": "made up", "date": date(2026, 11, 1)}
        rows[item] = rows[item].model_copy(update=changes)
    return prices.model_copy(update={"price": rows})


@pytest.fixture(scope="session")
def pricing(complete: PriceList, figures: Assumptions) -> Pricing:
    return Pricing(complete, figures)


@pytest.fixture(scope="session")
def environments() -> Mapping[str, Environment]:
    """The committed environments as they are: services at many stages."""
    return load_environments(COMMITTED)


@pytest.fixture
def reported(checkout: Checkout) -> Callable[..., CostReport]:
    """Works out the report of some environments of the checkout."""

    def work_out(pricing: Pricing, *names: str, **settings: Any) -> CostReport:
        standings = checkout.standings(NOW)
        chosen = {name: standings.environments[name] for name in names}
        given = {"service": None, "is_estate": True, **settings}
        return report(standings, chosen, pricing, **given)

    return work_out
