"""`pay adopt`: finds what runs on EC2 today, for the stacks to take over."""

import typer

from rollout.terminal.arguments import EnvironmentName, Json, environments_folder


def adopt(
    environment: EnvironmentName,
    as_json: Json = False,
    allow_missing: bool = typer.Option(
        False,
        "--allow-missing",
        help="Write the file although something that should run is missing: it will be created.",
    ),
) -> None:
    """Look up, read only, the ids that only AWS knows, and write the file that stacks import from.

    Uses the AWS credentials of the shell. Review the file, commit it, set `adopt = true` and run
    `cdktf diff`: it shows imports and changes in place. After the deploy the file can go.

    Example: `pay adopt staging-2`
    """
    from pay.environments.adopted import adopted_file
    from pay.environments.load import load_environments
    from rollout.adoption.aws import asking
    from rollout.adoption.file import as_toml
    from rollout.adoption.finders import find_all
    from rollout.adoption.found import failures
    from rollout.adoption.report import as_data, print_found
    from rollout.moves.stage_file import write_atomically
    from rollout.terminal.console import choose, console, print_json, reporting

    folder = environments_folder()
    with reporting(as_json):
        environments = load_environments(folder)
        choose(environment, tuple(environments), "ENV")
        chosen = environments[environment]
        with asking(chosen) as client:
            found = tuple(find_all(chosen, client))
        missing = any(each.is_missing and each.expected for each in found)
        path = adopted_file(folder, environment)
        refused = bool(failures(found)) or (missing and not allow_missing)
        if not refused:
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, as_toml(chosen, found).encode())
        written = None if refused else path
        if as_json:
            print_json(as_data(found, written))
        else:
            print_found(console(), found, written)
        if refused:
            raise typer.Exit(1)
