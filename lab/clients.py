"""The clients of a name: their requests, and how long each keeps an answer and a connection."""

import asyncio
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from lab.dns_query import address_of
from lab.load_balancers import FAULT_HEADER, SIDE_HEADER
from lab.log import ClientRequest, TrafficLog
from lab.name_server import NEGATIVE_TTL_SECONDS
from lab.pace import Pace
from pay.model import Side

REQUEST_TIMEOUT_SECONDS = 30
"""In the lab's seconds; long, because a slow answer on a loaded machine is not a failure."""


class Habit(Enum):
    """A way in which clients use a DNS answer."""

    AT_TTL = "re-resolves at TTL"
    JVM = "30 s JVM cache"
    KEEP_ALIVE = "keep-alive connection"


MOST_JITTER = 1.2
"""The factor by which a pause may be longer, so that clients do not send at the same moment."""


@dataclass(frozen=True)
class ClientGroup:
    """Clients of one habit."""

    clients: int
    pause_seconds: float
    """AWS's seconds from an answer to the next request of the same client. It must be clearly
    shorter than the cache time, so that a cached answer serves several requests."""
    cache_seconds: float = 0
    """AWS's seconds for which a client keeps its resolver's answer, in addition to the TTL.
    `pay.model.stage.dwell.drain` adds both as well."""


class CachingResolver(AbstractResolver):
    """The resolver of one client. Each answer is drawn for this client alone."""

    def __init__(
        self, name_server_port: int, cache_seconds: float, pace: Pace,
        side_of: Callable[[str], Side | None],
    ) -> None:  # fmt: skip
        """`cache_seconds` are AWS's seconds after the end of the answer's TTL."""
        self._name_server_port = name_server_port
        self._cache_seconds, self._pace = cache_seconds, pace
        self._side_of = side_of
        self._address: str | None = None
        self._until = 0.0
        self.side: Side | None = None
        """The side that the latest answer led to."""
        self.asked: float | None = None
        """The time of that query, in seconds since the epoch."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the address of `host`.

        Raises OSError if the name does not resolve, and while that answer is cached.
        """
        if time.monotonic() >= self._until:
            await self._ask(host)
        if self._address is None:
            raise OSError(f"{host} does not resolve")
        return [
            ResolveResult(
                hostname=host, host=self._address, port=port,
                family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST,
            )
        ]  # fmt: skip

    async def close(self) -> None:
        """Do nothing: no connection is kept open."""

    async def _ask(self, host: str) -> None:
        asked = time.time()
        answer = await address_of(host, self._name_server_port, REQUEST_TIMEOUT_SECONDS)
        self._address = answer.address if answer else None
        seconds = answer.ttl + self._cache_seconds if answer else NEGATIVE_TTL_SECONDS
        self._until = time.monotonic() + self._pace.lab_seconds(seconds)
        self.side = self._side_of(self._address) if self._address else None
        self.asked = asked


async def run_client(
    habit: Habit, url: str, resolver: CachingResolver, pause_seconds: float,
    dice: random.Random, log: TrafficLog,
) -> None:  # fmt: skip
    """Send one request after the other until cancelled, without retries.

    `pause_seconds` are the lab's seconds from an answer to the next request.
    """
    closes = habit is not Habit.KEEP_ALIVE
    connector = aiohttp.TCPConnector(
        resolver=resolver, use_dns_cache=False, limit=1, force_close=closes
    )
    timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        # Clients start at different moments.
        await asyncio.sleep(dice.random() * pause_seconds)
        while True:
            log.requests.append(await _request(session, url, habit, resolver))
            await asyncio.sleep(pause_seconds * dice.uniform(1, MOST_JITTER))


async def _request(
    session: aiohttp.ClientSession, url: str, habit: Habit, resolver: CachingResolver
) -> ClientRequest:
    began, side, error, last_asked = time.time(), None, None, resolver.asked
    is_injected = False
    try:
        async with session.get(url) as answer:
            text = await answer.text()
            if answer.status != 200:
                error = f"status {answer.status}: {text}"
            side = Side(answer.headers[SIDE_HEADER])
            is_injected = FAULT_HEADER in answer.headers
    except (aiohttp.ClientError, OSError, TimeoutError) as problem:
        error = f"{type(problem).__name__}: {problem}"
    drawn = resolver.asked if resolver.asked != last_asked else None
    ended, led_to = time.time(), resolver.side
    return ClientRequest(began, ended, habit.value, side, error, drawn, led_to, is_injected)
