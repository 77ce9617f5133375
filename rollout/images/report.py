"""The images of an environment as a table, and as data."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pay.containers.images import short_image
from pay.containers.lifecycle import KEPT_RELEASES, SOON, days_of
from pay.model import Environment
from pay.model.stacks import REGISTRY
from rollout.images.survey import ImageLine, Running, Stored
from rollout.terminal.refusal import Finding
from rollout.terminal.tables import print_table


def mistakes(environment: Environment, lines: Sequence[ImageLine], today: date) -> list[Finding]:
    """Return what is late, not scanned or expires soon, and what the registry lacks."""
    return [mistake for line in lines for mistake in _mistakes(environment, line, today)]


def _mistakes(environment: Environment, line: ImageLine, today: date) -> Iterator[Finding]:
    name, repository = line.image.name, line.image.repository
    if line.lacks_its_pin and line.pin:
        yield Finding(
            "pin",
            f"{name}: {repository} does not have {line.pin.digest}, which the environment pins",
            f"copy release {line.pin.release} here, or pin one that is there",
        )
    for running in line.running:
        if running.stored is None:
            yield Finding(
                "registry",
                f"{name}: {running.reference} runs ({', '.join(running.where)}) and {repository} "
                "does not have it: no further task can start",
                "push it again, or deploy a release that is there",
            )
            continue
        if ends := _end(line, running.stored):
            yield Finding(
                "lifetime",
                f"{name} {running.name} runs ({', '.join(running.where)}) and {ends}: then no "
                "further task can start",
                "deploy a newer release before that",
            )
        if running.vulnerabilities is None:
            yield Finding(
                "scan",
                f"{name} {running.name}: no scan of what runs (PCI DSS v4.0.1, 11.3.1)",
                f"apply {REGISTRY.stack_id(environment.account_name)}, which has every image "
                "scanned; where a scan has ended, give Amazon Inspector a longer re-scan duration",
            )
        for each in running.vulnerabilities or ():
            if each.is_late(today):
                yield Finding(
                    "late",
                    f"{name} {running.name}: {each.id}, {each.severity.lower()}, {each.packages}; "
                    f"was due by {each.deadline} (PCI DSS v4.0.1, 6.3.3)",
                    "build the image again with the fixed package, and release it",
                )


def _end(line: ImageLine, stored: Stored) -> str | None:
    """Return what ends the life of an image soon; None if it stays."""
    newer, repository = line.newer(stored), line.image.repository
    if stored.release:
        kept = f"has {newer} newer releases, of which {repository} keeps {KEPT_RELEASES}"
        return kept if newer >= SOON else None
    if days := days_of(stored.tags):
        return f"is no release, which {repository} deletes {days} days after {stored.pushed}"
    return None


def as_data(environment: Environment, lines: Sequence[ImageLine], today: date) -> dict[str, Any]:
    """Return the lines for programs."""
    return {
        "environment": environment.name,
        "images": [
            {
                "image": line.image.name,
                "repository": line.image.repository,
                "kind": line.image.kind,
                "owner": line.image.owner,
                "running": [_running_as_data(line, each, today) for each in line.running],
                "pinned": line.pin and line.pin.model_dump(mode="json"),
                "newest": line.newest,
            }
            for line in lines
        ],
        "mistakes": [
            {"check": each.gate, "reason": each.reason, "fix": each.fix}
            for each in mistakes(environment, lines, today)
        ],
    }


def _running_as_data(line: ImageLine, running: Running, today: date) -> dict[str, Any]:
    built = line.built(running)
    return {
        "release": running.stored and running.stored.release,
        "reference": running.reference,
        "digest": running.stored and running.stored.digest,
        "where": running.where,
        "age_days": built and (today - built).days,
        "findings": None
        if running.vulnerabilities is None
        else [
            {
                "id": each.id,
                "severity": each.severity,
                "packages": each.packages,
                "deadline": each.deadline,
                "late": each.is_late(today),
            }
            for each in running.vulnerabilities
        ],
    }


def print_report(
    out: Console, environment: Environment, lines: Sequence[ImageLine], today: date
) -> None:
    """Print a row for each image that runs, then what is wrong and what to do."""
    title = f"Images of {environment.name} in account {environment.account_id}"
    table = Table(title=title, title_justify="left")
    for column in ("image", "runs", "pinned", "newest", "age", "findings"):
        table.add_column(column, justify="right" if column in ("newest", "age") else "left")
    for line in lines:
        for running in line.running or (None,):
            table.add_row(*_cells(line, running, today))
    print_table(out, table)
    for each in mistakes(environment, lines, today):
        out.print(f"[red]x {each.gate}[/]: {escape(each.reason)}")
        out.print(f"  [dim]->[/] {escape(each.fix)}")


def _cells(line: ImageLine, running: Running | None, today: date) -> Iterator[str]:
    yield line.image.name
    yield _runs(running) if running else "-"
    yield str(line.pin.release) if line.pin else ""
    yield str(line.newest or "-")
    built = line.built(running) if running else None
    yield f"{(today - built).days} d" if built else ""
    yield _findings(running, today) if running else ""


def _runs(running: Running) -> str:
    more = "" if len(running.where) < 3 else f" ({len(running.where)} sides)"
    return escape(f"{short_image(running.name)}{more}")


def _findings(running: Running, today: date) -> str:
    if running.stored is None:
        return "[red]not in the registry[/]"
    if running.vulnerabilities is None:
        return "[red]not scanned[/]"
    late = sum(each.is_late(today) for each in running.vulnerabilities)
    deadlines = sorted(each.deadline for each in running.vulnerabilities if each.deadline)
    if late:
        return f"[red]{late} late[/] of {len(running.vulnerabilities)}"
    if deadlines:
        return f"[yellow]{len(running.vulnerabilities)}[/], until {deadlines[0]}"
    return (
        f"{len(running.vulnerabilities)} without a fix"
        if running.vulnerabilities
        else "[green]none[/]"
    )
