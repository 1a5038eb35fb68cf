"""Whoever reads the journal sees the whole life of a job, as the queue tells it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_engine.jobs.errors import JobConflict
from graph_engine.jobs.job import Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import MAX_CRASHES, JobQueue
from graph_engine.jobs.status import LONGEST_ERROR

SAVED = {"digest": "a" * 64, "name": "a.png", "media_type": "image/png", "size": 3}


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[JobQueue]:
    one = JobQueue(tmp_path / "jobs.sqlite")
    yield one
    one.close()


def told(queue: JobQueue, job: str) -> list[dict[str, Any]]:
    """What the queue said of a job, after that it was queued."""
    events = Journal.of(queue).read(job)
    assert all(event.kind in ("job_status", "job_moved") for event in events)
    assert events[0].data == {"status": "queued"}
    return [dict(event.data) for event in events[1:]]


def test_a_job_that_is_done(queue: JobQueue) -> None:
    job = queue.submit(Request("{}")).id
    queue.claim("cpu")
    queue.finish(job, "done", {"artifacts": [SAVED]}, seconds=1.5)
    assert told(queue, job) == [
        {"status": "running", "worker": "cpu", "attempt": 1},
        {"status": "done", "seconds": 1.5, "error": "", "artifacts": [SAVED]},
    ]


def test_a_job_that_fails_and_is_retried(queue: JobQueue) -> None:
    job = queue.submit(Request("{}")).id
    queue.claim("cpu")
    queue.finish(job, "failed", {"artifacts": [SAVED]}, "x" * 5000)
    queue.retry(job)
    queue.claim("cpu")
    assert told(queue, job)[1:] == [
        {"status": "failed", "seconds": 0.0, "error": "x" * LONGEST_ERROR},
        {"status": "queued", "retried": True},
        {"status": "running", "worker": "cpu", "attempt": 2},
    ]
    assert queue.get(job).attempts == 2


def test_a_job_that_is_given_back(queue: JobQueue) -> None:
    job = queue.submit(Request("{}")).id
    for again in (
        lambda: queue.give_back(job),
        lambda: queue.give_back(job, crashed=True, error="y" * 5000),
        queue.recover,
    ):
        queue.claim("cpu")
        again()
    assert [one for one in told(queue, job) if one["status"] == "queued"] == [
        {"status": "queued", "reason": "paused", "error": ""},
        {"status": "queued", "reason": "crashed", "error": "y" * LONGEST_ERROR},
        {"status": "queued", "reason": "restarted", "error": ""},
    ]


def test_a_job_that_brings_its_workers_down_ends_in_the_journal_too(queue: JobQueue) -> None:
    job = queue.submit(Request("{}")).id
    for _ in range(MAX_CRASHES):
        queue.claim("cpu")
        queue.give_back(job, crashed=True, seconds=2.0)
    assert told(queue, job)[-1]["status"] == "failed"
    assert told(queue, job)[-1]["seconds"] == 2.0
    assert queue.get(job).device_seconds == 2.0 * MAX_CRASHES


def test_cancelling_is_told_once_asked_for_and_once_done(queue: JobQueue) -> None:
    waits, runs = queue.submit(Request("{}")).id, queue.submit(Request("{}", priority=1)).id
    queue.claim("cpu")
    for _ in range(2):
        queue.cancel(waits)
        queue.cancel(runs)
    queue.give_back(runs)
    assert told(queue, waits) == [{"status": "cancelled", "seconds": 0.0, "error": ""}]
    assert told(queue, runs)[1:] == [
        {"status": "running", "cancel_asked": True},
        {"status": "cancelled", "seconds": 0.0, "error": ""},
    ]


def test_pausing_and_moving_are_told_when_they_change_something(queue: JobQueue) -> None:
    job, other = queue.submit(Request("{}")).id, queue.submit(Request("{}", priority=3)).id
    queue.pause(job)
    queue.pause(job)
    queue.resume(job)
    queue.prioritise(job, 3)
    queue.move(job, other)
    assert told(queue, job) == [
        {"status": "queued", "paused": True},
        {"status": "queued", "paused": False},
        {"priority": 3},
        {"priority": 3},
    ]
    queue.claim("cpu")
    queue.pause(job)
    assert told(queue, job)[-1] == {"status": "running", "paused": True}


def test_what_is_refused_leaves_no_trace(queue: JobQueue) -> None:
    job = queue.submit(Request("{}", idempotency_key="k")).id
    queue.submit(Request("{}", idempotency_key="k"))
    for wrong in (
        lambda: queue.finish(job, "done"),
        lambda: queue.give_back(job),
        lambda: queue.retry(job),
    ):
        with pytest.raises(JobConflict):
            wrong()
    assert told(queue, job) == []


def test_a_change_and_its_last_facts_are_one(queue: JobQueue) -> None:
    job = queue.submit(Request("{}")).id
    queue.claim("cpu")
    fact = ("node_finished", {"node": "n"})
    queue.finish(job, "done", facts=[fact])
    with pytest.raises(JobConflict):
        queue.finish(job, "done", facts=[fact])
    kinds = [event.kind for event in Journal.of(queue).read(job)]
    assert kinds == ["job_status", "job_status", "node_finished", "job_status"]
