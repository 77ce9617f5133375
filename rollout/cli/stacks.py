"""`pay stacks`: which stacks there are, and which of them a change touches."""

from typing import Annotated

import typer

from rollout.terminal.arguments import PROJECT, Json, OptionalEnvironmentName, environments_folder


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
    """Show the stacks in the order in which they are applied; those of one turn go together.

    With `--changed` the estate is synthesised twice: as it is here, and as it is in BASE.

    Example: `pay stacks test-12 --changed main`
    """
    from rich.table import Table

    from pay.environments.load import load_environments
    from pay.model.stack_order import in_turns
    from pay.model.stacks import known_stacks
    from rollout.delivery.changed_stacks import changed_since, judged_together
    from rollout.terminal.console import choose, console, print_json, reporting

    folder = environments_folder()
    with reporting(as_json):
        environments = load_environments(folder)
        if environment is not None:
            choose(environment, tuple(environments), "ENV")
        known = known_stacks(environments)
        ids = frozenset(known)
        if changed is not None:
            ids = judged_together(changed_since(changed, PROJECT, folder), known)
        shown = [
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
                    for stack in shown
                ]
            )
            return
        table = Table("stack", "holds", "for", "turn", box=None, pad_edge=False)
        for stack in shown:
            serves = stack.service or ", ".join(stack.environments)
            table.add_row(stack.id, stack.kind.holds, serves, str(stack.kind.turn.value))
        console().print(table if shown else "Nothing changes.")
