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

from rollout.aws.clients import CONFIG, items, session
from rollout.cost.prices import Price, PriceList
from rollout.terminal.refusal import Failed

API_REGION = "us-east-1"
"""One of the few regions that answer for all."""

_INSTANCES = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
}
"""Beside the usage type `BoxUsage:...`: instances with a licence and reservations share it."""


@dataclass(frozen=True)
class Offer:
    """What AWS asks for one item today."""

    usd: Decimal
    unit: str
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
            found = list(_offers(row, prices.region, client))
        except (BotoCoreError, ClientError) as error:
            raise Failed(
                f"AWS's price list cannot be asked: {error}. Log the shell in to an account in "
                "which it has the right pricing:GetProducts, and run it again."
            ) from None
        newest = [each for each in found if each.date == max(one.date for one in found)]
        if len(newest) == 1:
            offers[item] = newest[0]
        else:
            skus = ", ".join(each.sku for each in newest)
            unanswered[item] = f"{len(newest)} prices{f': {skus}' if skus else ''}"
    return Lookup(offers, unanswered)


def _offers(row: Price, region: str, client: Any) -> Iterator[Offer]:
    """Yield the offers that match a row and have a price on demand."""
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
        found = json.loads(text)
        dimensions = [
            dimension
            for term in found["terms"].get("OnDemand", {}).values()
            for dimension in term["priceDimensions"].values()
        ]
        # The first tier that costs something: a free tier is for the account, not for a service.
        priced = sorted(
            (each for each in dimensions if Decimal(each["pricePerUnit"].get("USD", "0"))),
            key=lambda each: Decimal(each["beginRange"]),
        )
        if priced:
            yield Offer(
                usd=Decimal(f"{Decimal(priced[0]['pricePerUnit']['USD']).normalize():f}"),
                unit=priced[0]["unit"],
                sku=found["product"]["sku"],
                source=f"AWS price list, {row.service} {found['version']}",
                date=datetime.fromisoformat(found["publicationDate"]).date(),
            )


def changes(prices: PriceList, lookup: Lookup) -> Mapping[str, Offer]:
    """Return the offers that differ from their rows in price, unit or SKU."""
    return {
        item: offer
        for item, offer in lookup.offers.items()
        if (offer.usd, offer.unit, offer.sku)
        != ((row := prices.price[item]).usd, row.unit, row.sku)
    }


def with_offers(text: str, changed: Mapping[str, Offer], checked: date | None) -> str:
    """Return the file with these rows changed, and all else as it was. `checked`: the day on which
    every row was looked up; None: not every row has an answer.
    """
    document = tomlkit.parse(text)
    rows: Any = document["price"]
    for item, offer in changed.items():
        row = rows[item]
        values = {
            "unit": offer.unit,
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
