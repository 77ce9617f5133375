"""Find what runs on EC2 today, for the stacks to import.

Looks up the ids that only AWS knows, with the AWS credentials of the shell; it only reads. Refuses
while something that runs must change first, and prints the commands. Review the file that it writes
and the `keeps` lines of the environment, and commit both. Then set `adopt = true` and run `cdktf
diff`: it shows imports and changes in place. After the deploy the file can be deleted.

Example: `pay adopt staging-2`
"""

import typer

from pay.environments.adopted import adopted_file
from pay.files import replace_file
from rollout.adoption.file import as_toml, with_encryption, with_keeps
from rollout.adoption.report import as_data, print_report
from rollout.adoption.survey import survey
from rollout.aws.clients import asking
from rollout.moves.stage_file import locked
from rollout.terminal.arguments import EnvironmentName, Json, environments_folder
from rollout.terminal.console import choose, console, print_json
from rollout.terminal.environments import load_for


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
    environments = load_for(folder, environment)
    chosen = choose(environment, environments, "ENV")
    path = adopted_file(folder, environment)
    with asking(chosen) as client:
        surveyed = survey(chosen, client, path)
    refused = surveyed.refuses(allow_missing=allow_missing)
    if not refused:
        beside = [e.name for e in environments.values() if e.account_id == chosen.account_id]
        with locked(folder):
            for name in beside:
                settings = folder / f"{name}.toml"
                text = settings.read_bytes().decode()
                # The repositories are those of the account, on which its environments agree.
                changed = with_encryption(text, surveyed.encryption)
                if name == environment:
                    changed = with_keeps(changed, surveyed.kept)
                if changed != text:
                    replace_file(settings, changed.encode())
        path.parent.mkdir(exist_ok=True)
        replace_file(path, as_toml(chosen, surveyed.answers).encode())
    written = None if refused else path
    if as_json:
        print_json(as_data(surveyed, written))
    else:
        print_report(console(), surveyed, written)
    if refused:
        raise typer.Exit(1)
