"""Write the pipeline of an environment, or check one.

A pipeline calls `pay` for everything: a job for each service with its release order and queue,
migrations, smoke tests, scheduled calls, and a weekly rebuild of sidecars that reaches everybody.

Example: `pay pipeline concourse staging-2`
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pay.model.problem import InvalidInput
from rollout.pipelines.check import pipeline_problems
from rollout.pipelines.concourse import concourse_pipeline
from rollout.pipelines.github import github_workflow
from rollout.pipelines.needs import Needs
from rollout.terminal.arguments import EnvironmentName, environments_folder
from rollout.terminal.console import Command, choose, console
from rollout.terminal.environments import load_for
from rollout.terminal.output import STANDARD_OUTPUT, writable, write_output

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


def _write(kind: str, environment: str, text: Callable[[Needs], str], out: Path | None) -> None:
    environments = load_for(environments_folder(), environment, with_followed=True)
    target = choose(environment, environments, "ENV")
    file = out or writable(GENERATED / f"{kind}-{environment}.yml")
    assert file
    write_output(file, text(Needs(target, environments)).encode())
    if file != STANDARD_OUTPUT:
        console().print(f"Written: {file}")
