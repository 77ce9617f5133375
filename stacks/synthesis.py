"""Writes planned stacks to the output folder: reused, or made by processes side by side."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pay.hcl.errors import HclError
from pay.hcl.kept_output import KeptOutput
from pay.hcl.output import StackOutput, write_output
from pay.hcl.schema import ProviderSchema
from pay.processes import in_processes, processes_for
from stacks.estate import PlannedStack, add_stack

STACKS_WORTH_A_PROCESS = 40
"""Starting Node costs as much as making so many stacks."""


def synthesise(
    planned: Collection[PlannedStack], target: Path, schema: Path, kept: KeptOutput | None
) -> None:
    """Write these stacks, and no other, to the output folder; without `kept`, make all new.

    Raises HclError with every problem of every stack, nothing written.
    """
    inputs = {stack.id: stack.made_from for stack in planned}
    stacks: dict[str, StackOutput] = {}
    if kept:
        reused = {id_: kept.find(id_, text) for id_, text in inputs.items()}
        stacks = {id_: stack for id_, stack in reused.items() if stack}
    new = _synthesised([stack for stack in planned if stack.id not in stacks], schema)
    stacks |= new
    for stack in planned:
        after = [id_ for id_ in stack.after if id_ in stacks]
        output = stacks[stack.id]
        stacks[stack.id] = replace(output, row={**output.row, "dependencies": after})
    write_output(target, stacks)
    if kept and new:
        kept.keep(new, inputs)


def _synthesised(planned: Sequence[PlannedStack], schema: Path) -> Mapping[str, StackOutput]:
    if not planned:
        return {}

    def make(share: Sequence[PlannedStack]) -> tuple[Mapping[str, StackOutput], Sequence[str]]:
        # Only now: what is reused or mistaken needs neither cdktf nor Node.
        from pay.hcl.app import HclApp

        app = HclApp(ProviderSchema.load(schema))
        for stack in share:
            add_stack(app, stack)
        try:
            return app.render(), ()
        except HclError as error:
            return {}, error.problems

    count = processes_for(len(planned), at_least_each=STACKS_WORTH_A_PROCESS)
    # Dealt by kind, because stacks of one kind cost about the same.
    by_kind = sorted(planned, key=lambda each: each.stack.kind.name)
    results = in_processes(make, [by_kind[first::count] for first in range(count)])
    if problems := [problem for _, each in results for problem in each]:
        raise HclError(sorted(problems))
    return {id_: stack for stacks, _ in results for id_, stack in stacks.items()}
