"""Show the stacks in the order of an apply.

The stacks of one turn are applied together. With `--changed` the estate is synthesised twice: as it
is here, and as it is in BASE. A state that the change leaves behind is named on standard error.

Example: `pay stacks test-12 --changed main`
"""

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.table import Table

from pay.model.stack_order import in_turns
from pay.model.stacks import Stack, known_stacks
from rollout.delivery.changed_stacks import changed_since, judged_together
from rollout.terminal.arguments import Json, OptionalEnvironmentName, environments_folder
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for
from rollout.terminal.tables import print_table
from toolchain.paths import ROOT

ASKED = "and `pay plan-changes` refuses that while it holds resources"


def stacks(
    environment: OptionalEnvironmentName = None,
    changed: Annotated[
        str | None,
        typer.Option(
            metavar="BASE",
            help="Only what differs from this Git revision, and the records of each changed side.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    folder = environments_folder()
    environments = load_for(folder, environment)
    if environment is not None:
        choose(environment, environments, "ENV")
    known = known_stacks(environments)
    ids = frozenset(known)
    if changed is not None:
        globs = " ".join(_globs(environment, known)) if environment else ""
        changes = changed_since(changed, ROOT, folder, globs=globs)
        ids = judged_together(changes.changed, known)
        for left in sorted(changes.left):
            typer.echo(f"{left}: the change leaves its state behind, {ASKED}", err=True)
    chosen = [
        stack
        for turn in in_turns(stack for id, stack in known.items() if id in ids)
        for stack in turn
        if environment in (None, *stack.environments)
    ]
    if as_json:
        print_json(
            [
                {
                    "stack": stack.id,
                    "kind": stack.kind.name,
                    "turn": stack.kind.turn,
                    "environments": stack.environments,
                    "service": stack.service,
                    "side": stack.kind.side,
                }
                for stack in chosen
            ]
        )
        return
    table = Table("stack", "holds", "for", "turn", box=None, pad_edge=False)
    for stack in chosen:
        serves = stack.service or ", ".join(stack.environments)
        table.add_row(stack.id, stack.kind.holds, serves, str(stack.kind.turn.value))
    if chosen:
        print_table(console(), table)
    else:
        console().print("Nothing changes.")


def _globs(environment: str, known: Mapping[str, Stack]) -> list[str]:
    """Return globs of all stacks that serve an environment, also of deleted ones."""
    own = f"{environment}-"
    shared = [id for id, stack in known.items() if environment in stack.environments]
    return [f"{own}*", *(id for id in shared if not id.startswith(own))]
