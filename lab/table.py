"""The walks as a table in the terminal, renewed while they go on."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from lab.walk import CONFIDENCE, Stay, Walk
from pay.model import Side

RENEWED_PER_SECOND = 2


class LiveTable:
    """An async context manager: renews the table while the loop runs other things."""

    def __init__(self, console: Console, walks: Sequence[Walk]) -> None:
        """`walks`: as many as there are when the table is renewed; the last one is shown."""
        self._console, self._walks = console, walks
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._doing = ""

    def tell(self, what: str) -> None:
        """What is being done now; a line of its own where nothing can be renewed."""
        self._doing = what
        if not self._console.is_terminal:
            self._console.print(what, style="dim", highlight=False)

    async def __aenter__(self) -> "LiveTable":
        if self._console.is_terminal:
            self._live.start()
        self._task = asyncio.create_task(self._renew())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._live.stop()
        for walk in self._walks:
            self._console.print(table(walk))

    async def _renew(self) -> None:
        while self._console.is_terminal:
            await asyncio.sleep(1 / RENEWED_PER_SECOND)
            for walk in self._walks[-1:]:
                walk.count(walk.stays[-1])
            shown = [table(walk) for walk in self._walks[-1:]]
            self._live.update(Group(*shown, Text(self._doing, style="dim")), refresh=True)


def table(walk: Walk) -> Table:
    """The stages of a walk so far."""
    log = walk.traffic.log
    shown = Table(
        title=f"{walk.service}: {len(log.requests):,} requests, {len(log.failures)} failed",
        title_style="bold red" if log.failures else "bold green",
        caption=f"exact interval at {CONFIDENCE:.3%} for the draws (resolutions)",
    )
    for column in ("stage", "weights"):
        shown.add_column(column)
    for column in ("should", "draws", "drew", "interval", "EC2", "Fargate", "s"):
        shown.add_column(column, justify="right")
    shown.add_column("")
    for stay in walk.stays:
        shown.add_row(*_row(stay))
    return shown


def _row(stay: Stay) -> tuple[str | Text, ...]:
    low, high = stay.interval if stay.draws else (0.0, 1.0)
    drew = f"{stay.fargate_draws / stay.draws:.1%}" if stay.draws else "-"
    return (
        stay.stage.value,
        stay.weights,
        f"{stay.expected:.0%}",
        str(stay.draws),
        drew,
        f"{low:.1%} .. {high:.1%}",
        str(stay.requests.get(Side.EC2, 0)),
        str(stay.requests.get(Side.FARGATE, 0)),
        f"{min(stay.ended, time.time()) - stay.began:.0f}",
        _verdict(stay),
    )


def _verdict(stay: Stay) -> Text:
    if not stay.is_measured:
        return Text("...", style="dim")
    return Text("ok", style="green") if stay.is_as_expected else Text("wrong share", style="red")
