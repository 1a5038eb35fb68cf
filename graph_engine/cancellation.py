"""Cooperative cancellation: one flag, asked at every step."""

from __future__ import annotations

import threading

from graph_engine.errors import Cancelled


class Cancellation:
    """A flag that any thread or signal handler may set and a running node asks at each step."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the run to stop at its next step."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether the run was asked to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if the run was asked to stop."""
        if self._event.is_set():
            raise Cancelled("The run was cancelled.")
