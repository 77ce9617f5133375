"""`make lab`: moves a service from EC2 to Fargate by the judge alone, and another one back from
each stage. Both are under traffic.

Everything is on the loopback: a local AWS, a name server, both sides' servers, the clients.
"""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lab.judged import Incident
from lab.lab import Lab
from lab.pace import Pace
from lab.page import write_page
from lab.table import LiveTable
from lab.walk import Walk, back_from_each_stage
from pay.environments.load import load_environment
from pay.model import Stage
from sandbox.instance import Sandbox
from sandbox.server.process import SandboxError
from sandbox.settings import SandboxSettings
from toolchain.environment import tool_environment
from toolchain.paths import ROOT
from toolchain.streams import ending

ENVIRONMENT = "sandbox"
MOST_FINDINGS = 20
"""In the terminal; the page has more."""


def main(
    moved: Annotated[str, typer.Option(help="The service that moves all the way.")] = "connector",
    rolled_back: Annotated[
        str, typer.Option(help="The service that is rolled back; empty: none.")
    ] = "cardid",
    pace: Annotated[float, typer.Option(help="AWS's seconds in one second of the lab.")] = 200.0,
    seed: Annotated[int, typer.Option(help="Of the clients' and the name server's dice.")] = 1,
    fault: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="The share of Fargate's answers that fail at quarter; 0: none."
        ),
    ] = 0.05,
    page: Annotated[Path, typer.Option(help="The file of the page.")] = ROOT / ".sandbox/lab.html",
) -> None:
    """Walk two services through every stage of a move while clients use them.

    The first one moves when the judge says PASS, and goes back when a fault at quarter fails.

    Example: `make lab OPTIONS="--moved publicauth"`
    """
    os.environ.update(tool_environment())
    console = Console(width=None if Console().is_terminal else 120)
    walks: list[Walk] = []
    problem = ""
    try:
        incident = Incident(Stage.QUARTER, fault) if fault else None
        asyncio.run(_walk(console, walks, moved, rolled_back, Pace(pace), seed, incident))
    except SandboxError as error:
        problem = str(error)
    finally:
        # What happened until then shows why it failed.
        if walks:
            write_page(page, walks, problem)
            console.print(f"The page: {page}")
    findings = [f"{walk.service}: {finding}" for walk in walks for finding in walk.findings()]
    if failures := findings[:MOST_FINDINGS] + [problem] * bool(problem):
        console.print("\n".join(failures), style="red", markup=False)
        raise typer.Exit(1)
    injected = sum(walk.traffic.log.injected for walk in walks)
    but = f" but {injected:,} by the lab's own fault" * bool(injected)
    console.print(f"No request failed{but}, and the name always resolved.", style="green")


async def _walk(
    console: Console,
    walks: list[Walk],
    moved: str,
    rolled_back: str,
    pace: Pace,
    seed: int,
    incident: Incident | None,
) -> None:
    """Add each walk to `walks` as it begins."""
    environment = load_environment(ROOT / "environments" / f"{ENVIRONMENT}.toml")
    settings = SandboxSettings(wait_for_dns_changes=False)
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        async with LiveTable(console, walks) as table:
            table.tell("starting a local AWS")
            with Sandbox(environment, settings=settings) as sandbox:
                lab = Lab(Path(folder), sandbox, pace=pace, seed=seed, tell=table.tell)
                stages = {moved: Stage.LEGACY}
                await lab.prepare({**stages, rolled_back: Stage.DARK} if rolled_back else stages)
                async with lab.judged(moved, lab.workshop.cdktf_deploy) as judged:
                    walks.append(judged.walk)
                    await judged.go(incident)
                if rolled_back:
                    async with lab.walking(rolled_back, lab.workshop.deploy) as walk:
                        walks.append(walk)
                        await walk.measure()
                        await walk.go(back_from_each_stage(walk.ladder))


if __name__ == "__main__":
    with ending("All that the lab started has ended."):
        typer.run(main)
