"""Shows the walks as a table in the terminal, updated live."""

import asyncio
import time
from collections.abc import Sequence

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from lab.look import Look
from lab.tasks import end
from lab.walk import CONFIDENCE, LabStay, Walk
from pay.model import Side
from pay.model.judging.part import Verdict

UPDATES_PER_SECOND = 2


class LiveTable:
    """An async context manager that updates the table while other tasks run."""

    def __init__(self, console: Console, walks: Sequence[Walk]) -> None:
        """`walks` may grow; the table shows the last one."""
        self._console, self._walks = console, walks
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._activity = ""

    def tell(self, what: str) -> None:
        """Show the present activity; without a terminal, print it as a line."""
        self._activity = what
        if not self._console.is_terminal:
            self._console.print(what, style="dim", highlight=False)

    async def __aenter__(self) -> "LiveTable":
        if self._console.is_terminal:
            self._live.start()
        self._task = asyncio.create_task(self._update())
        return self

    async def __aexit__(self, *_: object) -> None:
        await end(self._task)
        self._live.stop()
        for walk in self._walks:
            self._console.print(table(walk))

    async def _update(self) -> None:
        while self._console.is_terminal:
            await asyncio.sleep(1 / UPDATES_PER_SECOND)
            for walk in self._walks[-1:]:
                walk.count(walk.stays[-1])
            tables = [table(walk) for walk in self._walks[-1:]]
            self._live.update(Group(*tables, Text(self._activity, style="dim")), refresh=True)


def table(walk: Walk) -> Table:
    """Return the stages of a walk so far."""
    log = walk.traffic.log
    stages = Table(
        title=f"{walk.service}: {len(log.requests):,} requests, {len(log.failures)} failed"
        + f", {log.injected:,} more on purpose" * bool(log.injected),
        title_style="bold red" if log.failures else "bold green",
        caption=f"exact interval at {CONFIDENCE:.3%} for the draws (resolutions)",
    )
    stages.add_column("stage")
    stages.add_column("weights")
    for column in ("expected", "draws", "observed", "interval", "EC2", "Fargate", "s"):
        stages.add_column(column, justify="right")
    stages.add_column("")
    if walk.looks:
        stages.add_column("judge")
    for stay in walk.stays:
        stages.add_row(*_row(stay), *map(_judged, walk.looks_at(stay)[-1:]))
    return stages


def _judged(look: Look) -> Text:
    if not look.decides:
        return Text(look.outcome, style="dim")
    verdict = look.judgement.verdict
    return Text(verdict, style="green" if verdict is Verdict.PASS else "red")


def _row(stay: LabStay) -> tuple[str | Text, ...]:
    low, high = stay.interval if stay.draws else (0.0, 1.0)
    observed = f"{stay.fargate_draws / stay.draws:.1%}" if stay.draws else "-"
    return (
        stay.stage.value,
        stay.weights,
        f"{stay.expected:.0%}",
        str(stay.draws),
        observed,
        f"{low:.1%} .. {high:.1%}",
        str(stay.requests.get(Side.EC2, 0)),
        str(stay.requests.get(Side.FARGATE, 0)),
        f"{min(stay.ended, time.time()) - stay.began:.0f}",
        _verdict(stay),
    )


def _verdict(stay: LabStay) -> Text:
    if not stay.is_measured:
        return Text("...", style="dim")
    return Text("ok", style="green") if stay.is_as_expected else Text("wrong share", style="red")
