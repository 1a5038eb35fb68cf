"""Running jobs: take the next one, run it, write down what happened, until the queue is empty."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from graph_engine import events
from graph_engine.cancellation import Cancellation
from graph_engine.document_io import loads_document
from graph_engine.engine import Engine
from graph_engine.errors import EngineError
from graph_engine.jobs.errors import QueueTaken, UnknownJob
from graph_engine.jobs.job import Job
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import Claim, JobQueue
from graph_engine.result import RunResult
from graph_engine.store.lock import taken

STEERING_SECONDS = 0.2  # between two looks at whether a running job was cancelled or paused


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
    """Runs jobs in this process, one after the other; what a killed run had finished is a hit."""

    def __init__(self, engine: Engine, queue: JobQueue, journal: Journal, worker: str = "here") -> None:
        self._engine, self._queue, self._journal = engine, queue, journal
        self._worker = worker

    def run_next(self, listener: Callable[[Job], events.Listener], stop: Cancellation) -> Job | None:
        """Run the next job to its end and give it as it stands then; None when no job may run.

        When `stop` is set the job goes back to the queue.
        """
        claim = self._queue.claim(self._worker)
        if claim is None:
            return None
        job = claim.job.id
        cancellation = Cancellation()
        facts = _Facts(self._journal, job, self._queue.progressed)
        tell = listener(claim.job)

        def both(event: events.Event) -> None:
            facts(event)
            tell(event)

        with self._steered(job, cancellation, stop):
            result = self._run(claim, both, cancellation)
        facts.flush()
        if isinstance(result, EngineError):
            return self._queue.finish(job, "failed", error=str(result))
        if result.status == "paused" or (result.status == "cancelled" and not self._is_cancelled(job)):
            return self._queue.give_back(job)
        error = "\n".join(map(str, result.errors))
        made_with = self._engine.locked(
            result.document
        ).lock  # the document's own is of when it was submitted
        kept = result_of(result) | {"lock": made_with.model_dump(mode="json")}
        return self._queue.finish(job, result.status, kept, error)

    def _run(
        self, claim: Claim, listener: events.Listener, cancellation: Cancellation
    ) -> RunResult | EngineError:
        try:
            return self._engine.run(
                loads_document(claim.document),
                wanted=claim.job.wanted,
                listener=listener,
                cancellation=cancellation,
            )
        except EngineError as error:  # the document does not fit the packs that are installed now
            return error

    @contextmanager
    def _steered(self, job: str, cancellation: Cancellation, stop: Cancellation) -> Iterator[None]:
        """Watch for what people want of the running job, as they may say it in another process."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(STEERING_SECONDS):
                now = self._queue.get(job)
                if stop.cancelled or now.cancel_asked:
                    cancellation.cancel()
                elif now.paused:
                    cancellation.pause()

        watcher = threading.Thread(target=watch, name=f"steer {job}", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _is_cancelled(self, job: str) -> bool:
        try:
            return self._queue.get(job).cancel_asked
        except UnknownJob:
            return True


def result_of(result: RunResult) -> dict[str, Any]:
    """What is kept of a run: its artifacts, what became of each node, and how long it took."""
    return {
        "seconds": round(result.seconds, 4),
        "artifacts": [asdict(one) for one in result.artifacts],
        "nodes": {node: asdict(report) for node, report in result.nodes.items()},
    }


class _Facts:
    """A listener that writes what counts to the journal: previews and progress pass, the rest stays."""

    def __init__(self, journal: Journal, job: str, progressed: Callable[[str], None]) -> None:
        self._journal, self._job, self._progressed = journal, job, progressed
        self._waiting: list[tuple[str, Mapping[str, Any]]] = []

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.NodeProgress | events.NodePreview):
            return
        self._waiting.append(event_as_json(event))
        if isinstance(event, events.NodeFinished):
            self._progressed(self._job)
        if not isinstance(event, events.NodeHit):  # hits come by the thousand, and soon something else will
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._journal.write(self._job, self._waiting)
            self._waiting.clear()


def event_as_json(event: events.Event) -> tuple[str, dict[str, Any]]:
    """The kind of an event, as `node_started`, and its fields as plain JSON."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(event).__name__).lower()
    data = {one.name: getattr(event, one.name) for one in fields(event)}
    return kind, {name: str(v) if isinstance(v, EngineError) else v for name, v in data.items()}
