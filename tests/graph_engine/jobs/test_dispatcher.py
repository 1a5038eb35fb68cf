"""Workers that wait find a job as soon as they are told to look."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_engine.declaration.cancellation import Cancellation
from graph_engine.jobs import dispatcher as module
from graph_engine.jobs.dispatcher import Dispatcher
from graph_engine.jobs.job import Request
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
