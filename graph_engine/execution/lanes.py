"""Lanes: how many nodes may compute at once on the device, on CPUs, and while they wait for the outside."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, TypeAlias

MOST_CPU = 4  # nodes at once by default: torch and numpy use several cores within one
IO = 32
_POLL_SECONDS = 0.1

Check: TypeAlias = Callable[[], None]
Lock: TypeAlias = Callable[[Check], AbstractContextManager[None]]
Places: TypeAlias = "queue.SimpleQueue[None]"


class Lanes:
    """The slots of one engine, shared by all its runs. A device computes one node at a time."""

    def __init__(self, cpu: int = 0) -> None:
        self.sizes = {"device": 1, "cpu": cpu or min(MOST_CPU, os.cpu_count() or 1), "io": IO}
        self._places: dict[str, Places] = {lane: queue.SimpleQueue() for lane in self.sizes}
        for lane, size in self.sizes.items():
            for _ in range(size):
                self._places[lane].put(None)

    def turn(self, lane: str, lock: Lock) -> Turn:
        """A turn to be taken, for a computation whose key `lock` locks."""
        return Turn(lock, self._places[lane])


class Turn:
    """What one computation holds: the lock of its key, then a slot of its lane; it may leave and come again.

    Who waits for a lock holds no slot, and who waits for other nodes holds neither: so nobody waits for
    somebody who waits for him, in this run or in another one.
    """

    def __init__(self, lock: Lock, places: Places) -> None:
        self._lock, self._places = lock, places
        self._guard = threading.Lock()
        self._held: list[Callable[[], object]] = []
        self._gone = False

    def take_lock(self, check: Check) -> None:
        """Wait for the key; `check` is called now and then, and may raise."""
        lock = self._lock(check)
        lock.__enter__()
        self._hold(lambda: lock.__exit__(None, None, None))

    def take_slot(self, check: Check) -> None:
        """Wait for a slot; `check` is called now and then, and may raise."""
        while True:
            try:
                self._places.get(timeout=_POLL_SECONDS)
                break
            except queue.Empty:
                check()
        self._hold(lambda: self._places.put(None))

    def leave(self) -> None:
        """Let go of what is held."""
        with self._guard:
            held, self._held = self._held, []
        for let_go in reversed(held):
            let_go()

    def give_up(self) -> None:
        """Leave for good: a thread that does not end no longer counts."""
        with self._guard:
            self._gone = True
        self.leave()

    def _hold(self, let_go: Callable[[], object]) -> None:
        with self._guard:
            if not self._gone:
                self._held.append(let_go)
                return
        let_go()


class Threads:
    """Threads that are used again; daemons, so that a node that never ends keeps no process alive."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], Any]] = deque()
        self._idle = 0
        self._changed = threading.Condition()
        self._closed = False

    def submit(self, action: Callable[[], Any]) -> None:
        """Call `action` in a thread."""
        with self._changed:
            self._waiting.append(action)
            if self._idle >= len(self._waiting):
                self._changed.notify()
                return
        try:
            threading.Thread(target=self._work, name="latentgraph node", daemon=True).start()
        except RuntimeError:  # there can be no more threads
            with self._changed, suppress(ValueError):
                self._waiting.remove(action)
            raise

    def close(self) -> None:
        """Let idle threads end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._idle += 1
                while not self._waiting:
                    if self._closed:
                        return
                    self._changed.wait()
                self._idle -= 1
                action = self._waiting.popleft()
            action()
