"""Clients end when cancelled."""

import asyncio

import pytest

from lab.tasks import end


def test_ends_what_loses_a_cancellation() -> None:
    async def lose_one() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    async def run() -> bool:
        task = asyncio.create_task(lose_one())
        await asyncio.sleep(0)
        await asyncio.wait_for(end(task), 10)
        return task.cancelled()

    assert asyncio.run(run())


def test_tells_what_a_task_died_of() -> None:
    async def die() -> None:
        raise ValueError("no such side")

    async def run() -> None:
        task = asyncio.create_task(die())
        await asyncio.sleep(0)
        await end(task)

    with pytest.raises(ValueError, match="no such side"):
        asyncio.run(run())
