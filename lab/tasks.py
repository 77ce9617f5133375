"""Cancels tasks reliably."""

import asyncio

CANCEL_AGAIN_SECONDS = 0.2


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel the tasks and return when all have ended.

    Before Python 3.12, `asyncio.wait_for`, which the workshop uses, loses a cancellation at the
    moment of its result (CPython issue 86296). This function therefore cancels repeatedly.

    Raises the exception of a task that failed on its own.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.result()
