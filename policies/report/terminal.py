"""The verdict for a person at a terminal."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from pay.model.accepted import HEADER
from policies.engine.verdict import GateVerdict
from policies.results import counted

_MOST_LINES = 40  # findings of one rule that are listed
_LOG_WIDTH = 140  # characters per line where no terminal gives a width
_WIDE = 120  # the least characters per line at which a rule's name fits


def as_table(verdicts: list[GateVerdict], *, terminal: bool) -> str:
    """Return tables in the terminal's width and colours, or plain ones that fit a log."""
    console = Console() if terminal else Console(width=_LOG_WIDTH, color_system=None)
    with console.capture() as captured:
        for verdict in verdicts:
            _print(verdict, console)
    return captured.get().rstrip()


def _print(verdict: GateVerdict, console: Console) -> None:
    if verdict.failed:
        console.print(_findings(verdict, console.width))
    if verdict.problems:
        table = Table("kind", "where", "what", title="Not read or not allowed", show_lines=True)
        for each in verdict.problems:
            table.add_row(each.kind, f"{each.where}:{each.line}", each.what)
        console.print(table)
    if verdict.accepted:
        console.print(_accepted(verdict))
    console.print(_summary(verdict))
    for unknown in verdict.not_known:
        console.print(f"not known before the apply: {unknown}", style="dim")
    blocks = sum(len(stack.blocks) for stack in verdict.stacks)
    style, word = ("bold red", "refused") if verdict.refused else ("bold green", "passed")
    console.print(
        f"{word}: {verdict.root}: {counted(len(verdict.stacks), 'stack')}, "
        f"{counted(blocks, 'resource')} and data sources, "
        f"{counted(len(verdict.results), 'result')}, {len(verdict.failed)} failed, "
        f"{len(verdict.waived)} waived, {counted(len(verdict.problems), 'other problem')}",
        style=style,
        highlight=False,
        soft_wrap=True,
    )


def _findings(verdict: GateVerdict, width: int) -> Table:
    table = Table(title="Findings", show_lines=True)
    table.add_column("rule, requirements", no_wrap=width >= _WIDE, overflow="fold")
    table.add_column("where", overflow="fold")
    table.add_column("what and why", overflow="fold")
    for rule, count in Counter(each.rule for each in verdict.failed).items():
        title = f"{rule}\n{', '.join(verdict.rules[rule].requirements)}"
        for each in [each for each in verdict.failed if each.rule == rule][:_MOST_LINES]:
            where = f"{each.stack}\n{each.address}\n{each.file}:{each.first_line}"
            table.add_row(title, where, verdict.message(each))
        if count > _MOST_LINES:
            table.add_row(rule, f"and {count - _MOST_LINES} more findings", "")
    return table


def _accepted(verdict: GateVerdict) -> Table:
    """Return the table of what is accepted, with the columns of `pay suppressions`."""
    table = Table(*HEADER, title="Accepted")
    for each, count in verdict.accepted:
        table.add_row(*each.row(count))
    return table


def _summary(verdict: GateVerdict) -> Table:
    outcomes = Counter((each.rule, each.outcome) for each in verdict.results)
    table = Table("requirement", "title", "rules", "passed", "waived", "failed")
    for requirement in verdict.requirements.in_order:
        counts = {
            outcome: sum(outcomes[rule, outcome] for rule in requirement.rules)
            for outcome in ("passed", "waived", "failed")
        }
        style = "red" if counts["failed"] else "" if sum(counts.values()) else "dim"
        table.add_row(
            requirement.number,
            requirement.title,
            str(len(requirement.rules)),
            *(str(count or "") for count in counts.values()),
            style=style,
        )
    return table
