"""The facts of a running job, written in the background, so that the run waits for no disk."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor

from graph_engine import events
from graph_engine.jobs.entries import Fact
from graph_engine.jobs.journal import Journal
from graph_engine.wire import event_as_json

GATHER_SECONDS = 0.005  # from a fact to the write that takes it along, with those that came meanwhile
BACKLOG = 10_000  # facts that may wait; a run that tells more, faster than the disk takes them, waits for it


class FactWriter:
    """A listener that writes what counts to the journal: previews and progress pass, the rest stays.

    In order, in batches, by a thread of its own. What the journal raises is raised by the next call and by
    `close`, after `failed` was called. With `helpers` the thread is one of them.
    """

    def __init__(
        self, journal: Journal, job: str, failed: Callable[[], None], helpers: Executor | None = None
    ) -> None:
        self._journal, self._job, self._failed = journal, job, failed
        self._changed = threading.Condition()
        self._waiting: list[Fact] = []
        self._closing = threading.Event()
        self._writing = False
        self._error: Exception | None = None
        if helpers is None:
            threading.Thread(target=self._write, name=f"facts of {job}", daemon=True).start()
        else:
            helpers.submit(self._write)

    def __call__(self, event: events.Event) -> None:
        """Take a fact. Raises what writing an earlier one did."""
        if isinstance(event, events.NodeProgress | events.NodePreview):
            return
        fact = event_as_json(event)
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) < BACKLOG or self._error is not None)
            if self._error is not None:
                raise self._error
            self._waiting.append(fact)
            self._changed.notify_all()

    def close(self) -> list[Fact]:
        """Write no more; gives the facts that are still to be written."""
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._writing)
            if self._error is not None:
                raise self._error
            return self._waiting

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._closing.is_set())
            if self._closing.wait(GATHER_SECONDS):  # a run that is over soon needs no write but the last
                return
            with self._changed:
                if self._closing.is_set():
                    return
                batch, self._waiting = self._waiting, []
                self._writing = True
                self._changed.notify_all()
            try:
                self._journal.write(self._job, batch)
            except Exception as error:
                self._error = error
                self._failed()
            with self._changed:
                self._writing = False
                self._changed.notify_all()
                if self._error is not None:
                    return
