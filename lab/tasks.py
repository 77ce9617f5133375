"""Ends tasks for certain."""

import asyncio

ASK_AGAIN_SECONDS = 0.2


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancels the tasks and returns when every one of them has ended.

    Until Python 3.12 `asyncio.wait_for`, which the resolver is built on, loses a cancellation that
    comes in the moment of its answer (CPython issue 86296); so it is asked for again.

    Raises what a task raised on its own.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=ASK_AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.result()
