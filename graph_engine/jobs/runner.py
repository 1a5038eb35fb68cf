"""Running a job: claim the next one, give it to a worker, write down what happens, end it or give it back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from graph_engine import events
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Previews
from graph_engine.jobs.entries import Fact
from graph_engine.jobs.errors import QueueTaken, UnknownJob
from graph_engine.jobs.facts import FactWriter
from graph_engine.jobs.job import Job
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import Claim, JobQueue
from graph_engine.jobs.status import Reason
from graph_engine.jobs.worker import Order, Outcome, Tell, Worker
from graph_engine.store.lock import taken

STEERING_SECONDS = 0.2  # between two looks at whether a running job was cancelled or paused
WORKER_ENDED = "worker_ended"  # the journal's entry when a worker ended under a job

Listen = Callable[[Job], Tell]

log = logging.getLogger(__name__)


@contextmanager
def the_only_runner(data: Path) -> Iterator[None]:
    """Be the one process that runs the jobs of a data folder. Raises `QueueTaken`."""
    with taken(data / "jobs.lock") as held:
        if not held:
            raise QueueTaken(
                f"Another process runs the jobs in '{data}' already. Submitted jobs are run by it; "
                "end it first to run them here."
            )
        yield


class Runner:
    """Runs jobs on one worker, one after the other; what a killed run had finished is a hit."""

    def __init__(
        self, worker: Worker, queue: JobQueue, journal: Journal, previews: Previews | None = None
    ) -> None:
        self._worker, self._queue, self._journal = worker, queue, journal
        self._previews = previews
        # One writes facts, one steers, and one may still be ending that steered the job before. A thread made
        # anew for each takes as long as a small job's commit.
        self._helpers = ThreadPoolExecutor(3, f"helper of {worker.name}")

    def close(self) -> None:
        """Let the helping threads go."""
        self._helpers.shutdown()

    def run_next(self, listen: Listen, stop: Cancellation) -> Job | None:
        """Run the next job to its end and give it as it stands then; None when no job may run.

        When `stop` is set the job goes back to the queue.
        """
        claim = self.claim()
        return None if claim is None else self.run(claim, listen, stop)

    def claim(self) -> Claim | None:
        """Take the next job, rather one whose models the worker holds."""
        return self._queue.claim(self._worker.name, self._worker.models)

    def run(self, claim: Claim, listen: Listen, stop: Cancellation) -> Job:
        """Run a job that was claimed. The listener is told at once, the journal a moment later."""
        job = claim.job.id
        listener = listen(claim.job)
        facts = FactWriter(self._journal, job, self._worker.cancel, self._helpers)

        def tell(event: events.Event) -> None:
            facts(event)
            listener(event)

        order = Order(job, claim.document, claim.job.wanted, self._previews, claim.job.continue_on_error)
        begun = time.monotonic()
        try:
            with self._steered(job, stop):
                outcome = self._worker.run(order, tell)
        except BaseException:
            with suppress(Exception):  # what is raised already counts, and is perhaps the same
                self._journal.write(job, facts.close())
            raise
        seconds = time.monotonic() - begun
        return self._end(job, outcome, seconds, facts.close())

    def _end(self, job: str, outcome: Outcome, seconds: float, facts: Sequence[Fact]) -> Job:
        """End the job or give it back, in one transaction with the last facts."""
        if outcome.status == "ended":
            crashed, error = outcome.crashed, outcome.error
            facts = [*facts, (WORKER_ENDED, {"worker": self._worker.name, "error": error})]
            reason: Reason = "crashed" if crashed else "restarted"
            return self._queue.give_back(
                job, crashed=crashed, error=error, reason=reason, seconds=seconds, facts=facts
            )
        if outcome.status == "paused":
            return self._queue.give_back(job, reason="paused", seconds=seconds, facts=facts)
        if outcome.status == "cancelled" and not self._is_cancelled(job):
            return self._queue.give_back(job, reason="restarted", seconds=seconds, facts=facts)
        return self._queue.finish(
            job, outcome.status, outcome.result, outcome.error, seconds=seconds, facts=facts
        )

    @contextmanager
    def _steered(self, job: str, stop: Cancellation) -> Iterator[None]:
        """Watch for what people want of the running job, as they may say it in another process."""
        over, steering = threading.Event(), threading.Lock()

        def watch() -> None:
            while not over.wait(STEERING_SECONDS):
                ask = self._wanted_of(job, stop)
                with steering:
                    if ask is not None and not over.is_set():
                        ask()

        self._helpers.submit(watch)
        try:
            yield
        finally:
            with steering:  # from here on nothing is asked of the worker, which may have the next job
                over.set()

    def _wanted_of(self, job: str, stop: Cancellation) -> Callable[[], None] | None:
        """What is to be asked of the worker: to cancel, to pause, or nothing."""
        if stop.cancelled:
            return self._worker.cancel
        try:
            now = self._queue.get(job)
        except Exception as error:  # a disk that fails now may work at the next look
            log.warning("What is wanted of job '%s' can not be read: %s", job, error)
            return None
        if now.cancel_asked:
            return self._worker.cancel
        return self._worker.pause if now.paused else None

    def _is_cancelled(self, job: str) -> bool:
        try:
            return self._queue.get(job).cancel_asked
        except UnknownJob:
            return True
