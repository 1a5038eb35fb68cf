"""The dispatcher: keeps several workers busy with the jobs of one queue."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Generic, TypeVar

from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Previews
from graph_engine.jobs.job import Job
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.runner import Listen, Runner
from graph_engine.jobs.worker import Worker

POLL_SECONDS = 0.5  # between two looks for new jobs


log = logging.getLogger(__name__)

W = TypeVar("W", bound=Worker)


class Dispatcher(Generic[W]):
    """One runner a worker, each in a thread of its own."""

    def __init__(
        self,
        workers: Sequence[W],
        queue: JobQueue,
        journal: Journal,
        previews: Previews | None = None,
    ) -> None:
        self._workers = tuple(workers)
        self._queue, self._journal, self._previews = queue, journal, previews
        self._changed = threading.Condition()
        self._wakes = 0  # reasons to look for jobs that there were so far
        self._claiming = threading.Lock()
        self._telling = threading.Lock()
        self._busy = 0
        self._draining = False
        self._errors: list[Exception] = []
        self._unusable: list[Exception] = []

    def run(
        self,
        listen: Listen,
        ended: Callable[[Job, W], None],
        stop: Cancellation,
        *,
        wait: bool = False,
    ) -> None:
        """Run jobs until none may run and none runs, or with `wait` until `stop` is set.

        `ended` is told each job as it stands when its run is over, one at a time. A worker that can not be
        used leaves its jobs to the others; the last one's error is raised, and so is any of the queue.
        """
        threads = [
            threading.Thread(target=self._work, args=(worker, listen, ended, stop, wait), name=worker.name)
            for worker in self._workers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        if len(self._unusable) == len(self._workers):
            raise self._unusable[-1]

    def wake(self) -> None:
        """Look for jobs now rather than at the next poll. From any thread; it waits for nothing."""
        with self._changed:
            self._wakes += 1
            self._changed.notify_all()

    def drain(self) -> None:
        """Give out no more jobs; `run` ends when those that run have ended, which `busy` tells of."""
        with self._claiming:  # who claims a job now is busy when this returns
            self._draining = True
        self.wake()

    @property
    def busy(self) -> int:
        """How many jobs run now."""
        return self._busy

    def _work(
        self,
        worker: W,
        listen: Listen,
        ended: Callable[[Job, W], None],
        stop: Cancellation,
        wait: bool,
    ) -> None:
        with closing(Runner(worker, self._queue, self._journal, self._previews)) as runner:
            self._keep_busy(runner, worker, listen, ended, stop, wait)

    def _keep_busy(
        self,
        runner: Runner,
        worker: W,
        listen: Listen,
        ended: Callable[[Job, W], None],
        stop: Cancellation,
        wait: bool,
    ) -> None:
        while not (stop.cancelled or self._errors or self._draining):
            try:
                if not worker.ready(stop):
                    return
            except Exception as error:  # this worker is of no use; the others go on
                with self._changed:
                    self._unusable.append(error)
                    if len(self._unusable) < len(self._workers):
                        log.error("%s", error)
                return
            seen = self._wakes
            try:
                if self._next(runner, worker, listen, ended, stop):
                    continue
            except Exception as error:  # the queue, or who is told: nobody can go on
                self._errors.append(error)
                self.wake()
                stop.cancel()
                return
            with self._claiming:
                idle = not self._busy
            if idle and not wait:
                return
            self._rest(seen)

    def _rest(self, seen: int) -> None:
        """Wait for a reason to look for jobs, if there was none since `seen`; no longer than a poll."""
        with self._changed:
            self._changed.wait_for(lambda: self._wakes != seen, POLL_SECONDS)

    def _next(
        self,
        runner: Runner,
        worker: W,
        listen: Listen,
        ended: Callable[[Job, W], None],
        stop: Cancellation,
    ) -> bool:
        with self._claiming:  # claimed and busy in one step: nobody may find the queue empty in between
            claim = None if self._draining else runner.claim()
            if claim is None:
                return False
            with self._changed:
                self._busy += 1
        try:
            job = runner.run(claim, listen, stop)
        finally:
            with self._changed:
                self._busy -= 1
            self.wake()
        with self._telling:
            ended(job, worker)
        return True
