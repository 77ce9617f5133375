"""Every line of a bill as CSV, with the source of its price."""

import csv
import io

from rollout.cost.bill_lines import CostLine
from rollout.cost.report import CostReport

HEAD = (
    *("environment", "service", "side", "stage", "part", "what", "item", "quantity"),
    *("times", "price_usd", "usd", "source", "date"),
)


def as_csv(report: CostReport) -> bytes:
    """Return a head and a row for each line; `usd` is `no price` where the price is missing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(_row(report, line) for line in report.bill.lines)
    return text.getvalue().encode()


def _row(report: CostReport, line: CostLine) -> tuple[object, ...]:
    usage = line.usage
    price = report.prices.price.get(usage.item)
    return (
        *(usage.environment, usage.service or "", usage.side or "", usage.stage or ""),
        *(usage.part, usage.what, usage.item, f"{usage.quantity:f}", " ".join(usage.times)),
        price.usd if price and price.usd else "",
        "no price" if line.usd is None else line.usd,
        *((price.source or "", price.date or "") if price else ("", "")),
    )
