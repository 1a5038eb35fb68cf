"""Lanes: how many nodes may compute at once on the device, on CPUs, and while they wait for the outside."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

MOST_CPU = 4  # nodes at once by default: torch and numpy use several cores within one
IO = 32


class Lanes:
    """The slots of one engine, shared by all its runs. A device computes one node at a time."""

    def __init__(self, cpu: int = 0) -> None:
        self.sizes = {"device": 1, "cpu": cpu or min(MOST_CPU, os.cpu_count() or 1), "io": IO}
        self._slots = {lane: threading.Semaphore(size) for lane, size in self.sizes.items()}

    def slot(self, lane: str) -> Slot:
        """A slot to be taken."""
        return Slot(self._slots[lane])


class Slot:
    """One node's place in a lane; it may be given back and taken again."""

    def __init__(self, semaphore: threading.Semaphore) -> None:
        self._semaphore = semaphore
        self._lock = threading.Lock()
        self._held = self._gone = False

    def take(self) -> None:
        """Wait for a place."""
        self._semaphore.acquire()
        with self._lock:
            self._held = True
            if not self._gone:
                return
        self.give_back()  # whoever waited was given up on in the meantime

    def give_back(self) -> None:
        """Leave the place, if it is held."""
        with self._lock:
            held, self._held = self._held, False
        if held:
            self._semaphore.release()

    def give_up(self) -> None:
        """Leave the place for good: a thread that does not end no longer counts."""
        with self._lock:
            self._gone = True
        self.give_back()


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
        threading.Thread(target=self._work, name="latentgraph node", daemon=True).start()

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
