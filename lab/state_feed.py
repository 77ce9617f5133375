"""Follows every state of names and load balancers in the sandbox."""

import asyncio
import time
from collections.abc import Callable

import aiohttp

from lab.estate import EstateState
from lab.tasks import end
from sandbox.server.traffic_history import PATH

CALL_TIMEOUT_SECONDS = 60
"""Long, because a loaded machine and Terraform's own calls may keep the server busy."""

Listener = Callable[[EstateState], None]


class StateFeed:
    """An async context manager: use `latest` inside it, and `states` also afterwards."""

    def __init__(self, endpoint: str) -> None:
        self._url = f"{endpoint}{PATH}"
        self._listeners: list[Listener] = []
        self.states: list[EstateState] = []
        self.received: dict[int, float] = {}
        """The time at which each state arrived here, in seconds since the epoch."""

    @property
    def latest(self) -> EstateState:
        return self.states[-1]

    def notify(self, listener: Listener) -> None:
        """Call `listener` with the latest state now, and with each that follows."""
        self._listeners.append(listener)
        listener(self.latest)

    async def __aenter__(self) -> "StateFeed":
        timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        await self.catch_up()
        # States before this feed belong to earlier users.
        self.states = self.states[-1:]
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        await end(self._task)
        await self._session.close()

    async def _follow(self) -> None:
        while True:
            await self.catch_up()

    async def catch_up(self) -> None:
        """Return when every state up to this moment is known."""
        after = self.latest.number if self.states else 0
        async with self._session.get(self._url, params={"after": str(after)}) as answer:
            for state in await answer.json():
                if not self.states or state["number"] > self.latest.number:
                    self.states.append(EstateState.parse(state))
                    self.received[self.latest.number] = time.time()
                    for listener in self._listeners:
                        listener(self.latest)
