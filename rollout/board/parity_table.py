"""The differences between the two sides as a table, one row for services that share one."""

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from pay.service.parity import Difference

Shared = Mapping[tuple[str, str, str, str], Sequence[str]]
"""The services of each (aspect, ec2, fargate, what it matters)."""


def by_difference(found: Mapping[str, Sequence[Difference]]) -> Shared:
    """The differences in the order of their aspects, each with the services that have it."""
    shared: dict[tuple[str, str, str, str], list[str]] = {}
    for service, differences in found.items():
        for each in differences:
            key = (each.aspect, each.ec2, each.fargate, each.matters)
            shared.setdefault(key, []).append(service)
    aspects = list(dict.fromkeys(key[0] for key in shared))
    return dict(sorted(shared.items(), key=lambda row: aspects.index(row[0][0])))


def as_table(environment: str, shared: Shared) -> Table:
    """What differs, on either side, why it matters, and for whom."""
    everybody = {service for services in shared.values() for service in services}
    table = Table(title=f"EC2 and Fargate in {environment}", title_justify="left", show_lines=True)
    table.add_column("aspect", min_width=8)
    table.add_column("EC2", ratio=3)
    table.add_column("Fargate", ratio=3)
    table.add_column("services", ratio=2)
    for (aspect, ec2, fargate, matters), services in shared.items():
        who = "all" if set(services) == everybody else ", ".join(services)
        table.add_row(aspect, ec2, Text.assemble(fargate, (f"\n-> {matters}", "dim")), who)
    return table
