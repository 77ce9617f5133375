"""Looks prices up in AWS's price list, and writes what differs into their file.

Decoys stand beside almost every price: other regions, other operating systems, reserved terms,
older versions. So a row asks by its whole key, and what does not answer with one price is named.
Sources: Price List API reference, `GetProducts`; Cost Management user guide, "Reading the price
list".
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import tomlkit
from botocore.exceptions import BotoCoreError, ClientError

from rollout.aws.clients import CONFIG, items, session, unreached
from rollout.cost.price_file import Price, PriceList
from rollout.terminal.refusal import Failed

API_REGION = "us-east-1"
"""One of the few regions that answer for all."""

_INSTANCES = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
}
"""Beside the usage type `BoxUsage:...`. Instances with a licence and reservations share it."""


@dataclass(frozen=True)
class Offer:
    """The price that AWS asks for one item today."""

    usd: Decimal
    sku: str
    source: str
    date: date


@dataclass(frozen=True)
class Lookup:
    """The answers for a whole price list."""

    offers: Mapping[str, Offer]
    """Item -> its offer."""
    unanswered: Mapping[str, str]
    """Item -> why no offer could be chosen."""


def pricing_client() -> Any:
    """Return the client of AWS's price list."""
    return session(API_REGION).client("pricing", config=CONFIG)


def look_up(prices: PriceList, client: Any) -> Lookup:
    """Ask for every row. Raises Failed when AWS cannot be asked."""
    offers, unanswered = dict[str, Offer](), dict[str, str]()
    for item, row in prices.price.items():
        try:
            offers[item] = _offer(row, prices.region, client)
        except _NoOffer as why:
            unanswered[item] = str(why)
        except (LookupError, ValueError, ArithmeticError):
            unanswered[item] = "a product that cannot be read"
        except (BotoCoreError, ClientError) as error:
            raise Failed(f"AWS's price list cannot be asked: {error}. {_fix(error)}") from None
    return Lookup(offers, unanswered)


class _NoOffer(Exception):
    """AWS's price list does not have exactly one price for a row."""


_BUSY = ("Throttl", "TooManyRequests", "InternalError", "ServiceUnavailable")


def _fix(error: BotoCoreError | ClientError) -> str:
    fix = (
        "log the shell in to an account in which it has the right pricing:GetProducts, and run it "
        "again"
    )
    if isinstance(error, BotoCoreError):
        _, fix = unreached(error, fix)
    elif error.response["Error"]["Code"].startswith(_BUSY):
        fix = "wait a minute, and run it again"
    return f"Nothing was written. {fix[0].upper()}{fix[1:]}."


def _offer(row: Price, region: str, client: Any) -> Offer:
    """Return the one offer for a row. Raises _NoOffer where there is none, or more than one."""
    products: dict[str, dict[str, Any]] = {}
    for product in _products(row, region, client):
        sku = product["product"]["sku"]
        # An older version of the list has the same product.
        if sku not in products or products[sku]["publicationDate"] < product["publicationDate"]:
            products[sku] = product
    on_demand = [product for product in products.values() if "OnDemand" in product["terms"]]
    dimensions = [
        (product, each) for product in on_demand if (each := _dimension(product)) is not None
    ]
    if len(dimensions) != 1:
        skus = ", ".join(product["product"]["sku"] for product, _ in dimensions)
        raise _NoOffer(f"{len(dimensions)} prices{f': {skus}' if skus else ''}")
    [(product, dimension)] = dimensions
    if dimension["unit"] != row.unit:
        raise _NoOffer(f"a price for another unit, {dimension['unit']} instead of {row.unit}")
    return Offer(
        usd=Decimal(f"{Decimal(dimension['pricePerUnit']['USD']).normalize():f}"),
        sku=product["product"]["sku"],
        source=f"AWS price list, {row.service} {product['version']}",
        date=datetime.fromisoformat(product["publicationDate"]).date(),
    )


def _dimension(product: dict[str, Any]) -> dict[str, Any] | None:
    """Return the first tier of a product that costs something. A free tier is for the account, not
    for a service. None: it costs nothing.

    Raises _NoOffer for two terms on demand with other prices, and for a price in another currency.
    """
    tiers = []
    for term in product["terms"]["OnDemand"].values():
        dimensions = sorted(
            term["priceDimensions"].values(), key=lambda each: Decimal(each["beginRange"])
        )
        for each in dimensions:
            if "USD" not in each["pricePerUnit"]:
                raise _NoOffer(f"a price in {', '.join(each['pricePerUnit']) or 'no currency'}")
        tiers.append(next((e for e in dimensions if Decimal(e["pricePerUnit"]["USD"])), None))
    costly = [each for each in tiers if each is not None]
    prices = {(each["unit"], Decimal(each["pricePerUnit"]["USD"])) for each in costly}
    if len(prices) > 1:
        raise _NoOffer(f"{len(prices)} prices on demand for {product['product']['sku']}")
    return costly[0] if costly else None


def _products(row: Price, region: str, client: Any) -> Iterator[dict[str, Any]]:
    """Yield the products that match a row."""
    wanted = {"usagetype": row.usagetype}
    if row.operation:
        wanted["operation"] = row.operation
    if not row.everywhere:
        wanted["regionCode"] = region
    if "BoxUsage:" in row.usagetype:
        wanted |= _INSTANCES
    filters = [{"Type": "TERM_MATCH", "Field": key, "Value": wanted[key]} for key in wanted]
    asked = {"ServiceCode": row.service, "FormatVersion": "aws_v1", "Filters": filters}
    for text in items(client, "get_products", "PriceList", **asked):
        yield json.loads(text)


def changes(prices: PriceList, lookup: Lookup) -> Mapping[str, Offer]:
    """Return the offers that differ from their rows in price or SKU."""
    return {
        item: offer
        for item, offer in lookup.offers.items()
        if (offer.usd, offer.sku) != ((row := prices.price[item]).usd, row.sku)
    }


def with_offers(text: str, changed: Mapping[str, Offer], checked: date | None) -> str:
    """Return the file with these rows changed, and all else as it was. `checked`: the day on which
    every row was looked up; None if not every row has an answer.
    """
    document = tomlkit.parse(text)
    rows: Any = document["price"]
    for item, offer in changed.items():
        row = rows[item]
        values = {
            "usd": str(offer.usd),
            "sku": offer.sku,
            "source": offer.source,
        }
        for key, value in (*values.items(), ("date", offer.date)):
            if row.get(key) != value:
                row[key] = value
    if checked is not None and document.get("checked") != checked:
        document["checked"] = checked
    return tomlkit.dumps(document)
