"""AWS's prices of one region, from a file of this package: each with its source and date.

A price that is missing stays missing. Whatever needs it names it, and nothing counts it as 0.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from pay.files import read_text
from pay.model.base import Model
from pay.model.problem import InvalidInput, Problem
from pay.model.pydantic_errors import to_problems
from pay.model.text_types import Region
from pay.toml_lines import TomlLines
from pay.toml_text import NotToml, parse

FOLDER = Path(__file__).parent / "prices"
OLDEST = dt.timedelta(days=90)
"""AWS publishes price lists several times a month; what is older has to be looked up again."""

_Word = Annotated[str, Field(min_length=1, max_length=200)]

_Day = Annotated[dt.date, Field(description="a day, 2026-09-11")]


class Price(Model):
    """The price of one item, or the place in AWS's price list where it can be looked up.

    (service, usagetype, operation) is the key. `EU-TimedStorage-ByteHrs` alone is in five services.
    """

    service: _Word
    """AWS's service code, for example AmazonECS."""
    usagetype: _Word
    operation: _Word | None = None
    """Left out: the usage type has one operation only."""
    everywhere: bool = False
    """True when AWS has one price for all regions. Its row in the price list names none."""
    unit: _Word
    """AWS's unit, for example Hrs."""
    usd: Annotated[Decimal, Field(gt=0, le=100_000)] | None = None
    """For one unit, in quotes. Left out if no public figure is known. Decoys of AWS's list cost 0.
    """
    sku: _Word | None = None
    """Left out: the source does not say it."""
    source: _Word | None = None
    """The page that shows the price."""
    date: _Day | None = None
    """The day on which AWS published it, or on which the source showed it."""

    def problems(self) -> Iterator[Problem]:
        for key in ("source", "date"):
            if (self.usd is None) != (getattr(self, key) is None):
                yield Problem(
                    key=key,
                    found="nothing" if self.usd else "one without a price",
                    allowed="a price with its source and its date, or none of the three",
                    fix="say where and when the price was read" if self.usd else "add usd",
                )

    def read(self, checked: dt.date | None) -> dt.date:
        """Return the last day on which the price was right. `checked`: all were looked up then.

        Only for a row with a price.
        """
        assert self.date is not None
        return max(self.date, checked or self.date)

    def is_old(
        self, today: dt.date, checked: dt.date | None, oldest: dt.timedelta = OLDEST
    ) -> bool:
        """Return whether the price was last right longer ago than that."""
        return self.usd is not None and today - self.read(checked) > oldest


class PriceList(Model):
    """The prices of one region, USD, on demand, Linux, without tax."""

    region: Region
    checked: _Day | None = None
    """The day on which AWS's price list answered for every row. Left out if it never did."""
    price: Mapping[_Word, Price]
    """Item of this project -> its price."""

    def usd(self, item: str) -> Decimal | None:
        """Return the price of an item; None when no row has one."""
        row = self.price.get(item)
        return row.usd if row else None


def price_file(region: str) -> Path:
    """Return the place of a region's prices."""
    return FOLDER / f"{region}.toml"


def load_prices(region: str, path: Path | None = None) -> PriceList:
    """Return the prices of a region. Raises InvalidInput with every mistake of the file."""
    path = path or price_file(region)
    try:
        text = read_text(path)
        prices = PriceList.model_validate(parse(text))
    except ValidationError as error:
        lines = TomlLines(text)
        raise InvalidInput(
            replace(each, where=str(path), line=lines.of(each.key)) for each in to_problems(error)
        ) from None
    except (OSError, ValueError) as error:
        line = error.line if isinstance(error, NotToml) else None
        raise InvalidInput(
            [
                Problem(
                    where=str(path),
                    line=line,
                    found=str(error),
                    allowed=f"the prices of {region}, as TOML",
                )
            ]
        ) from None
    return prices
