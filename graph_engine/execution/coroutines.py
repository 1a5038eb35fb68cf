"""Where `async def` nodes run: one event loop in a thread of its own, so that they overlap."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from typing import Any

_POLL_SECONDS = 0.1
_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}  # by process: a fork does not take the thread along


def run_coroutine(awaitable: Coroutine[Any, Any, Any], check_cancelled: Callable[[], None]) -> Any:
    """Run to the end, from any other thread; a cancelled run cancels it."""
    future = asyncio.run_coroutine_threadsafe(awaitable, _loop())
    while True:
        try:
            return future.result(_POLL_SECONDS)
        except TimeoutError:
            if future.done():  # it ended just now, or raised a TimeoutError of its own
                return future.result()
        try:
            check_cancelled()
        except BaseException:
            future.cancel()
            raise


def run_coroutine_alone(awaitable: Coroutine[Any, Any, Any], check_cancelled: Callable[[], None]) -> Any:
    """The same in an event loop of this thread, which the coroutine may hold up without harm to others."""
    return asyncio.run(_watched(awaitable, check_cancelled))


async def _watched(awaitable: Coroutine[Any, Any, Any], check_cancelled: Callable[[], None]) -> Any:
    task = asyncio.ensure_future(awaitable)
    while not task.done():
        await asyncio.wait({task}, timeout=_POLL_SECONDS)
        if not task.done():
            check_cancelled()  # what it raises ends the loop, which cancels the task
    return task.result()


def _loop() -> asyncio.AbstractEventLoop:
    with _lock:
        loop = _loops.get(os.getpid())
        if loop is None:
            loop = _loops[os.getpid()] = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="latentgraph coroutines", daemon=True).start()
        return loop
