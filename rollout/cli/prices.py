"""Show AWS's prices with source and age, or look them up again.

Each price has its source and its date. `--refresh` asks AWS's price list and changes only what
differs; it needs the right pricing:GetProducts in any account.

Exit codes: 0 fine, 1 a price is too old or AWS gives none or several, 2 wrong use.

Example: `pay prices --check-age 90d`
"""

from datetime import date, timedelta
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Column, Table

from pay.files import read_text, replace_file
from rollout.cost.price_file import OLDEST, PriceList, load_prices, price_file
from rollout.cost.refresh import changes, look_up, pricing_client, with_offers
from rollout.terminal.arguments import Json, duration, now
from rollout.terminal.console import console, print_json
from rollout.terminal.tables import print_table


def prices(
    region: Annotated[str, typer.Option(metavar="REGION", help="A region of AWS.")] = "eu-west-1",
    check_age: Annotated[
        timedelta | None,
        typer.Option(parser=duration, metavar="TIME", help="Fail when a price is older: 90d."),
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Look every price up.")] = False,
    as_json: Json = False,
) -> None:
    path, today = price_file(region), now().date()
    listed = load_prices(region)
    data: dict[str, Any] = {"region": region}
    is_fine = True
    if refresh:
        lookup = look_up(listed, pricing_client())
        changed = changes(listed, lookup)
        checked = None if lookup.unanswered else today
        text = read_text(path)
        if (new := with_offers(text, changed, checked)) != text:
            replace_file(path, new.encode())
        data |= {
            "changed": {
                item: {"before": listed.price[item].usd, "after": offer.usd}
                for item, offer in changed.items()
            },
            "unanswered": dict(lookup.unanswered),
        }
        is_fine = not lookup.unanswered
        listed = load_prices(region)
    old = [
        item
        for item, row in listed.price.items()
        if row.is_old(today, listed.checked, OLDEST if check_age is None else check_age)
    ]
    missing = [item for item, row in listed.price.items() if row.usd is None]
    data |= {"old": old, "missing": missing, "prices": _as_data(listed)}
    if check_age is not None and old:
        is_fine = False
    if as_json:
        print_json(data)
    else:
        _show(listed, data, today, is_asked=refresh)
    if not is_fine:
        raise typer.Exit(1)


def _as_data(listed: PriceList) -> dict[str, Any]:
    keys = ("usd", "unit", "sku", "source", "date")
    return {item: {key: getattr(row, key) for key in keys} for item, row in listed.price.items()}


def _show(listed: PriceList, data: dict[str, Any], today: date, *, is_asked: bool) -> None:
    out = console()
    table = Table(
        Column("item", no_wrap=True),
        Column("USD", justify="right", no_wrap=True),
        Column("unit", no_wrap=True),
        Column("age", justify="right", no_wrap=True),
        Column("source"),
        title=f"Prices in {listed.region}, on demand, without tax",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
    )
    for item, row in listed.price.items():
        age = "" if row.date is None else f"{(today - row.read(listed.checked)).days} d"
        usd = "no price" if row.usd is None else f"{row.usd}"
        table.add_row(item, usd, row.unit, age, row.source or "")
    print_table(out, table)
    for item, each in data.get("changed", {}).items():
        before = "no price" if each["before"] is None else each["before"]
        out.print(f"Changed: {item}, {before} to {each['after']}.")
    if is_asked and not data["changed"]:
        out.print("No price has changed.")
    for item, why in data.get("unanswered", {}).items():
        out.print(f"Not found: {item}, AWS's price list has {why}. Correct its key in the file.")
    if data["missing"]:
        out.print(f"No price: {', '.join(data['missing'])}.")
    if data["old"]:
        out.print(f"Too old: {', '.join(data['old'])}. `pay prices --refresh` looks them up.")
