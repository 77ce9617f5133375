"""The findings of an environment as a table, and as data."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rollout.findings.finding import FindingState
from rollout.findings.listing import FindingLine
from rollout.findings.unknown import UnreadTool
from rollout.terminal.refusal import Finding
from rollout.terminal.tables import print_table
from rollout.terminal.time_text import short_moment, span


def in_state(lines: Iterable[FindingLine], state: FindingState) -> tuple[FindingLine, ...]:
    """Return the lines of one state."""
    return tuple(each for each in lines if each.finding.state is state)


def folded(lines: Iterable[FindingLine]) -> Mapping[str, int]:
    """Return why findings are suppressed -> how many."""
    counts: dict[str, int] = {}
    for each in in_state(lines, FindingState.SUPPRESSED):
        why = each.finding.because or "no reason is known"
        counts[why] = counts.get(why, 0) + 1
    return counts


def headline(lines: Sequence[FindingLine], unread: Sequence[UnreadTool]) -> str:
    """Return the counts in a sentence."""
    counts = (f"{len(in_state(lines, state))} {state}" for state in FindingState)
    late = sum(each.is_late for each in lines)
    unknown = f"; {len(unread)} not read" if unread else ""
    return f"{', '.join(counts)}; {late} late{unknown}"


def mistakes(
    environment: str, lines: Iterable[FindingLine], unread: Iterable[UnreadTool]
) -> list[Finding]:
    """Return what is late, and what could not be read."""
    late = [
        Finding(
            "late",
            f"{each.finding.id}, {each.finding.severity}, {each.finding.where}: had to be resolved "
            f"by {each.deadline} ({each.rule})",
            "answer it (docs/tasks/answer-a-finding.md), then say what it was: "
            f"pay findings close {environment} {each.finding.id} --verdict real|false",
        )
        for each in lines
        if each.is_late
    ]
    return [*late, *(Finding("not read", f"{e.tool}: {e.reason}", e.fix) for e in unread)]


def as_data(
    environment: str,
    lines: Sequence[FindingLine],
    unread: Sequence[UnreadTool],
    left_out: Sequence[str],
) -> dict[str, Any]:
    """Return the lines for programs."""
    return {
        "environment": environment,
        "findings": [_as_data(each) for each in lines],
        "suppressed": folded(lines),
        "minutes": sum(each.minutes or 0 for each in lines),
        "not_read": [{"tool": e.tool, "reason": e.reason, "fix": e.fix} for e in unread],
        "left_out": list(left_out),
    }


def _as_data(line: FindingLine) -> dict[str, Any]:
    finding = line.finding
    return {
        "id": finding.id,
        "key": finding.key,
        "tool": finding.tool,
        "kind": finding.kind,
        "title": finding.title,
        "severity": finding.severity,
        "state": finding.state,
        "where": finding.where,
        "places": [
            {"service": each.service, "side": each.side, "in_the_catalogue": each.is_known}
            for each in finding.places
        ],
        "resource": finding.resource or None,
        "runs": finding.runs,
        "first_seen": finding.first_seen.isoformat(),
        "last_seen": finding.last_seen.isoformat(),
        "count": finding.count,
        "age_days": line.age.days,
        "deadline": line.deadline,
        "rule": line.rule,
        "late": line.is_late,
        "stages": {service: stage.value for service, stage in line.stages},
        "since_the_move": line.since_the_move,
        "because": finding.because,
        "acknowledged": line.begun and line.begun.at.isoformat(),
        "verdict": line.closed and line.closed.verdict,
        "minutes": line.minutes,
    }


def print_report(
    out: Console,
    environment: str,
    lines: Sequence[FindingLine],
    unread: Sequence[UnreadTool],
    left_out: Sequence[str],
) -> None:
    """Print open findings by service and tool, then those that are over, folded, and what nobody
    was asked about.
    """
    open_ = in_state(lines, FindingState.OPEN)
    if open_:
        table = Table(title=f"Open findings of {environment}", title_justify="left")
        for column in ("id", "service", "tool", "severity", "finding", "since", "until", "moves"):
            table.add_column(column)
        for each in open_:
            table.add_row(*map(str, _cells(each)))
        print_table(out, table)
    out.print(f"{headline(lines, unread)}.")
    for why, count in folded(lines).items():
        out.print(f"[dim]{count} suppressed:[/] {escape(why)}")
    for each in in_state(lines, FindingState.RESOLVED):
        out.print(f"[dim]resolved:[/] {escape(_over(each))}")
    for what in left_out:
        out.print(f"[dim]left out:[/] {escape(what)}")


def _cells(line: FindingLine) -> tuple[str, ...]:
    finding = line.finding
    colour = "red" if finding.severity.is_high else "yellow"
    return (
        finding.id,
        escape(finding.where),
        finding.tool.value,
        f"[{colour}]{finding.severity}[/]",
        escape(
            f"{finding.title} ({finding.kind})"
            if finding.kind not in finding.title
            else finding.title
        ),
        since(line),
        f"[red]late, {line.deadline}[/]" if line.is_late else until(line),
        moves(line),
    )


def since(line: FindingLine) -> str:
    """Return when it was first seen, its age, how often it was, and whether somebody looks."""
    count = f", {line.finding.count} times" if (line.finding.count or 0) > 1 else ""
    begun = f"; acknowledged {short_moment(line.begun.at)}" if line.begun else ""
    first = short_moment(line.finding.first_seen)
    return f"{first} ({span(line.age, units=1)}){count}{begun}"


def until(line: FindingLine) -> str:
    """Return its deadline, or why it has none."""
    if line.deadline:
        return str(line.deadline)
    if not line.finding.runs:
        return "does not run"
    if not line.finding.has_fix:
        return "no fix yet"
    return "risk analysis"


def moves(line: FindingLine) -> str:
    """Return the stages of its services, and how long after a move it was first seen."""
    stages = ", ".join(f"{stage}" for _, stage in line.stages)
    return "; ".join(filter(None, (stages, line.since_the_move)))


def _over(line: FindingLine) -> str:
    finding = line.finding
    verdict = f"{line.closed.verdict}, {line.minutes} min" if line.closed else finding.tool.value
    return f"{finding.id} {finding.where}: {finding.title} ({verdict})"
