"""All traffic around one service: name server, both sides' servers, clients."""

import asyncio
import random

from lab.addresses import LoopbackAddresses
from lab.clients import CachingResolver, ClientGroup, Habit, run_client
from lab.load_balancers import SideServers
from lab.log import TrafficLog
from lab.metrics import OnServed
from lab.name_server import NameServer
from lab.pace import Pace
from lab.state_feed import StateFeed
from lab.tasks import end
from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, host_name, names
from pay.model.stage.dwell import CLIENT_DNS_CACHE_SECONDS

POPULATION = {
    # An answer serves three or four requests; with the JVM's cache, five or six.
    Habit.AT_TTL: ClientGroup(clients=4, pause_seconds=15),
    Habit.JVM: ClientGroup(clients=4, pause_seconds=15, cache_seconds=CLIENT_DNS_CACHE_SECONDS),
    # Resolves when it connects, and again only after the load balancer closes the connection. Its
    # pause is shorter than the load balancer's idle timeout, which would also close it.
    Habit.KEEP_ALIVE: ClientGroup(clients=10, pause_seconds=30),
}

REQUEST_SECONDS = 0.02
"""In the lab's seconds; the pace does not shorten real work."""

HEADROOM = 1.2
"""The tasks for the daily peak serve this multiple of the clients' requests. One of two tasks
serves just over half of them."""


class Traffic:
    """An async context manager, inside which clients send requests over the loopback."""

    def __init__(
        self, endpoint: str, environment: Environment, service: str, *, pace: Pace, seed: int
    ) -> None:
        """`endpoint` is the sandbox's. The name must resolve before the first client starts."""
        self.service, self.pace = service, pace
        self.name = host_name(CATALOGUE[service], environment)
        self.balancers = {
            side: names.load_balancer(environment.name, service, side) for side in Side
        }
        self.peak_tasks = environment.services[service].tasks.peak
        self.log = TrafficLog()
        self.feed = StateFeed(endpoint)
        self.on_served: OnServed = lambda _: None
        """Is called with each answer of a load balancer."""
        self._dice = random.Random(seed)

    async def __aenter__(self) -> "Traffic":
        await self.feed.__aenter__()
        addresses = LoopbackAddresses()
        self._name_server = NameServer(lambda: self.feed.latest, addresses, self._dice)
        dns_port = await self._name_server.start()
        self._servers = SideServers(
            self.balancers,
            addresses,
            self.pace,
            share_of_task=HEADROOM / self.peak_tasks,
            request_seconds=REQUEST_SECONDS,
            dice=random.Random(self._dice.random()),
            on_served=lambda served: self.on_served(served),
        )
        port = await self._servers.start(self.feed.latest)
        self.feed.notify(self._servers.update)
        self._clients = [
            asyncio.create_task(self._client(habit, group, dns_port, port))
            for habit, group in POPULATION.items()
            for _ in range(group.clients)
        ]
        return self

    def set_fault(self, side: Side, share: float) -> None:
        """Let a share of a side's answers fail; 0 ends it."""
        self._servers.set_fault(side, share)

    async def __aexit__(self, *_: object) -> None:
        await end(*self._clients)
        await self.feed.catch_up()
        await self._servers.stop()
        self._name_server.stop()
        await self.feed.__aexit__()

    async def _client(self, habit: Habit, group: ClientGroup, dns_port: int, port: int) -> None:
        resolver = CachingResolver(dns_port, group.cache_seconds, self.pace, self._side_of)
        url = f"http://{self.name}:{port}/healthcheck"
        pause_seconds = self.pace.lab_seconds(group.pause_seconds)
        dice = random.Random(self._dice.random())
        await run_client(habit, url, resolver, pause_seconds, dice, self.log)

    def _side_of(self, address: str) -> Side | None:
        return self._servers.side_of(address, self.feed.latest)
