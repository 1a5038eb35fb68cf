"""Workers that wait find a job as soon as they are told to look."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph_engine.declaration.cancellation import Cancellation
from graph_engine.jobs import dispatcher as module
from graph_engine.jobs.dispatcher import Dispatcher
from graph_engine.jobs.errors import IdempotencyConflict
from graph_engine.jobs.job import Job, Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.worker import Order, Outcome, Tell
from tests.graph_engine.jobs.test_facts import LIMIT, Scripted


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[JobQueue]:
    one = JobQueue(tmp_path / "jobs.sqlite")
    yield one
    one.close()


def test_workers_that_wait_are_woken_by_changes(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 10 * LIMIT)  # nothing but being woken helps
    dispatcher = Dispatcher([Scripted(), Scripted()], queue, Journal.of(queue))
    queue.on_change(dispatcher.wake)
    stop, ended = Cancellation(), threading.Semaphore(0)
    thread = threading.Thread(
        target=dispatcher.run,
        args=(lambda job: lambda event: None, lambda job, worker: ended.release(), stop),
        kwargs={"wait": True},
    )
    thread.start()
    for _ in range(30):
        queue.submit(Request("{}"))
        assert ended.acquire(timeout=LIMIT)
    queue.submit_many([Request("{}")] * 20)
    for _ in range(20):
        assert ended.acquire(timeout=LIMIT)
    assert queue.counts() == {"done": 50}
    stop.cancel()
    dispatcher.wake()
    thread.join(LIMIT)
    assert not thread.is_alive()


def test_a_job_that_is_given_back_is_run_before_all_go_home(queue: JobQueue) -> None:
    """Two workers run dry; one of them holds the last job, and puts it back once."""
    queue.submit(Request("{}"))
    stop, runs = Cancellation(), list[str]()

    class Forgetful(Scripted):
        def run(self, order: Order, tell: Tell) -> Outcome:
            runs.append(self.name)
            return Outcome("paused" if len(runs) == 1 else "done")

    dispatcher = Dispatcher([Forgetful(), Forgetful()], queue, Journal.of(queue))
    dispatcher.run(lambda job: lambda event: None, lambda job, worker: None, stop)
    assert len(runs) == 2
    assert queue.counts() == {"done": 1}


class Model(Scripted):
    """A worker that holds one model."""

    def __init__(self, model: str) -> None:
        super().__init__()
        self.name, self.models = model, (model,)


@contextmanager
def running(dispatcher: Dispatcher[Scripted]) -> Iterator[threading.Semaphore]:
    """A dispatcher that waits for jobs; the semaphore counts those that ended."""
    stop, ended = Cancellation(), threading.Semaphore(0)

    def note(job: Job, worker: Scripted) -> None:
        ended.release()

    thread = threading.Thread(
        target=dispatcher.run, args=(lambda job: lambda event: None, note, stop), kwargs={"wait": True}
    )
    thread.start()
    try:
        yield ended
    finally:
        stop.cancel()
        dispatcher.wake()
        thread.join(LIMIT)
        assert not thread.is_alive()


def rested(dispatcher: Dispatcher[Scripted], workers: int = 1) -> None:
    """Wait until so many workers have nothing to do."""
    deadline = time.monotonic() + LIMIT
    while len(dispatcher._resting) < workers:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_worker_that_rests_gets_a_job_as_it_is_submitted(
    queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 10 * LIMIT)
    dispatcher = Dispatcher([Scripted()], queue, Journal.of(queue))
    with running(dispatcher) as ended:
        for _ in range(10):
            rested(dispatcher)
            job = dispatcher.submit(Request("{}"))
            assert job.status == "queued"
            assert queue.get(job.id).status in ("running", "done")  # at no moment did it wait
            assert ended.acquire(timeout=LIMIT)
            kinds = [e.data["status"] for e in Journal.of(queue).read(job.id) if e.kind == "job_status"]
            assert kinds == ["queued", "running", "done"]


def test_of_workers_that_rest_one_that_holds_the_models_begins(
    queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 10 * LIMIT)
    dispatcher = Dispatcher([Model("m1"), Model("m2"), Model("m3")], queue, Journal.of(queue))
    with running(dispatcher) as ended:
        for model in ("m2", "m3", "m1", "m3"):
            rested(dispatcher, 3)
            job = dispatcher.submit(Request("{}", required_models=(model,)))
            assert ended.acquire(timeout=LIMIT)
            began = [e.data.get("worker") for e in Journal.of(queue).read(job.id) if e.kind == "job_status"]
            assert began[1] == model


def test_a_worker_that_is_not_available_is_handed_nothing(queue: JobQueue) -> None:
    worker = Scripted()
    dispatcher = Dispatcher([worker], queue, Journal.of(queue))
    with running(dispatcher) as ended:
        rested(dispatcher)
        worker.available = False
        dispatcher.submit(Request("{}"))
        assert ended.acquire(timeout=LIMIT)  # found as any other job is


def test_a_submit_that_is_refused_leaves_the_worker_free(
    queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 10 * LIMIT)
    dispatcher = Dispatcher([Scripted()], queue, Journal.of(queue))
    with running(dispatcher) as ended:
        dispatcher.submit(Request("{}", idempotency_key="k"))
        assert ended.acquire(timeout=LIMIT)
        rested(dispatcher)
        with pytest.raises(IdempotencyConflict):
            dispatcher.submit(Request('{"name": "another"}', idempotency_key="k"))
        rested(dispatcher)
        assert dispatcher.busy == 0
        dispatcher.submit(Request("{}"))
        assert ended.acquire(timeout=LIMIT)


def test_jobs_that_many_submit_at_once_run_once_each(queue: JobQueue) -> None:
    workers = [Scripted() for _ in range(3)]
    dispatcher = Dispatcher(workers, queue, Journal.of(queue))
    with running(dispatcher) as ended, ThreadPoolExecutor(8) as threads:
        jobs = list(threads.map(lambda _: dispatcher.submit(Request("{}")).id, range(100)))
        for _ in jobs:
            assert ended.acquire(timeout=LIMIT)
    assert queue.counts() == {"done": 100}
    assert {queue.get(job).attempts for job in jobs} == {1}


def test_what_is_submitted_to_a_queue_that_drains_waits(queue: JobQueue) -> None:
    dispatcher = Dispatcher([Scripted()], queue, Journal.of(queue))
    with running(dispatcher) as ended:
        dispatcher.submit(Request("{}"))
        assert ended.acquire(timeout=LIMIT)
        rested(dispatcher)
        dispatcher.drain()
        dispatcher.submit(Request("{}"))
    assert queue.counts() == {"done": 1, "queued": 1}
