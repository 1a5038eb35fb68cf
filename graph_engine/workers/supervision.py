"""How workers on this machine are watched, and what is said of one that ended."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Supervision:
    """Seconds, and how often a start may fail in a row.

    `heartbeat`: without a sign for so long a worker is ended. `grace`: within so long one that was told to
    stop must have. `start`: within so long one must be ready. `backoff`: between two starts that failed,
    doubled each time.
    """

    heartbeat: float = 30.0
    grace: float = 5.0
    start: float = 120.0
    starts: int = 5
    backoff: float = 0.5

    @property
    def beat(self) -> float:
        """Seconds between two signs of life."""
        return min(5.0, self.heartbeat / 5)


DEFAULT = Supervision()


def how_ended(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"with exit status {status}"
    try:
        name = f", {signal.Signals(-status).name}"
    except ValueError:
        name = ""
    hint = "; the system does so when memory runs out" if -status == signal.SIGKILL else ""
    return f"killed by signal {-status}{name}{hint}"


def doing(nodes: Iterable[str]) -> str:
    """What a worker was doing, by the nodes that it had started and not ended."""
    names = [f"'{node}'" for node in nodes]
    if not names:
        return "between two nodes"
    if len(names) == 1:
        return f"while it ran node {names[0]}"
    return f"while it ran nodes {', '.join(names[:-1])} and {names[-1]}"
