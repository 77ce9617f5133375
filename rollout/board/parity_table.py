"""The differences between the two sides as a table, one row for services that share one."""

import re
from collections.abc import Iterable, Mapping, Sequence

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pay.service.parity import SideDifference

_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


def as_table(environment: str, differences: Mapping[str, Sequence[SideDifference]]) -> Table:
    """Return a row for each difference: its aspect, both sides, why it matters, its services.

    `differences` are those of each service. Services whose difference has other numbers share a
    row, which has the least and the greatest of them, `1..9`.
    """
    shared: dict[tuple[str, ...], dict[str, SideDifference]] = {}
    for service, its_own in differences.items():
        for each in its_own:
            texts = (each.aspect, each.ec2, each.fargate, each.matters)
            alike = tuple(_NUMBER.sub("0", text) for text in texts)
            shared.setdefault(alike, {})[service] = each
    aspects = list(dict.fromkeys(aspect for aspect, *_ in shared))
    everybody = {service for row in shared.values() for service in row}
    table = Table(
        *("aspect", "EC2", "Fargate", "services"),
        title=f"EC2 and Fargate in {environment}",
        title_justify="left",
        show_lines=True,
    )
    for (aspect, *_), row in sorted(shared.items(), key=lambda row: aspects.index(row[0][0])):
        ec2, fargate, matters = (
            _together(getattr(each, key) for each in row.values())
            for key in ("ec2", "fargate", "matters")
        )
        names = "all" if set(row) == everybody else ", ".join(row)
        both = Text.assemble(fargate, (f"\n-> {matters}", "dim"))
        table.add_row(aspect, escape(ec2), both, names)
    return table


def _together(texts: Iterable[str]) -> str:
    """Return texts that differ only in numbers as one."""
    texts = list(texts)
    numbers = zip(*(map(int, _NUMBER.findall(text)) for text in texts), strict=True)
    ranges = (_range(min(each), max(each)) for each in numbers)
    return _NUMBER.sub(lambda _: next(ranges), texts[0])


def _range(least: int, greatest: int) -> str:
    return str(least) if least == greatest else f"{least}..{greatest}"
