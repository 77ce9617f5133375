"""Writes the stage and the journal of a move, and prints what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from pay.files import replace_file
from pay.model import Environment
from pay.model.stage.dns_answers import side_shares
from pay.model.stage.transitions import Edge, promotion, rollbacks
from pay.model.vocabulary import Side
from rollout.moves.journal import Move, append, journal_path, weights_text
from rollout.moves.stack_changes import StackChange, commands, stack_changes
from rollout.moves.stage_file import with_stage
from rollout.terminal.console import console, print_findings, print_json, warnings_as_data
from rollout.terminal.refusal import Finding


@dataclass(frozen=True)
class WrittenMove:
    """A move that was written."""

    environment: Environment
    service: str
    edge: Edge
    file: Path
    journal: Path | None
    """None: it could not be written; a finding says so."""
    entry: Move
    findings: Sequence[Finding]

    @property
    def changes(self) -> tuple[StackChange, ...]:
        return stack_changes(self.environment, self.service, self.edge)

    @property
    def weights(self) -> tuple[str, str]:
        """Return the weights before and after."""
        records = self.environment.ladder.records
        return weights_text(records(self.edge.before)), weights_text(records(self.edge.after))

    @property
    def way_back(self) -> str | None:
        """Return the command that takes the move back; None where there is no way back."""
        command = f"pay rollback {self.environment.name} {self.service}"
        return command if rollbacks(self.environment.ladder, self.edge.after) else None

    def as_data(self) -> dict[str, Any]:
        onward = f"pay promote {self.environment.name} {self.service}"
        return {
            "environment": self.environment.name,
            "service": self.service,
            "from": self.edge.before.value,
            "to": self.edge.after.value,
            "weights": dict(zip(("from", "to"), self.weights, strict=True)),
            "file": str(self.file),
            "journal": str(self.journal) if self.journal else None,
            "entry": self.entry.model_dump(mode="json", exclude_none=True),
            "warnings": warnings_as_data(self.findings),
            "diff": [{"stack": change.stack, "shows": change.shows} for change in self.changes],
            "run": list(commands(self.changes)),
            "rollback": self.way_back,
            "next": onward if promotion(self.environment.ladder, self.edge.after) else None,
        }


def write_move(
    folder: Path,
    environment: Environment,
    service: str,
    edge: Edge,
    entry: Move,
    findings: Sequence[Finding] = (),
) -> WrittenMove:
    """Write the stage and the journal's line. A promotion writes both or neither; a rollback is
    more important than its line, so it continues with a warning.

    Raises InvalidInput or OSError with nothing changed.
    """
    file = folder / f"{environment.name}.toml"
    journal = journal_path(folder, environment.name, service)
    before = file.read_bytes().decode()
    changed = with_stage(before, service, edge.after, where=file.name)
    replace_file(file, changed.encode())
    try:
        append(journal, entry.line())
    except OSError as error:
        if edge.is_forward:
            replace_file(file, before.encode())
            raise
        lost = Finding(
            "journal",
            f"the journal could not be written: {error}",
            f"add this line to {journal}: {entry.line().strip()}",
            refuses=False,
        )
        return WrittenMove(environment, service, edge, file, None, entry, (*findings, lost))
    return WrittenMove(environment, service, edge, file, journal, entry, findings)


def print_move(move: WrittenMove, *, as_json: bool) -> None:
    """Print what was written, what `cdktf diff` will show, what to run, how to go back."""
    if as_json:
        print_json(move.as_data())
        return
    out = console()
    before, after = move.weights
    share = side_shares(move.environment.ladder.records(move.edge.after)).get(Side.FARGATE, 0)
    out.print(
        f"[bold]{move.service}[/] in [bold]{move.environment.name}[/]: "
        f"{move.edge.before} -> [bold green]{move.edge.after}[/]   "
        f"weights {before} -> [bold]{after}[/]   Fargate answers {float(share):.0%}"
    )
    print_findings(out, move.findings)
    out.print(f"\n[bold]Written[/]  {move.file} (one line)")
    if move.journal:
        out.print(f"         {move.journal}")
    files = "both files" if move.journal else "the file"
    if move.changes:
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        for change in move.changes:
            table.add_row(f"  {change.stack}", change.shows)
        out.print("\n[bold]cdktf diff will show[/]", table, sep="\n")
        out.print(f"\n[bold]Commit {files}, then run[/]")
        for command in commands(move.changes):
            out.print(f"  {command}", soft_wrap=True)
        out.print("The time at this stage counts from now: deploy without delay.")
    else:
        out.print("\n[bold]cdktf diff will show[/]  nothing: no stack changes.")
        out.print(f"[bold]Commit {files}[/]: the time at this stage counts from now.")
    out.print(
        "\n[bold]To go back[/]  "
        + (move.way_back or "nothing to roll back to: EC2 has everything already.")
        if move.edge.after.has_ec2
        else "\n[bold red]No way back[/]: the EC2 side is gone once this is deployed."
    )
