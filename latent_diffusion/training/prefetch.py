"""Prepare the batches of the next steps while the present one computes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Batch = TypeVar("Batch")


def prefetch(make: Callable[[int], Batch], first: int, last: int, workers: int = 1, ahead: int = 4) -> Iterator[Batch]:
    """Yield make(first), ..., make(last - 1) in order, up to `ahead` of them prepared by threads beforehand."""
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
