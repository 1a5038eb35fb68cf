"""The runs: the thread that keeps the workers busy with what waits, from the server's start to its end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Previews
from graph_engine.jobs.dispatcher import Dispatcher
from graph_engine.jobs.job import Job
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.runner import Listen
from graph_engine.workers.local_worker import LocalWorker

log = logging.getLogger(__name__)


class Runs:
    """Starts with `start`; `wake` says that there may be something new; `close` ends it."""

    def __init__(
        self,
        workers: Sequence[LocalWorker],
        queue: JobQueue,
        journal: Journal,
        previews: Previews,
        listen: Listen,
        ended: Callable[[Job], None],
    ) -> None:
        self._queue = queue
        self._dispatcher = Dispatcher(workers, queue, journal, previews)
        self._listen, self._ended = listen, ended
        self._stop = Cancellation()
        self._thread = threading.Thread(target=self._run, name="runs")
        self.error = ""  # why nothing runs any more

    def start(self) -> None:
        """Put back what was running when the last server ended, and begin."""
        self._queue.recover()
        self._thread.start()

    def wake(self) -> None:
        """Look for jobs now."""
        self._dispatcher.wake()

    @property
    def busy(self) -> int:
        """How many jobs run now."""
        return self._dispatcher.busy

    def close(self, drain_seconds: float = 0.0) -> None:
        """Take no more jobs, let the running ones end for so long, then put the rest back into the queue."""
        self._dispatcher.drain()
        if self._thread.is_alive():
            self._thread.join(drain_seconds)
        self._stop.cancel()
        self._dispatcher.wake()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._dispatcher.run(self._listen, lambda job, worker: self._ended(job), self._stop, wait=True)
        except Exception as error:
            self.error = str(error) or type(error).__name__
            log.exception("Nothing runs jobs any more: %s", self.error)
