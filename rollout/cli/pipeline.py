"""Write the pipeline of an environment, or check one.

A pipeline calls `pay` for everything. Each service has a job with its release order and queue.
Other jobs run migrations, smoke tests and scheduled calls. A weekly job rebuilds sidecars and
brings them to every service. A build of Concourse is `pay pipeline run`, which commits what its
command records.

Example: `pay pipeline concourse staging-2`
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pay.model.problem import InvalidInput
from rollout.cli import app
from rollout.pipelines.build import role_of_token, words_of
from rollout.pipelines.check import pipeline_problems
from rollout.pipelines.concourse import concourse_pipeline
from rollout.pipelines.github import github_workflow
from rollout.pipelines.needs import Needs, environments_for
from rollout.records.commit import commit_records, default_author
from rollout.terminal.arguments import EnvironmentName, environments_folder
from rollout.terminal.console import Command, choose, console
from rollout.terminal.output_files import STANDARD_OUTPUT, writable, write_output

GENERATED = Path("docs", "workflows", "generated")

pipeline = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The file, default docs/workflows/generated/KIND-ENV.yml; - prints it.",
        callback=writable,
    ),
]


@pipeline.command(cls=Command)
def concourse(environment: EnvironmentName, out: Out = None) -> None:
    """Write the Concourse pipeline of an environment, for `fly set-pipeline`."""
    _write("concourse", environment, concourse_pipeline, out)


@pipeline.command(cls=Command)
def github(environment: EnvironmentName, out: Out = None) -> None:
    """Write the GitHub workflow of an environment, for `.github/workflows/ENV.yml`."""
    _write("github", environment, github_workflow, out)


@pipeline.command(cls=Command)
def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES", help="Pipelines and tasks of Concourse, workflows of GitHub."
        ),
    ],
) -> None:
    """Check pipelines without a server, those that people wrote too.

    Exit codes: 0 fine, 1 mistakes, 2 wrong use.
    """
    problems = [problem for file in files for problem in pipeline_problems(file)]
    if problems:
        raise InvalidInput(problems)
    console().print(f"No mistakes in {', '.join(map(str, files))}.")


@pipeline.command(cls=Command)
def run(
    command: Annotated[
        str,
        typer.Argument(
            metavar="COMMAND", envvar="PAY", help="A command of `pay`, in one argument, without N."
        ),
    ],
    tag: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Holds the tag `N-release` of an image, if it is there."),
    ] = Path("../release/tag"),
) -> None:
    """Run a command in a build of Concourse, and commit its records, however it ends.

    AWS_ID_TOKEN may hold a token of OpenID Connect for the role AWS_ROLE_ARN. Ends with the exit
    code of the command, or with 1 when its records could not be committed.
    """
    folder, words = environments_folder(), words_of(command, tag)
    os.environ.update(default_author(folder))
    try:
        with role_of_token():
            app(words)
    finally:
        commit_records(folder, f"Record: pay {' '.join(words)}")


def _write(kind: str, environment: str, text: Callable[[Needs], str], out: Path | None) -> None:
    environments = environments_for(environments_folder(), environment)
    target = choose(environment, environments, "ENV")
    file = out or writable(GENERATED / f"{kind}-{environment}.yml")
    assert file
    write_output(file, text(Needs(target, environments)).encode())
    if file != STANDARD_OUTPUT:
        console().print(f"Written: {file}")
