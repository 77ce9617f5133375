"""Prices are looked up in the sandbox's price list, among its decoys."""

import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError

from rollout.cli import prices as command
from rollout.cost import refresh
from rollout.cost.price_file import PriceList, load_prices, price_file
from rollout.cost.refresh import changes, look_up, with_offers
from rollout.terminal.refusal import Failed
from sandbox.server.process import Server
from tests.support.checkout import Pay, PayJson

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def api(lock_server: Server) -> Any:
    return lock_server.client(
        "pricing", lambda *a, **k: boto3.client(*a, **{**k, "region_name": refresh.API_REGION})
    )


@pytest.fixture
def file(tmp_path: Path, api: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped file, which was looked up in the sandbox once; the commands ask the sandbox."""
    text = price_file("eu-west-1").read_text()
    path = tmp_path / "eu-west-1.toml"
    path.write_text(text)
    prices = load_prices("eu-west-1", path)
    lookup = look_up(prices, api)
    assert lookup.unanswered == {}
    path.write_text(with_offers(text, changes(prices, lookup), date(2026, 11, 25)))
    for module in (refresh, command):
        monkeypatch.setattr(module, "pricing_client", lambda: api)
    monkeypatch.setattr(command, "price_file", lambda region: path)
    monkeypatch.setattr(command, "load_prices", lambda region: load_prices(region, path))
    return path


def differing(before: str, after: str) -> list[str]:
    return [
        new
        for old, new in zip(before.splitlines(), after.splitlines(), strict=True)
        if old != new and not new.startswith("checked")
    ]


def test_changes_the_one_row_that_differs(file: Path, pay_json: PayJson) -> None:
    right = file.read_text()
    file.write_text(right.replace('usd = "0.7276"', 'usd = "0.6"'))
    code, told = pay_json("prices", "--refresh")
    assert code == 0
    assert told["changed"] == {"ec2-m7g-4xlarge-hour": {"before": "0.6", "after": "0.7276"}}
    assert differing(right, file.read_text()) == []


def test_keeps_comments_order_and_the_rows_that_are_right(file: Path, pay: Pay) -> None:
    before = file.read_text()
    assert "# `pay prices --refresh` looks every row up" in before
    assert pay("prices", "--refresh").exit_code == 0
    assert differing(before, file.read_text()) == []
    checked = load_prices("eu-west-1", file).checked
    assert checked is not None
    assert checked > date(2026, 11, 25)


def test_fills_in_what_had_no_price(file: Path) -> None:
    """Also the price that names no region, and the one behind a free tier."""
    rows = tomllib.loads(file.read_text())["price"]
    assert rows["dashboard-month"]["usd"] == "3"
    assert rows["nlb-lcu-hour"]["usd"] == "0.006"
    assert all(row["sku"] and row["source"] and row["date"] for row in rows.values())
    assert "sandbox" in rows["nlb-hour"]["source"]


def test_names_a_row_that_has_no_price_or_several(file: Path, pay: Pay) -> None:
    text = file.read_text()
    text = text.replace('"EU-Fargate-GB-Hours"', '"EU-Fargate-Gb-Hours"')
    lines = [line for line in text.splitlines() if line != 'operation = "LoadBalancing:Network"']
    wrong = "\n".join([*lines, ""])
    file.write_text(wrong)
    result = pay("prices", "--refresh", columns=200)
    assert result.exit_code == 1
    assert "Not found: fargate-x86-gb-hour, AWS's price list has 0 prices" in result.stdout
    assert "Not found: nlb-hour, AWS's price list has 2 prices: " in result.stdout
    assert differing(wrong, file.read_text()) == []
    assert "checked = 2026-11-25" in file.read_text()


def test_the_decoys_would_be_taken_without_the_whole_key(file: Path, api: Any) -> None:
    """The test can fail: each part of a key leaves one out."""
    row = load_prices("eu-west-1", file).price["ec2-m7g-4xlarge-hour"]
    wanted = {"usagetype": row.usagetype, "regionCode": "eu-west-1", **refresh._INSTANCES}
    for key in wanted:
        filters = [
            {"Type": "TERM_MATCH", "Field": each, "Value": value}
            for each, value in wanted.items()
            if each != key
        ]
        listed = api.get_products(ServiceCode="AmazonEC2", Filters=filters)["PriceList"]
        assert len(listed) > 3, key  # the right one, its old version and its reserved term
    assert row.usd == Decimal("0.7276")


def test_no_answer_is_one_message(file: Path, pay: Pay, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = boto3.client(
        "pricing",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
    )
    monkeypatch.setattr(command, "pricing_client", lambda: closed)
    before = file.read_text()
    result = pay("prices", "--refresh")
    assert result.exit_code == 1
    shown = " ".join(result.stderr.split())
    assert "AWS's price list cannot be asked" in shown
    assert "Nothing was written. Check network, proxy and AWS_ENDPOINT_URL" in shown
    assert "pricing:GetProducts" not in shown
    assert file.read_text() == before


class Answers:
    """A client that answers every question with these products."""

    def __init__(self, *products: dict[str, Any]) -> None:
        self._products = products

    def get_paginator(self, operation: str) -> "Answers":
        assert operation == "get_products"
        return self

    def paginate(self, **asked: Any) -> list[dict[str, list[str]]]:
        return [{"PriceList": [json.dumps(each)]} for each in self._products]


def product(
    *prices: str, sku: str = "A", unit: str = "Hrs", currency: str = "USD", published: str = "2026"
) -> dict[str, Any]:
    """One product; each price is a term on demand of its own."""
    terms = {
        f"{sku}.{number}": {
            "priceDimensions": {
                "1": {"unit": unit, "beginRange": "0", "pricePerUnit": {currency: usd}}
            }
        }
        for number, usd in enumerate(prices)
    }
    return {
        "product": {"sku": sku},
        "terms": {"OnDemand": terms},
        "version": "1",
        "publicationDate": f"{published}-11-20T00:00:00Z",
    }


LOG_IN = "Log the shell in to an account in which it has the right pricing:GetProducts"


def answered(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetProducts")


ROW = {"service": "AWSELB", "usagetype": "EU-LoadBalancerUsage", "unit": "Hrs"}
LISTED = PriceList.model_validate({"region": "eu-west-1", "price": {"alb-hour": ROW}})

WRONG_ANSWERS = {
    "nothing": ((), "0 prices"),
    "a price of 0": ((product("0.0000000000"),), "0 prices"),
    "two products": ((product("1"), product("1", sku="B")), "2 prices: A, B"),
    "two products of different versions": (
        (product("1"), product("2", sku="B", published="2025")),
        "2 prices: A, B",
    ),
    "two terms": ((product("1", "2"),), "2 prices on demand for A"),
    "another unit": ((product("1", unit="Mo"),), "another unit, Mo instead of Hrs"),
    "a product without terms": (({"product": {"sku": "A"}},), "a product that cannot be read"),
    "a price in words": ((product("dear"),), "a product that cannot be read"),
    "another currency": ((product("7", currency="CNY"),), "a price in CNY"),
}


@pytest.mark.parametrize(("products", "why"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_a_wrong_answer_is_named_and_not_taken(
    products: tuple[dict[str, Any], ...], why: str
) -> None:
    found = look_up(LISTED, Answers(*products))
    assert found.offers == {}
    assert why in found.unanswered["alb-hour"]


@pytest.mark.parametrize(
    "products",
    [
        (product("0.0252"),),
        (product("0.0252", "0.0252"),),
        (product("0.0252"), product("0.02", published="2025")),
        (product("0.02", published="2025"), product("0.0252")),
        (product("0.0252"), product("0", sku="B")),
    ],
    ids=["one", "the same term twice", "an older version", "older first", "a free decoy"],
)
def test_a_right_answer_is_taken(products: tuple[dict[str, Any], ...]) -> None:
    found = look_up(LISTED, Answers(*products))
    assert found.unanswered == {}
    assert str(found.offers["alb-hour"].usd) == "0.0252"


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        (answered("ThrottlingException"), "Wait a minute"),
        (answered("AccessDeniedException"), LOG_IN),
        (answered("ExpiredTokenException"), LOG_IN),
        (NoCredentialsError(), LOG_IN),
        (ReadTimeoutError(endpoint_url="https://api.pricing"), "Check network, proxy and"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_to_do_follows_from_the_error(error: Exception, fix: str) -> None:
    class Refusing(Answers):
        def paginate(self, **asked: Any) -> Any:
            raise error

    with pytest.raises(Failed) as failed:
        look_up(LISTED, Refusing())
    assert f"Nothing was written. {fix}" in str(failed.value)
    assert (LOG_IN in str(failed.value)) is (fix == LOG_IN)
