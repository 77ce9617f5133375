"""A kill waits until Terraform has written its local state, which it writes in place."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.lab import interruptions
from tests.lab.interruptions import Moment, once_written

SETTLING_SECONDS = 0.05
WHOLE = json.dumps({"serial": 2, "resources": [{"type": "aws_lb"}]})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruptions, "SETTLING_SECONDS", SETTLING_SECONDS)


@pytest.mark.parametrize("cut", ["", WHOLE[:20]], ids=["emptied", "half written"])
def test_waits_until_the_state_is_written(tmp_path: Path, cut: str) -> None:
    state = tmp_path / "state"
    state.write_text(cut)

    async def state_after_kill() -> str:
        async with once_written(at_once, state)() as moment:
            waiting = asyncio.ensure_future(moment())
            await asyncio.sleep(3 * SETTLING_SECONDS)
            assert not waiting.done()
            state.write_text(WHOLE)
            await waiting
        return state.read_text()

    assert asyncio.run(state_after_kill()) == WHOLE


def test_waits_while_the_state_still_changes(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text(json.dumps({"serial": 1}))

    async def writing() -> None:
        async with once_written(at_once, state)() as moment:
            waiting = asyncio.ensure_future(moment())
            await asyncio.sleep(1.5 * SETTLING_SECONDS)
            state.write_text(WHOLE)
            await asyncio.sleep(SETTLING_SECONDS)
            assert not waiting.done()
            await waiting

    asyncio.run(writing())


@asynccontextmanager
async def at_once() -> AsyncIterator[Moment]:
    yield nothing_to_wait_for


async def nothing_to_wait_for() -> None: ...
