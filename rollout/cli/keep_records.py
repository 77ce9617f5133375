"""Keep in Git what commands recorded: commit and push.

Commits the records beside the environment files: moves, verdicts, releases, migrations, answers to
findings. It also commits the environment files, where commands write stages and pins. What else is
changed or staged stays as it is. `--push` puts the commits on top of what others pushed meanwhile.
It also pushes a commit that an earlier run could not push. After a conflict the branch is as
before.

Exit codes: 0 committed and pushed, or nothing to do, 1 refused by Git, 2 wrong use.

Example: `pay keep-records --push`
"""

from typing import Annotated

import typer
from rich.markup import escape

from rollout.records.commit import commit_records
from rollout.records.push import push_records
from rollout.terminal.arguments import Json, environments_folder
from rollout.terminal.console import console, print_json


def keep_records(
    push: Annotated[
        bool, typer.Option("--push", help="Also push to the branch that this one follows.")
    ] = False,
    message: Annotated[
        str, typer.Option(metavar="TEXT", help="The message of the commit.")
    ] = "Record what pay did",
    as_json: Json = False,
) -> None:
    folder, out = environments_folder(), console()
    files = commit_records(folder, message)
    if not as_json:
        text = f"Committed: {', '.join(files)}" if files else "Nothing to commit."
        out.print(escape(text), soft_wrap=True)
    pushed = push_records(folder) if push else None
    if as_json:
        print_json({"committed": files, "pushed": pushed and pushed.commits})
    elif pushed:
        count = f"{pushed.commits} commit{'' if pushed.commits == 1 else 's'}"
        text = f"Pushed: {count} to {pushed.to}." if pushed.commits else "Nothing to push."
        out.print(escape(text))
