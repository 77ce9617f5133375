"""How long the lab's clients keep answers: a move waits for the slowest of them."""

import asyncio
import random
from types import SimpleNamespace

import pytest

from lab.addresses import LoopbackAddresses
from lab.clients import MOST_JITTER, CachingResolver, Habit
from lab.estate import AliasRecord, EstateState
from lab.name_server import NameServer
from lab.pace import Pace
from lab.traffic import POPULATION
from pay.catalogue import CATALOGUE
from pay.model import Side
from pay.model.service.timing import CLIENT_KEEP_ALIVE_SECONDS
from pay.model.stage.dns_answers import TargetHealth
from pay.model.stage.dwell import (
    ALIAS_TTL_SECONDS,
    CLIENT_DNS_CACHE_SECONDS,
    PROPAGATION_SECONDS,
    drain,
)
from tests.lab.stories import balancer

NAME = "connector.sandbox.pymnt.internal"
PACE = Pace(1)
ESTATE = EstateState(
    1,
    0.0,
    (AliasRecord(f"{NAME}.", None, None, "ec2.example", True),),
    {"ec2.example": balancer("ec2", TargetHealth(2))},
)


@pytest.mark.parametrize(
    ("habit", "kept_seconds"),
    [
        (Habit.AT_TTL, ALIAS_TTL_SECONDS),
        (Habit.JVM, ALIAS_TTL_SECONDS + CLIENT_DNS_CACHE_SECONDS),
    ],
)
def test_keeps_an_answer_for_its_ttl_and_the_cache_on_top(
    habit: Habit, kept_seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    clock = SimpleNamespace(time=lambda: now[0], monotonic=lambda: now[0])
    monkeypatch.setattr("lab.clients.time", clock)

    async def asked_at(*moments: float) -> list[float | None]:
        server = NameServer(lambda: ESTATE, LoopbackAddresses(), random.Random(1))
        resolver = CachingResolver(
            await server.start(), POPULATION[habit].cache_seconds, PACE, lambda _: Side.EC2
        )
        queries = []
        for moment in moments:
            now[0] = moment
            await resolver.resolve(NAME)
            queries.append(resolver.asked)
        server.stop()
        return queries

    last, first_after = 1000 + kept_seconds - 0.1, 1000 + kept_seconds + 0.1
    queries = asyncio.run(asked_at(1000, last, first_after))
    assert queries == [1000, 1000, first_after]


@pytest.mark.parametrize("habit", [Habit.AT_TTL, Habit.JVM])
def test_sends_several_requests_in_the_life_of_an_answer(habit: Habit) -> None:
    kept = ALIAS_TTL_SECONDS + POPULATION[habit].cache_seconds
    assert POPULATION[habit].pause_seconds * MOST_JITTER * 3 < kept


@pytest.mark.parametrize("service", CATALOGUE)
def test_no_client_uses_a_dns_answer_for_longer_than_a_drain(service: str) -> None:
    """Otherwise its side would be deleted too soon. The lab's name server has no propagation."""
    waited = drain(CATALOGUE[service].timing).total_seconds() - PROPAGATION_SECONDS
    longest = {
        habit: ALIAS_TTL_SECONDS + group.cache_seconds + group.pause_seconds * MOST_JITTER
        for habit, group in POPULATION.items()
    }
    # After this time the load balancer accepts one more request on a connection, then closes it.
    longest[Habit.KEEP_ALIVE] += CLIENT_KEEP_ALIVE_SECONDS
    assert max(longest.values()) <= waited


def test_a_kept_connection_is_used_before_the_load_balancer_finds_it_idle() -> None:
    idle = min(service.timing.idle_timeout_seconds for service in CATALOGUE.values())
    assert POPULATION[Habit.KEEP_ALIVE].pause_seconds * MOST_JITTER < idle
