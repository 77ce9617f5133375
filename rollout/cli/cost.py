"""Show what environments cost, and when the move has paid off.

Prices have a source and a date; what has none is named and never counted as 0. The team's own
figures stand in `costs/assumptions.toml` beside the environments, or come with `--assume`. What
needs a missing figure is left out of the sums; the output names the figure.

Exit codes: 0 fine, 1 a figure or a file is missing or wrong, 2 wrong use.

Example: `pay cost production-2 --by stage`
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pay.model.problem import InvalidInput, Problem
from rollout.cost.assumptions import asked_for, assumptions_file, load_assumptions
from rollout.cost.bill import Pricing
from rollout.cost.outputs import WRITERS
from rollout.cost.price_file import load_prices
from rollout.cost.report import report
from rollout.cost.table import By, as_data, as_table, instances_table, sentences
from rollout.findings.answer_record import read_answers
from rollout.moves.standings import load_standings
from rollout.terminal.arguments import (
    Json,
    OptionalEnvironmentName,
    environments_folder,
    now,
    service_names,
)
from rollout.terminal.console import choose, console, print_json, print_problems
from rollout.terminal.output_files import writable, write_output
from rollout.terminal.tables import print_table


def _known_ending(path: Path | None) -> Path | None:
    if path is not None and path.suffix not in WRITERS:
        raise typer.BadParameter(f"{path} does not end in {', '.join(WRITERS)}; choose one.")
    return writable(path)


def _pricing(region: str, path: Path, given: Sequence[str]) -> Pricing:
    """Return prices and figures. Raises InvalidInput with the mistakes of both files at once."""
    problems: list[Problem] = []
    try:
        prices = load_prices(region)
    except InvalidInput as mistakes:
        problems += mistakes.problems
    try:
        figures = load_assumptions(path, given)
    except InvalidInput as mistakes:
        problems += mistakes.problems
    if problems:
        raise InvalidInput(problems)
    return Pricing(prices, figures)


def cost(
    environment: OptionalEnvironmentName = None,
    service: Annotated[
        str | None,
        typer.Option(metavar="SERVICE", help="One service only.", autocompletion=service_names),
    ] = None,
    by: Annotated[
        By | None,
        typer.Option(help="The rows; default: service, or environment without ENV."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a spreadsheet (.xlsx), .csv, a page (.html) or .md for a pull request.",
            callback=_known_ending,
        ),
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A figure of the team, before the file's."),
    ] = None,
    as_json: Json = False,
) -> None:
    if wrong := [each for each in assume or () if "=" not in each]:
        raise typer.BadParameter(f"{wrong[0]!r} is not NAME=VALUE.", param_hint="--assume")
    if service and by is By.MONTH:
        message = "months have instances, which belong to no service; leave --service out."
        raise typer.BadParameter(message, param_hint="--by month")
    folder = environments_folder()
    standings = load_standings(folder, now(), environment)
    if environment is None:
        # The sandbox is not on AWS, and nobody bills it.
        chosen = {
            name: each
            for name, each in standings.environments.items()
            if each.state.backend != "local"
        }
        if not chosen:
            message = "no environment has its states in S3; name one, to count it as if it had."
            raise typer.BadParameter(message, param_hint="ENV")
    else:
        chosen = {environment: choose(environment, standings.environments, "ENV")}
    if service is not None:
        choose(service, {name: 0 for each in chosen.values() for name in each.services}, "SERVICE")
    regions = sorted({each.region for each in chosen.values()})
    if len(regions) > 1:
        several = f"environments in {', '.join(regions)}"
        problem = Problem(found=several, allowed="one region, which has one list of prices")
        raise InvalidInput([problem])
    file = assumptions_file(folder)
    pricing = _pricing(regions[0], file, assume or ())
    questions = InvalidInput(asked_for(pricing.assumptions, file))
    if out is not None and questions.problems:
        raise questions  # a file outlives what is said beside it
    record = read_answers(folder, chosen, standings.now)
    shown = report(
        standings, chosen, pricing, service=service, is_estate=environment is None, record=record
    )
    if out is not None:
        write_output(out, WRITERS[out.suffix](shown))
    rows = by or (By.SERVICE if environment else By.ENVIRONMENT)
    if as_json:
        print_json(as_data(shown, rows))
    else:
        screen = console()
        print_table(screen, as_table(shown, rows))
        if service is None:
            print_table(screen, instances_table(shown))
        for sentence in sentences(shown):
            screen.print(sentence)
        if out is not None:
            screen.print(f"Written: {out}")
    if questions.problems:
        if not as_json:  # there they stand beside the rows
            print_problems(
                "[bold]Not known[/]: each sum with a plus lacks what needs it.", questions
            )
        raise typer.Exit(1)
