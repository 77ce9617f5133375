"""What is missing, as JSON and as tables with the Terraform to add."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from rollout.contracts.reach.missing import Direction, MissingRule, Reason, Report
from rollout.contracts.reach.rules import SecurityGroup
from rollout.contracts.reach.terraform import as_terraform


def as_data(report: Report) -> dict[str, Any]:
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


def print_report(out: Console, report: Report) -> None:
    """Print what is missing, the Terraform that adds it, and the sum."""
    if report.not_found:
        out.print(_not_found(report))
    if report.missing:
        out.print(_missing(report))
        out.print("The owner of each security group adds:\n")
        for rule, reason in report.missing.items():
            # Lines to copy keep their length.
            out.print(as_terraform(rule, reason), soft_wrap=True, markup=False)
            out.print()
    out.print(_sum(report))


def _missing(report: Report) -> Table:
    table = Table(
        Column("security group", overflow="fold", ratio=3),
        Column("lacks", overflow="fold", ratio=3),
        Column("so that it opens", overflow="fold", ratio=3),
        Column("services", overflow="fold", ratio=2),
        title=f"Missing rules in {report.environment}",
        title_justify="left",
        show_lines=True,
    )
    for rule, reason in report.missing.items():
        word = "to" if rule.direction is Direction.EGRESS else "from"
        lacks = f"{rule.direction} on {rule.ports} {word} {rule.peer_name}"
        table.add_row(*map(escape, (rule.group.name, lacks, *_columns(reason))))
    return table


def _not_found(report: Report) -> Table:
    table = Table(
        Column("AWS has", overflow="fold", ratio=3),
        Column("what to do", overflow="fold", ratio=3),
        Column("so that it opens", overflow="fold", ratio=3),
        Column("services", overflow="fold", ratio=2),
        title=f"Not found in {report.environment}",
        title_justify="left",
        show_lines=True,
    )
    for each, reason in report.not_found.items():
        table.add_row(*map(escape, (each.what, each.fix, *_columns(reason))))
    return table


def _columns(reason: Reason) -> tuple[str, str]:
    return "\n".join(map(str, reason.connections)), ", ".join(reason.services)


def _sum(report: Report) -> str:
    asked = f"{len(report.needed)} connections in {report.environment}"
    if report.is_complete:
        return f"{asked}: all are open."
    reasons = (*report.missing.values(), *report.not_found.values())
    closed = {connection for reason in reasons for connection in reason.connections}
    return (
        f"{asked}: {len(closed)} are closed; {len(report.missing)} rules are missing, and "
        f"{len(report.not_found)} things were not found."
    )


def _reason(reason: Reason) -> dict[str, Any]:
    return {"opens": list(map(str, reason.connections)), "services": list(reason.services)}


def _id(rule: MissingRule) -> str:
    return rule.peer.id if isinstance(rule.peer, SecurityGroup) else str(rule.peer)
