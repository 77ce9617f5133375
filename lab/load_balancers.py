"""HTTP servers on the loopback that act as the load balancers.

Each load balancer of the name's two sides has one server with its own address. The server listens
while the sandbox reports that the load balancer exists and has a listener. It answers 200 while
there are healthy targets, which are running tasks of an existing service. Otherwise it answers 503,
as an Application Load Balancer without targets does.

A task serves only a share of the requests that clients currently send to both sides together.
Requests beyond that are answered 503, so that a side with too few tasks shows. The limit is a share
because the number of requests depends on the machine.

A side can be made faulty: then its tasks answer a share of the requests with 500.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from aiohttp import web

from lab.addresses import FIRST, LoopbackAddresses
from lab.estate import Balancer, EstateState
from lab.metrics import OnServed, RequestOutcome, Served
from lab.pace import Pace
from lab.tasks import end
from pay.model import Side

SIDE_HEADER = "X-Side"
FAULT_HEADER = "X-Fault-Of-The-Lab"
"""In an answer that fails because the lab wants it to."""

WINDOW_SECONDS = 2.0
"""The time over which capacity is counted, so that a pause of the machine is not an overload."""


class SideServer:
    """The server of one side, while its load balancer exists."""

    def __init__(
        self, side: Side, sent: deque[float], share_of_task: float, request_seconds: float,
        pace: Pace, dice: random.Random, on_served: OnServed,
    ) -> None:  # fmt: skip
        """`sent` holds the time of each request that clients sent, to either side."""
        self._side, self._sent, self._pace = side, sent, pace
        self._dice, self._on_served = dice, on_served
        self.faulty_share = 0.0
        """The share of the answers that fail."""
        self._share_of_task = share_of_task
        self._request_seconds = request_seconds
        self._balancer: Balancer | None = None
        self._taken: deque[float] = deque()
        self._connected: WeakKeyDictionary[asyncio.BaseTransport, float] = WeakKeyDictionary()
        self._runner: web.ServerRunner | None = None

    async def follow(self, balancer: Balancer | None, address: str, port: int) -> None:
        """Match the state of the load balancer in the sandbox."""
        self._balancer = balancer
        if balancer and balancer.listens and self._runner is None:
            self._runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=1)
            await self._runner.setup()
            await web.TCPSite(self._runner, address, port, reuse_address=True).start()
        elif self._runner and not (balancer and balancer.listens):
            await self.stop()

    async def stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        now = time.monotonic()
        self._sent.append(now)
        for moments in (self._sent, self._taken):
            while moments and moments[0] < now - WINDOW_SECONDS:
                moments.popleft()
        balancer = self._balancer
        tasks = balancer.tasks if balancer else 0
        headers = {SIDE_HEADER: self._side.value}
        outcome = RequestOutcome.FAILED
        if balancer is None or not tasks:
            response = web.Response(status=503, text="no healthy targets", headers=headers)
            outcome = RequestOutcome.REFUSED
        elif len(self._taken) >= tasks * self._share_of_task * len(self._sent):
            response = web.Response(status=503, text=f"overload of {tasks} tasks", headers=headers)
        else:
            self._taken.append(now)
            await asyncio.sleep(self._request_seconds)
            if self._dice.random() < self.faulty_share:
                headers[FAULT_HEADER] = f"{self.faulty_share:.0%}"
                response = web.Response(status=500, text="a fault of the lab", headers=headers)
            else:
                response = web.Response(text="ok", headers=headers)
                outcome = RequestOutcome.ANSWERED
        # Without a transport the client has already disconnected.
        transport = request.transport
        opens = transport is not None and transport not in self._connected
        age = now - self._connected.setdefault(transport, now) if transport else 0
        self._on_served(Served(self._side, outcome, time.monotonic() - now, opens))
        if balancer and age >= self._pace.lab_seconds(balancer.client_keep_alive_seconds):
            # The load balancer answers, then closes, so that the client connects again.
            response.force_close()
        return response


class SideServers:
    """Both sides of a name. They share a port, because an A record does not hold one."""

    def __init__(
        self,
        balancers: Mapping[Side, str],
        addresses: LoopbackAddresses,
        pace: Pace,
        *,
        share_of_task: float,
        request_seconds: float,
        dice: random.Random,
        on_served: OnServed,
    ) -> None:
        """`balancers` holds the name of each side's load balancer.

        `share_of_task` is the share of all requests that one task serves. Times are in the lab's
        seconds. `on_served` is called with each answer.
        """
        sent: deque[float] = deque()
        self._balancers, self._addresses = balancers, addresses
        self._servers = {
            side: SideServer(side, sent, share_of_task, request_seconds, pace, dice, on_served)
            for side in balancers
        }
        self._estates: asyncio.Queue[EstateState] = asyncio.Queue()

    async def start(self, estate: EstateState) -> int:
        """Apply `estate` and return the port."""
        # A port that is free at the first address is also free at the others.
        probe = await asyncio.get_running_loop().create_server(asyncio.Protocol, str(FIRST), 0)
        self.port = int(probe.sockets[0].getsockname()[1])
        probe.close()
        await probe.wait_closed()
        await self._follow(estate)
        self._task = asyncio.create_task(self._keep_following())
        return self.port

    def update(self, estate: EstateState) -> None:
        """Apply a new state, soon after the call."""
        self._estates.put_nowait(estate)

    def set_fault(self, side: Side, share: float) -> None:
        """Let a share of a side's answers fail; 0 ends it."""
        self._servers[side].faulty_share = share

    async def stop(self) -> None:
        await end(self._task)
        for server in self._servers.values():
            await server.stop()

    def side_of(self, address: str, estate: EstateState) -> Side | None:
        """Return the side whose load balancer has this address."""
        dns_name = self._addresses.dns_name(address)
        balancer = estate.balancers.get(dns_name or "")
        sides = [s for s, name in self._balancers.items() if balancer and name == balancer.name]
        return sides[0] if sides else None

    async def _keep_following(self) -> None:
        while True:
            await self._follow(await self._estates.get())

    async def _follow(self, estate: EstateState) -> None:
        for side, name in self._balancers.items():
            balancer = estate.balancer(name)
            # A deleted load balancer keeps its address, where nothing answers.
            address = self._addresses.of(balancer.dns_name) if balancer else ""
            await self._servers[side].follow(balancer, address, self.port)
