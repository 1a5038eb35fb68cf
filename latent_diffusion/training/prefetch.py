"""Prepare the batches of the next steps while the present one computes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Batch = TypeVar("Batch")


def prefetch(
    make: Callable[[int], Batch], first: int, last: int, workers: int = 1, ahead: int = 4
) -> Generator[Batch]:
    """Yield make(first), ..., make(last - 1) in order; threads prepare up to `ahead` of them beforehand.

    Closing the generator cancels what has not begun.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="prefetch") as pool:
        waiting: deque[Future[Batch]] = deque()
        upcoming = iter(range(first, last))
        try:
            for index in upcoming:
                waiting.append(pool.submit(make, index))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
