"""The runs: the thread that keeps the workers busy with what waits, from the server's start to its end."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence

from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Previews
from graph_engine.jobs.dispatcher import Dispatcher
from graph_engine.jobs.errors import QueueUnusable
from graph_engine.jobs.job import Job, Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.runner import Listen
from graph_engine.workers.errors import WorkerUnusable
from graph_engine.workers.local_worker import LocalWorker

log = logging.getLogger(__name__)


AFTER_TROUBLE = 2.0  # seconds after which it is tried again to run jobs, when the queue failed
DISK = (QueueUnusable, sqlite3.Error, OSError)
LOOK_SECONDS = 0.05  # between two looks at whether all runs have ended


class Runs:
    """Starts with `start`; `wake` says that there may be something new; `close` ends it.

    When the queue can not be read or written, as on a full disk, nothing runs until it can be again.
    """

    def __init__(
        self,
        workers: Sequence[LocalWorker],
        queue: JobQueue,
        journal: Journal,
        previews: Previews,
        listen: Listen,
        ended: Callable[[Job], None],
    ) -> None:
        self._workers, self._queue, self._journal, self._previews = workers, queue, journal, previews
        self._listen, self._ended = listen, ended
        self._changing = threading.Lock()
        self._closing = threading.Event()
        self._begin()
        self._thread = threading.Thread(target=self._run, name="runs")
        self.error = ""  # why nothing runs now
        self._fault = ""

    def start(self) -> None:
        """Put back what was running when the last server ended, and begin."""
        self._queue.recover()
        self._thread.start()

    def wake(self) -> None:
        """Look for jobs now."""
        self._dispatcher.wake()

    def submit(self, request: Request) -> Job:
        """Queue a job; a worker that rests begins with what is next. Raises what `JobQueue.submit` raises."""
        return self._dispatcher.submit(request)

    @property
    def busy(self) -> int:
        """How many jobs run now."""
        return self._dispatcher.busy

    def close(self, drain_seconds: float = 0.0) -> None:
        """Take no more jobs, let the running ones end for so long, then put the rest back into the queue."""
        with self._changing:
            self._closing.set()
        self._dispatcher.drain()
        deadline = time.monotonic() + drain_seconds
        while self._dispatcher.busy and (left := deadline - time.monotonic()) > 0:
            self._thread.join(min(left, LOOK_SECONDS))
        self._stop.cancel()
        self._dispatcher.wake()
        if self._thread.is_alive():
            self._thread.join()

    def _begin(self) -> None:
        self._stop = Cancellation()
        self._dispatcher = Dispatcher(self._workers, self._queue, self._journal, self._previews)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                if self.error:
                    self._begin_anew()
                self._dispatcher.run(
                    self._listen, lambda job, worker: self._ended(job), self._stop, wait=True
                )
            except WorkerUnusable as error:
                self.error = str(error)
                log.exception("Nothing runs jobs any more: %s", self.error)
                return
            except Exception as error:
                if not self.error:  # said once
                    log.exception("Jobs can not be run just now: %s", error)
                self.error = str(error) or type(error).__name__
                # Of what is not the disk's fault a job may be the cause, and is not run for ever then.
                self._fault = "" if isinstance(error, DISK) else self.error
                self._closing.wait(AFTER_TROUBLE)

    def _tell_ended(self, job: Job, worker: LocalWorker) -> None:
        self._ended(job)

    def _begin_anew(self) -> None:
        """Put back what was running when it failed. Raises what still fails."""
        self._queue.recover(self._fault)
        with self._changing:
            if not self._closing.is_set():
                self._begin()
        self.error = ""
        log.info("Jobs are run again.")
