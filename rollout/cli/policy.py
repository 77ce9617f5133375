"""Judge the synthesised stacks by PCI DSS v4.0.1.

Writes the report for the assessor, and the results for programs.

Exit codes: 0 passed, 1 refused, 2 wrong use.

Example: `pay policy`, or `pay policy plans/production-2-connector-traffic.json`
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from rollout.delivery.pci_gate import run_gate
from rollout.terminal.arguments import Json
from rollout.terminal.refusal import Failed


def policy(
    plans: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PLAN.json...",
            help="Plans of stacks, from `terraform show -json`: judged as a second net.",
        ),
    ] = None,
    root: Annotated[
        Path, typer.Option(help="The folder that `cdktf synth` wrote the stacks to.")
    ] = Path("cdktf.out"),
    reports: Annotated[
        Path, typer.Option(help="The folder for HTML, Markdown, SARIF, JUnit XML and JSON.")
    ] = Path(".cache/policy"),
    partial: Annotated[
        bool,
        typer.Option(
            "--partial", help="Only some stacks were synthesised: leave unused waivers alone."
        ),
    ] = False,
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The day on which waivers must hold; default: today.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    try:
        status = run_gate(root, reports, plans or (), partial=partial, on=on, as_json=as_json)
    except Failed as problem:
        typer.echo(f"policy: {problem}", err=True)
        raise typer.Exit(2) from None
    if status != 2:
        typer.echo(f"Reports: {reports}", err=True)
    raise typer.Exit(status)
