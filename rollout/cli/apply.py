"""Apply the reviewed plans of a change.

Applies exactly these; the first failure ends it. REVIEWED is the text of the approved review,
which names the digest of the plans that it explains. Take it from the pull request, not from where
the plans come from. The guard judges them once more, from the plan files. Terraform refuses a plan
whose state has changed since.

Stacks are applied in the turns that `pay stacks` shows. A side that only loses comes after the
records and alarms that name it. Ctrl-C lets Terraform finish what it has begun; after a failure,
plan, review and approve again. `--json` names what is applied, what was not reached and each
failure.

Exit codes: 0 applied, 1 refused or failed, 2 not judged.

Example: `pay apply ../base plans reviewed.md`
"""

from pathlib import Path
from typing import Annotated

import typer

from pay.model.problem import InvalidInput
from rollout.delivery.apply_changes import apply_changes
from rollout.guard.report import print_mistakes
from rollout.terminal.arguments import BaseFolder, Json, PlansFolder


def apply(
    base: BaseFolder,
    plans: PlansFolder,
    reviewed: Annotated[
        Path,
        typer.Argument(
            metavar="REVIEWED", exists=True, dir_okay=False, help="The text that was approved."
        ),
    ],
    as_json: Json = False,
) -> None:
    try:
        is_clean = apply_changes(base, plans, reviewed, as_json=as_json)
    except InvalidInput as mistakes:
        print_mistakes(mistakes, as_json=as_json)
        raise typer.Exit(2) from None
    raise typer.Exit(0 if is_clean else 1)
