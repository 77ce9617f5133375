"""Judge the plans of a change, and write its review.

The guard, the PCI gate and the review all run, whatever the others say. REVIEW gets review.md for
the comment, review.html with everything, and the gate's reports. Whatever happens, review.md is
about COMMIT. Break-glass is the file `break-glass`, with a line `RULE: why` for each rule.

Exit codes: 0 clean, 1 refused by the guard or the gate, 2 not judged.

Example: `pay judge-changes ../base plans review`
"""

from pathlib import Path
from typing import Annotated

import typer

from rollout import git
from rollout.delivery.judge_changes import judge_changes as judge_all
from rollout.terminal.arguments import BASE_HELP, Json, PlansFolder
from rollout.terminal.console import reporting
from rollout.terminal.refusal import Failed


def judge_changes(
    # A missing one stands in the review, too, because this command runs after any that failed.
    base: Annotated[Path, typer.Argument(metavar="BASE", help=BASE_HELP)],
    plans: PlansFolder,
    review: Annotated[
        Path, typer.Argument(metavar="REVIEW", help="The folder for the review and the reports.")
    ],
    commit: Annotated[
        str,
        typer.Option(envvar="COMMIT", help="The commit of the change; default: Git's HEAD."),
    ] = "",
    as_json: Json = False,
) -> None:
    try:
        exit_code = judge_all(base, plans, review, commit or _head(), as_json=as_json)
    except (Failed, OSError) as failure:
        with reporting(as_json, exit_code=2):  # 1 would say that something was judged
            raise failure
    raise typer.Exit(exit_code)


def _head() -> str:
    try:
        return git.answer(Path(), "rev-parse", "HEAD")
    except Failed:
        message = "Git has no HEAD here; give the commit of the change."
        raise typer.BadParameter(message, param_hint="--commit") from None
