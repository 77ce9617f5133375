"""`pay adopt`: finds what runs on EC2 today, for the stacks to take over."""

import typer

from rollout.options import EnvironmentName, Json, environments_folder


def adopt(
    environment: EnvironmentName,
    as_json: Json = False,
    allow_missing: bool = typer.Option(
        False, "--allow-missing", help="Write the file although something is missing."
    ),
) -> None:
    """Look up, read only, the ids that only AWS knows, and write the file that stacks import from.

    Uses the AWS credentials of the shell. Review the file, commit it, set `adopt = true` and run
    `cdktf diff`: it shows imports and changes in place. After the deploy the file can go.

    Example: `pay adopt staging-2`
    """
    import boto3

    from pay.adoption import adopted_file
    from pay.environments import load_environments
    from rollout.adoption.file import as_toml
    from rollout.adoption.finders import find_all
    from rollout.output import choose, console, print_json, reporting
    from rollout.stage_line import write_atomically

    folder = environments_folder()
    with reporting(as_json):
        environments = load_environments(folder)
        choose(environment, tuple(environments), "ENV")
        chosen = environments[environment]
        session = boto3.Session(region_name=chosen.region)
        clients = {name: session.client(name) for name in AWS_SERVICES}
        found = list(find_all(chosen, clients.__getitem__))
        missing = [each for each in found if each.import_id is None]
        refused = [each for each in missing if each.expected] and not allow_missing
        path = adopted_file(folder, environment)
        if not refused:
            path.parent.mkdir(exist_ok=True)
            path.touch()
            write_atomically(path, as_toml(chosen, found).encode())
        if as_json:
            print_json(
                {
                    "file": None if refused else str(path),
                    "adopted": {e.address: e.import_id for e in found if e.import_id},
                    "missing": [f"{e.stack} {e.address}: {e.what}" for e in missing],
                }
            )
        else:
            out = console()
            for each in missing:
                then = "expected, not found" if each.expected else "not found; will be created"
                out.print(f"{each.stack} {each.address}: {each.what}: {then}")
            written = "nothing was written" if refused else f"written to {path}"
            out.print(f"{len(found) - len(missing)} of {len(found)} found; {written}.")
        if refused:
            raise typer.Exit(1)


AWS_SERVICES = ("autoscaling", "ec2", "ecs", "elbv2", "iam", "logs", "route53")
