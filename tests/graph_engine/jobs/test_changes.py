"""Whoever wants to know of changes is called after each that is on disk, and after nothing else."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph_engine.jobs.errors import JobConflict
from graph_engine.jobs.job import Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue


def test_a_listener_is_called_after_each_change_and_sees_it(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "jobs.sqlite")
    counts: list[dict[str, int]] = []
    queue.on_change(lambda: counts.append(queue.counts()))
    job = queue.submit(Request("{}")).id
    assert counts == [{"queued": 1}]
    Journal.of(queue).write(job, [("a", {})])
    queue.claim("cpu")
    queue.recover()
    queue.cancel(job)
    assert counts[1:] == [{"queued": 1}, {"running": 1}, {"queued": 1}, {"cancelled": 1}]
    queue.close()


def test_what_changes_nothing_calls_nobody(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "jobs.sqlite")
    job = queue.submit(Request("{}", idempotency_key="k")).id
    calls: list[int] = []
    queue.on_change(lambda: calls.append(1))
    queue.submit(Request("{}", idempotency_key="k"))
    with pytest.raises(JobConflict):
        queue.finish(job, "done")
    queue.resume(job)
    queue.page()
    queue.recover()
    queue.pause(job)
    calls.clear()
    assert queue.claim("cpu") is None
    assert calls == []
    queue.close()


def test_a_listener_that_fails_harms_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    queue = JobQueue(tmp_path / "jobs.sqlite")
    calls: list[int] = []

    def fail() -> None:
        raise LookupError("no listener")

    queue.on_change(fail)
    queue.on_change(lambda: calls.append(1))
    with caplog.at_level(logging.ERROR):
        queue.submit(Request("{}"))
    assert (queue.counts(), calls) == ({"queued": 1}, [1])
    assert "A listener for changes of the queue failed." in caplog.text
    queue.close()


def test_many_threads_submit_claim_and_end_and_each_job_is_there_once(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "jobs.sqlite")
    barrier = threading.Barrier(8)

    def work(index: int) -> list[str]:
        barrier.wait()
        ended = []
        for _ in range(10):
            queue.submit(Request("{}", owner=f"owner {index % 3}"))
            claim = queue.claim(f"worker {index}")
            if claim is not None:
                ended.append(queue.finish(claim.job.id, "done").id)
        return ended

    with ThreadPoolExecutor(8) as pool:
        ended = [job for some in pool.map(work, range(8)) for job in some]
    while (claim := queue.claim("last")) is not None:
        ended.append(queue.finish(claim.job.id, "done").id)
    assert sorted(ended) == sorted(job.id for job in queue.page(1000).jobs)
    assert queue.counts() == {"done": 80}
    serials = [event.serial for event in Journal.of(queue).since(0)]
    assert serials == list(range(1, 241))
    queue.close()
