"""The facts of a run: written behind it, in order, with the job's end, and never silently lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from graph_engine import events
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.jobs import facts as module
from graph_engine.jobs.entries import Fact
from graph_engine.jobs.errors import QueueUnusable
from graph_engine.jobs.facts import FactWriter
from graph_engine.jobs.job import Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.runner import Runner
from graph_engine.jobs.worker import Order, Outcome, Tell

LIMIT = 60.0  # seconds that a test waits for what must come


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[JobQueue]:
    one = JobQueue(tmp_path / "jobs.sqlite")
    yield one
    one.close()


class Scripted:
    """A worker that does what a test says."""

    name = "scripted"
    models = ()
    available = True

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    def ready(self, stop: Cancellation) -> bool:
        return True

    def run(self, order: Order, tell: Tell) -> Outcome:
        tell(events.RunStarted("d", 1))
        return Outcome("done")

    def cancel(self) -> None:
        self.cancelled.set()

    def pause(self) -> None:
        raise AssertionError("nobody pauses here")


class Slow(Journal):
    """A journal that writes nothing until it is let, and counts its batches."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.let = threading.Event()
        self.batches: list[int] = []

    def write(self, job: str, facts: Sequence[Fact]) -> int:
        assert self.let.wait(LIMIT)
        self.batches.append(len(facts))
        return super().write(job, facts)


def hits(journal: Journal, job: str) -> list[str]:
    return [e.data["node"] for e in journal.read(job, limit=100_000) if e.kind == "node_hit"]


def run(queue: JobQueue, journal: Journal, worker: Scripted) -> str:
    job = queue.submit(Request("{}")).id
    assert Runner(worker, queue, journal).run_next(lambda job: lambda event: None, Cancellation()) is not None
    return job


def test_a_short_run_is_written_with_its_end_in_one_transaction(queue: JobQueue) -> None:
    commits: list[str] = []
    changes: list[tuple[str, int]] = []
    job = queue.submit(Request("{}")).id
    queue.file._connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)

    class Watched(FactWriter):
        def close(self) -> list[Fact]:
            left = super().close()
            changes.append(("left", len(left)))
            return left

    journal = Journal.of(queue)
    writer = Watched(journal, job, lambda: None)
    queue.claim("cpu")
    commits.clear()
    writer._closing.set()  # the run is over before the first batch was gathered
    for node in "abc":
        writer(events.NodeHit(node, "toy/x"))
    queue.finish(job, "done", facts=writer.close())
    assert len(commits) == 1
    assert changes == [("left", 3)]
    assert hits(journal, job) == ["a", "b", "c"]


def test_a_run_waits_for_no_disk_and_what_came_meanwhile_is_one_batch(tmp_path: Path) -> None:
    queue, journal = JobQueue(tmp_path / "jobs.sqlite"), Slow(tmp_path / "jobs.sqlite")
    nodes = [f"n{index}" for index in range(500)]

    class Telling(Scripted):
        def run(self, order: Order, tell: Tell) -> Outcome:
            for node in nodes:
                tell(events.NodeHit(node, "toy/x"))  # returns although nothing can be written
            journal.let.set()
            return Outcome("done")

    job = run(queue, journal, Telling())
    assert hits(journal, job) == nodes
    assert len(journal.batches) <= 2
    assert [e.kind for e in journal.read(job, limit=1000)][-1] == "job_status"
    queue.close()
    journal.close()


def test_a_run_that_tells_more_than_may_wait_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BACKLOG", 10)
    queue, journal = JobQueue(tmp_path / "jobs.sqlite"), Slow(tmp_path / "jobs.sqlite")
    job = queue.submit(Request("{}")).id
    queue.claim("cpu")
    writer = FactWriter(journal, job, lambda: None)
    told: list[int] = []

    def tell() -> None:
        for index in range(100):
            writer(events.NodeHit(f"n{index}", "toy/x"))
            told.append(index)

    thread = threading.Thread(target=tell)
    thread.start()
    thread.join(0.3)
    assert len(told) <= 20  # what is being written, and what waits
    journal.let.set()
    thread.join(LIMIT)
    queue.finish(job, "done", facts=writer.close())
    assert hits(journal, job) == [f"n{index}" for index in range(100)]
    assert max(journal.batches) <= 10
    queue.close()
    journal.close()


def test_a_write_that_fails_stops_the_worker_and_is_raised(queue: JobQueue) -> None:
    class Waiting(Scripted):
        def run(self, order: Order, tell: Tell) -> Outcome:
            with queue.file.writing() as connection:
                (pages,) = connection.execute("PRAGMA page_count").fetchone()
                connection.execute(f"PRAGMA max_page_count = {pages}")
            tell(events.NodeHit("x" * 500_000, "toy/x"))
            assert self.cancelled.wait(LIMIT)
            return Outcome("cancelled")

    with pytest.raises(QueueUnusable, match="full"):
        run(queue, Journal.of(queue), Waiting())
    with queue.file.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert queue.counts() == {"running": 1}  # nothing more is known of it: `recover` gives it back


def test_what_was_told_before_a_listener_failed_is_written(queue: JobQueue) -> None:
    job = queue.submit(Request("{}")).id

    def fail(event: events.Event) -> None:
        raise LookupError("a listener")

    with pytest.raises(LookupError):
        Runner(Scripted(), queue, Journal.of(queue)).run_next(lambda job: fail, Cancellation())
    assert "run_started" in [e.kind for e in Journal.of(queue).read(job)]


def test_how_long_a_worker_had_a_job_adds_up(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 12.5, 100.0, 101.25])
    # The runner's clock only: threads of other tests may still look at theirs.
    monkeypatch.setattr("graph_engine.jobs.runner.time", SimpleNamespace(monotonic=lambda: next(clock)))
    job = queue.submit(Request("{}")).id
    outcomes = iter([Outcome("ended", error="it was killed", crashed=True), Outcome("failed", error="no")])

    class Dying(Scripted):
        def run(self, order: Order, tell: Tell) -> Outcome:
            return next(outcomes)

    runner = Runner(Dying(), queue, Journal.of(queue))
    for _ in range(2):
        runner.run_next(lambda job: lambda event: None, Cancellation())
    assert queue.get(job).device_seconds == 3.75
    told = [dict(e.data) for e in Journal.of(queue).read(job)]
    assert told[2:4] == [
        {"worker": "scripted", "error": "it was killed"},
        {"status": "queued", "reason": "crashed", "error": "it was killed"},
    ]
    assert told[-1] == {"status": "failed", "seconds": 1.25, "error": "no"}


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome("paused"), "paused"),
        (Outcome("cancelled"), "restarted"),
        (Outcome("ended", error="before"), "restarted"),
    ],
)
def test_a_job_that_goes_back_says_why(queue: JobQueue, outcome: Outcome, reason: str) -> None:
    class Stopping(Scripted):
        def run(self, order: Order, tell: Tell) -> Outcome:
            return outcome

    job = run(queue, Journal.of(queue), Stopping())
    last = Journal.of(queue).read(job)[-1]
    assert last.data == {"status": "queued", "reason": reason, "error": outcome.error}
