"""The differences between the two sides as a table, one row for services that share one."""

from collections.abc import Mapping, Sequence

from rich.table import Column, Table
from rich.text import Text

from pay.service.parity import Difference


def as_table(environment: str, differences: Mapping[str, Sequence[Difference]]) -> Table:
    """Return a row for each difference: its aspect, both sides, why it matters, its services.

    `differences` are those of each service.
    """
    shared: dict[tuple[str, str, str, str], list[str]] = {}
    for service, its_own in differences.items():
        for each in its_own:
            key = (each.aspect, each.ec2, each.fargate, each.matters)
            shared.setdefault(key, []).append(service)
    aspects = list(dict.fromkeys(aspect for aspect, *_ in shared))
    everybody = {service for services in shared.values() for service in services}
    table = Table(
        Column("aspect", min_width=8),
        Column("EC2", ratio=3),
        Column("Fargate", ratio=3),
        Column("services", ratio=2),
        title=f"EC2 and Fargate in {environment}",
        title_justify="left",
        show_lines=True,
    )
    for key, services in sorted(shared.items(), key=lambda row: aspects.index(row[0][0])):
        aspect, ec2, fargate, matters = key
        names = "all" if set(services) == everybody else ", ".join(services)
        table.add_row(aspect, ec2, Text.assemble(fargate, (f"\n-> {matters}", "dim")), names)
    return table
