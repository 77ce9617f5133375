"""Find what runs on EC2 today, for the stacks to import.

Looks up the ids that only AWS knows, with the AWS credentials of the shell; it only reads. Review
the file that it writes, commit it, set `adopt = true` and run `cdktf diff`: it shows imports and
changes in place. After the deploy the file can be deleted.

Example: `pay adopt staging-2`
"""

import typer

from pay.environments.adopted import adopted_file
from pay.environments.load import load_environments
from rollout.adoption.answers import failures
from rollout.adoption.file import as_toml, keep_lines
from rollout.adoption.finders import find_all
from rollout.adoption.report import as_data, print_report
from rollout.aws.clients import asking
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder
from rollout.terminal.atomic_write import write_atomically
from rollout.terminal.console import choose, console, print_json


def adopt(
    environment: EnvironmentName,
    as_json: Json = False,
    allow_missing: bool = typer.Option(
        False,
        "--allow-missing",
        help="Write the file although AWS lacks something that should run: it will be created.",
    ),
) -> None:
    folder = environments_folder()
    environments = load_environments(folder)
    chosen = choose(environment, environments, "ENV")
    path = adopted_file(folder, environment)
    with asking(chosen) as client:
        answers = keep_lines(path, chosen, tuple(find_all(chosen, client)))
    is_missing = any(each.is_missing and each.expected for each in answers)
    refused = bool(failures(answers)) or (is_missing and not allow_missing)
    if not refused:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, as_toml(chosen, answers))
    written = None if refused else path
    if as_json:
        print_json(as_data(answers, written))
    else:
        print_report(console(), answers, written)
    if refused:
        raise typer.Exit(1)
