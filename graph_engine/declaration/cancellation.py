"""Cooperative cancellation: one flag that is asked at every step, and one that is asked between nodes."""

from __future__ import annotations

import threading

from graph_engine.errors import Cancelled, Paused


class Cancellation:
    """A flag that any thread or signal handler may set and a running node asks at each step."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._pause = threading.Event()

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

    def pause(self) -> None:
        """Ask the run to stop after the node it is at."""
        self._pause.set()

    def check_between_nodes(self) -> None:
        """Raise `Cancelled`, or `Paused`, if the run was asked to stop or to pause."""
        self.check()
        if self._pause.is_set():
            raise Paused("The run was paused.")
