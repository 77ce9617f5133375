"""`pay policy`: the PCI gate over what was synthesised."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from rollout.terminal.arguments import PROJECT, Json

REPORTS = {
    "html": "pci.html",
    "json": "pci.json",
    "junit": "pci.junit.xml",
    "markdown": "pci.md",
    "sarif": "pci.sarif",
}


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
        Path, typer.Option(help="Where the reports go: HTML, Markdown, SARIF, JUnit XML, JSON.")
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
            help="The day on which waivers must hold; today.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge every synthesised stack by PCI DSS v4.0.1 and write the assessor's report.

    Exit status: 0 passed, 1 refused, 2 wrong use.

    Example: `pay policy`, or `pay policy plans/production-2-connector-traffic.json`
    """
    import subprocess

    # checkov and python-hcl2 both install a package `hcl2`: the gate has its own environment.
    python = PROJECT / ".venv-checkov" / "bin" / "python"
    if not python.exists():
        typer.echo("policy: .venv-checkov is missing; run `make setup`", err=True)
        raise typer.Exit(2)
    arguments = ["--root", str(root.resolve()), "--format", "json" if as_json else "table"]
    for form, name in REPORTS.items():
        arguments += ["--format", f"{form}={(reports / name).resolve()}"]
    if plans:
        arguments += ["--plan", *(str(plan.resolve()) for plan in plans)]
    if partial:
        arguments.append("--partial")
    if on:
        arguments += ["--on", f"{on:%Y-%m-%d}"]
    status = subprocess.run([str(python), "-m", "policies", *arguments], cwd=PROJECT).returncode
    if status != 2:
        typer.echo(f"Reports: {reports}", err=True)
    raise typer.Exit(status)
