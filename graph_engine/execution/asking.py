"""The lazy inputs of a node that computes: asked for one by one, answered by the thread that decides."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from graph_engine.declaration.lazy import Lazy
from graph_engine.documents.document import Link
from graph_engine.errors import EngineError, InputRefused
from graph_engine.execution.compile import Source
from graph_engine.execution.invoke import accept
from graph_engine.execution.keys import source_text, values_of

if TYPE_CHECKING:
    from graph_engine.execution.computation import Job

_POLL_SECONDS = 0.1


class NeedsFailed(EngineError):
    """A lazy input can not be had: the node that gives it failed."""

    def __init__(self, node: str) -> None:
        self.node = node
        super().__init__(f"What it asked for can not be had: '{node}' failed.")


class RunStopped(EngineError):
    """A lazy input can not be had: nothing new is started in this run any more."""


Answer: TypeAlias = Mapping[Link, Any] | EngineError


@dataclass(frozen=True, eq=False)
class Wants:
    """A node asks for a lazy input; `answer` takes the values by link, or why there are none."""

    job: Job
    links: tuple[Link, ...]
    answer: queue.SimpleQueue[Answer]
    values: dict[Link, Any] = field(default_factory=dict)  # what was made again for it


class Asking:
    """What one try at a node asks for, in order; its threads, if it has several, ask one after the other."""

    def __init__(self, job: Job, report: Callable[[Wants], None], check: Callable[[], None]) -> None:
        self._job, self._report, self._check = job, report, check
        self._lock = threading.Lock()
        self._refused: BaseException | None = None
        self._over = False
        self.asked: list[tuple[str, str]] = []  # inputs, and what of each counts for the key

    def lazy(self, name: str, source: Source) -> Lazy[Any]:
        """What the node gets for an input."""
        return Lazy(partial(self._ask, name, source))

    def close(self) -> None:
        """The node returned. Raises what it was refused with, whatever the node made of that.

        What it gives without an input that failed is no function of its inputs, and must not be kept as one.
        """
        with self._lock:
            self._over = True
        if self._refused is not None:
            raise self._refused

    def _ask(self, name: str, source: Source) -> Any:
        with self._lock:
            if self._over:
                raise InputRefused(f"input '{name}' was asked for after the node had ended.")
            try:
                values = self._answer(source)
            except BaseException as error:
                self._refused = error
                raise
            self.asked.append((name, source_text(source, self._job.refs)))
        return accept(self._job.task.declared.inputs[name], values_of(source, values.__getitem__))

    def _answer(self, source: Source) -> Mapping[Link, Any]:
        """The values; while they are computed the node holds nothing up, and its time stands still."""
        job, items = self._job, source if isinstance(source, tuple) else (source,)
        answer: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        left = None if job.deadline is None else job.deadline - time.monotonic()
        job.deadline = None
        job.turn.leave()
        self._report(Wants(job, tuple(one for one in items if isinstance(one, Link)), answer))
        while True:
            try:
                found = answer.get(timeout=_POLL_SECONDS)
                break
            except queue.Empty:
                self._check()
        if isinstance(found, EngineError):
            raise found
        job.turn.take_lock(self._check)
        job.turn.take_slot(self._check)
        job.deadline = None if left is None else time.monotonic() + left
        return found
