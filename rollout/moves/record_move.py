"""What promote and rollback share: write the stage and the journal, then tell what it means."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pay.model import Environment
from pay.model.stage.dns_answers import side_shares
from pay.model.stage.transitions import Edge, promotion, rollbacks
from pay.model.vocabulary import Side
from rollout.moves.journal import Move, append, journal_path, weights_text
from rollout.moves.stack_changes import StackChange, commands, stack_changes
from rollout.moves.stage_file import with_stage
from rollout.terminal.atomic_write import write_atomically
from rollout.terminal.console import print_findings, print_json, warnings_as_data
from rollout.terminal.refusal import Finding


@dataclass(frozen=True)
class Done:
    """A move that was written."""

    environment: Environment
    service: str
    edge: Edge
    file: Path
    journal: Path | None
    """None: it could not be written; a finding says so."""

    entry: Move
    findings: Sequence[Finding] = ()

    @property
    def changes(self) -> tuple[StackChange, ...]:
        return stack_changes(self.environment, self.service, self.edge)

    @property
    def way_back(self) -> str | None:
        """The command that takes the move back; None where there is no way back."""
        if rollbacks(self.environment.ladder, self.edge.after):
            return f"pay rollback {self.environment.name} {self.service}"
        return None

    @property
    def way_on(self) -> str | None:
        """The command of the next move forward."""
        if promotion(self.environment.ladder, self.edge.after):
            return f"pay promote {self.environment.name} {self.service}"
        return None


def write_move(
    folder: Path,
    environment: Environment,
    service: str,
    edge: Edge,
    entry: Move,
    findings: Sequence[Finding] = (),
) -> Done:
    """Writes the stage and the journal's line. A promotion writes both or neither; a rollback is
    more important than its line, so that it goes on with a warning.

    Raises InvalidInput or OSError with nothing changed.
    """
    file = folder / f"{environment.name}.toml"
    journal = journal_path(folder, environment.name, service)
    before = file.read_bytes()
    after = with_stage(before.decode(), service, edge.after, where=file.name)
    write_atomically(file, after.encode())
    written: Path | None = journal
    try:
        append(journal, entry)
    except OSError as error:
        if edge.is_forward:
            write_atomically(file, before)
            raise
        lost = Finding(
            "journal",
            f"the journal could not be written: {error}",
            f"add this line to {journal}: {entry.line().strip()}",
            refuses=False,
        )
        findings, written = (*findings, lost), None
    return Done(environment, service, edge, file, written, entry, findings)


def as_data(done: Done) -> dict[str, Any]:
    """The move and what follows from it, for programs."""
    records = done.environment.ladder.records
    return {
        "environment": done.environment.name,
        "service": done.service,
        "from": done.edge.before.value,
        "to": done.edge.after.value,
        "weights": {
            "from": weights_text(records(done.edge.before)),
            "to": weights_text(records(done.edge.after)),
        },
        "file": str(done.file),
        "journal": str(done.journal) if done.journal else None,
        "entry": done.entry.model_dump(mode="json", exclude_none=True),
        "warnings": warnings_as_data(done.findings),
        "diff": [{"stack": change.stack, "shows": change.shows} for change in done.changes],
        "run": list(commands(done.changes)),
        "rollback": done.way_back,
        "next": done.way_on,
    }


def tell(done: Done, out: Console, *, as_json: bool) -> None:
    """What was written, what `cdktf diff` will show, what to run, how to go back."""
    if as_json:
        print_json(as_data(done))
        return
    records = done.environment.ladder.records
    share = side_shares(records(done.edge.after)).get(Side.FARGATE, 0)
    out.print(
        f"[bold]{done.service}[/] in [bold]{done.environment.name}[/]: "
        f"{done.edge.before} -> [bold green]{done.edge.after}[/]   "
        f"weights {weights_text(records(done.edge.before))} -> "
        f"[bold]{weights_text(records(done.edge.after))}[/]   "
        f"Fargate answers {float(share):.0%}"
    )
    print_findings(out, done.findings)
    out.print(f"\n[bold]Written[/]  {done.file} (one line)")
    if done.journal:
        out.print(f"         {done.journal}")
    files = "both files" if done.journal else "the file"
    if done.changes:
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        for change in done.changes:
            table.add_row(f"  {change.stack}", change.shows)
        out.print("\n[bold]cdktf diff will show[/]", table, sep="\n")
        out.print(f"\n[bold]Commit {files}, then run[/]")
        for command in commands(done.changes):
            out.print(f"  {command}", soft_wrap=True)
        out.print("The time at this stage counts from now: deploy without delay.")
    else:
        out.print("\n[bold]cdktf diff will show[/]  nothing: no stack changes.")
        out.print(f"[bold]Commit {files}[/]: the time at this stage counts from now.")
    out.print(
        "\n[bold]To go back[/]  "
        + (done.way_back or "nothing to roll back to: EC2 has everything already.")
        if done.edge.after.has_ec2
        else "\n[bold red]No way back[/]: the EC2 side is gone once this is deployed."
    )
