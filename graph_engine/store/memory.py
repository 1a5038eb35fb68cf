"""The memory tier of the content store."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

ENTRY_BYTES = 512  # beside a value's own, or small ones would take many times the budget


@dataclass(slots=True)
class _Entry:
    value: Any
    size: int
    seconds: float
    priority: float


class MemoryTier:
    """Values by digest under a budget in bytes, `ENTRY_BYTES` counted with each; threads may share it.

    Evicts by GreedyDual-Size (Cao and Irani 1997): priority = clock + recompute seconds per byte, refreshed
    at each use; the clock rises to the priority of what was evicted, so that old entries age.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._entries: dict[str, _Entry] = {}
        self._heap: list[tuple[float, int, str]] = []
        self._count = count()
        self._clock = 0.0
        self._lock = threading.RLock()
        self.used = 0  # bytes of the values themselves

    def __contains__(self, digest: str) -> bool:
        return digest in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, digest: str) -> Any:
        """The value; raises KeyError."""
        with self._lock:
            entry = self._entries[digest]
            self._push(digest, entry)
            return entry.value

    def put(self, digest: str, value: Any, size: int, seconds: float) -> None:
        """Hold a value, unless it alone is larger than the budget."""
        if size + ENTRY_BYTES > self.budget:
            return
        with self._lock:
            self.drop(digest)
            entry = _Entry(value, size, seconds, 0.0)
            self._entries[digest] = entry
            self.used += size
            self._push(digest, entry)
            while self.used + ENTRY_BYTES * len(self._entries) > self.budget:
                priority, _, victim = heapq.heappop(self._heap)
                if victim in self._entries and self._entries[victim].priority == priority:
                    self._clock = priority
                    self.drop(victim)

    def drop(self, digest: str) -> None:
        """Let a value go."""
        with self._lock:
            entry = self._entries.pop(digest, None)
            if entry is not None:
                self.used -= entry.size

    def keep_only(self, digests: Iterable[str]) -> None:
        """Let everything else go."""
        with self._lock:
            for digest in set(self._entries).difference(digests):
                self.drop(digest)

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            self._entries.clear()
            self._heap.clear()
            self.used = 0

    def _push(self, digest: str, entry: _Entry) -> None:
        entry.priority = self._clock + entry.seconds / (entry.size + ENTRY_BYTES)
        heapq.heappush(self._heap, (entry.priority, next(self._count), digest))
        if len(self._heap) > 4 * len(self._entries) + 64:
            live = ((one.priority, next(self._count), name) for name, one in self._entries.items())
            self._heap = list(live)
            heapq.heapify(self._heap)
