"""Reports what is missing, as JSON and as tables with the Terraform to add."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rollout.contracts.reach.missing import MissingRule, ReachReport, Reason, TrafficDirection
from rollout.contracts.reach.rules import SecurityGroup
from rollout.contracts.reach.terraform import as_terraform
from rollout.terminal.tables import print_table


def as_data(report: ReachReport) -> dict[str, Any]:
    """Return the report for programs."""
    return {
        "environment": report.environment,
        "connections": len(report.needed),
        "missing": [
            {
                "security_group": rule.group.name,
                "security_group_id": rule.group.id,
                "direction": rule.direction,
                "from_port": rule.ports.first,
                "to_port": rule.ports.last,
                "peer": rule.peer_name,
                "peer_id": _id(rule),
                "terraform": as_terraform(rule, reason),
                **_reason(reason),
            }
            for rule, reason in report.missing.items()
        ],
        "not_found": [
            {"what": each.what, "fix": each.fix, **_reason(reason)}
            for each, reason in report.not_found.items()
        ],
    }


def print_report(out: Console, report: ReachReport) -> None:
    """Print what is missing, the Terraform that adds it, and the sum."""
    if report.not_found:
        print_table(out, _not_found(report))
    if report.missing:
        print_table(out, _missing(report))
        out.print("The owner of each security group adds:\n")
        for rule, reason in report.missing.items():
            # Lines to copy keep their length.
            out.print(as_terraform(rule, reason), soft_wrap=True, markup=False)
            out.print()
    out.print(_sum(report))


def _missing(report: ReachReport) -> Table:
    table = _table(report, "Missing rules", "security group", "lacks")
    for rule, reason in report.missing.items():
        word = "to" if rule.direction is TrafficDirection.EGRESS else "from"
        lacks = f"{rule.direction} on {rule.ports} {word} {rule.peer_name}"
        _add(table, reason, rule.group.name, lacks)
    return table


def _not_found(report: ReachReport) -> Table:
    table = _table(report, "Not found", "AWS has", "what to do")
    for each, reason in report.not_found.items():
        _add(table, reason, each.what, each.fix)
    return table


def _table(report: ReachReport, title: str, *columns: str) -> Table:
    """Return a table that says which connections a row opens and, where several were asked for,
    which services need them.
    """
    table = Table(
        *columns,
        "so that it opens",
        title=f"{title} in {report.environment}",
        title_justify="left",
        show_lines=True,
    )
    if len({service for services in report.needed.values() for service in services}) > 1:
        table.add_column("services")
    return table


def _add(table: Table, reason: Reason, *cells: str) -> None:
    opens, services = "\n".join(map(str, reason.connections)), ", ".join(reason.services)
    row = map(escape, (*cells, opens, services))
    table.add_row(*list(row)[: len(table.columns)])


def _sum(report: ReachReport) -> str:
    asked = f"{len(report.needed)} connections in {report.environment}"
    if report.is_complete:
        return f"{asked}: all are open."
    reasons = (*report.missing.values(), *report.not_found.values())
    closed = {connection for reason in reasons for connection in reason.connections}
    return (
        f"{asked}, of which closed: {len(closed)}. Missing rules: {len(report.missing)}. "
        f"Not found: {len(report.not_found)}."
    )


def _reason(reason: Reason) -> dict[str, Any]:
    return {"opens": list(map(str, reason.connections)), "services": list(reason.services)}


def _id(rule: MissingRule) -> str:
    return rule.peer.id if isinstance(rule.peer, SecurityGroup) else str(rule.peer)
