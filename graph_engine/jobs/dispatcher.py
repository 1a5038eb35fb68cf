"""The dispatcher: keeps several workers busy with the jobs of one queue."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar

from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Previews
from graph_engine.jobs.job import Job, Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import Claim, JobQueue
from graph_engine.jobs.runner import Listen, Runner
from graph_engine.jobs.worker import Worker

POLL_SECONDS = 0.5  # between two looks for new jobs


log = logging.getLogger(__name__)

W = TypeVar("W", bound=Worker)


@dataclass(eq=False)
class _Rest:
    """A worker without work. Who submits a job may take it out of the list, and then hands over a claim."""

    worker: Worker
    handed: bool = False
    claim: Claim | None = None


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
        self._busy = 0  # workers that run, or are about to
        self._resting: list[_Rest] = []
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

    def submit(self, request: Request) -> Job:
        """Queue a job and look for jobs; a worker that rests gets what is next in the same transaction.

        Raises what `JobQueue.submit` raises.
        """
        rest = self._reserve(request)
        if rest is None:
            job = self._queue.submit(request)
            self.wake()
            return job
        try:
            worker = rest.worker
            job, rest.claim = self._queue.submit_and_claim(request, worker.name, worker.models)
        finally:
            with self._changed:
                self._busy -= rest.claim is None
                rest.handed = True
            self.wake()
        return job

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

    def _reserve(self, request: Request) -> _Rest | None:
        """A worker that rests and can begin now, rather one that holds the models; it counts as busy."""
        with self._claiming, self._changed:
            able = [one for one in self._resting if one.worker.available] if not self._draining else []
            if not able:
                return None
            needed = set(request.required_models)
            chosen = next((one for one in able if needed.issubset(one.worker.models)), able[0])
            self._resting.remove(chosen)
            self._busy += 1
            return chosen

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
                claim = self._next(runner)
                if claim is None:
                    if not wait and self._all_idle:
                        return
                    claim = self._rest(seen, worker)
                if claim is not None:
                    self._run(claim, runner, worker, listen, ended, stop)
            except Exception as error:  # the queue, or who is told: nobody can go on
                self._errors.append(error)
                self.wake()
                stop.cancel()
                return

    @property
    def _all_idle(self) -> bool:
        with self._claiming:
            return not self._busy

    def _rest(self, seen: int, worker: W) -> Claim | None:
        """Wait for a reason to look for jobs, if there was none since `seen`; no longer than a poll.

        Gives a claim that somebody handed over meanwhile, who counts as busy.
        """
        rest = _Rest(worker)
        with self._changed:
            self._resting.append(rest)
            self._changed.wait_for(lambda: rest.handed or self._wakes != seen, POLL_SECONDS)
            if rest in self._resting:
                self._resting.remove(rest)
            else:
                self._changed.wait_for(lambda: rest.handed)
            return rest.claim

    def _next(self, runner: Runner) -> Claim | None:
        with self._claiming:  # claimed and busy in one step: nobody may find the queue empty in between
            claim = None if self._draining else runner.claim()
            if claim is not None:
                with self._changed:
                    self._busy += 1
            return claim

    def _run(
        self,
        claim: Claim,
        runner: Runner,
        worker: W,
        listen: Listen,
        ended: Callable[[Job, W], None],
        stop: Cancellation,
    ) -> None:
        try:
            job = runner.run(claim, listen, stop)
        finally:
            with self._changed:
                self._busy -= 1
            self.wake()
        with self._telling:
            ended(job, worker)
