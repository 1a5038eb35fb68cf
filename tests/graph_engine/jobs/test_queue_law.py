"""Whatever is done to a queue, and however often it is reopened, it does what a list in memory would do."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from graph_engine.jobs.job import ENDED, Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import MAX_CRASHES, Claim, JobQueue

OWNERS = ("", "ann", "bea")


@dataclass
class Expected:
    """A job as a list in memory knows it."""

    owner: str
    priority: int
    status: str = "queued"
    paused: bool = False
    cancel_asked: bool = False
    attempts: int = 0
    crashes: int = 0


class QueueMachine(RuleBasedStateMachine):
    """Submits, claims, ends, moves, cancels at random; `line` is the order of all jobs."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.queue = JobQueue(self.folder / "jobs.sqlite")
        self.jobs: dict[str, Expected] = {}
        self.line: list[str] = []
        self.served: list[str] = []
        self.serial, self.seen = 0, set[int]()
        self.paused = False

    def teardown(self) -> None:
        if hasattr(self, "queue"):
            self.queue.close()
            shutil.rmtree(self.folder)

    def some(self, data: st.DataObject, *statuses: str) -> str | None:
        found = [job for job, one in self.jobs.items() if one.status in statuses]
        return data.draw(st.sampled_from(found)) if found else None

    @rule(owner=st.sampled_from(OWNERS), priority=st.integers(0, 2))
    def submit(self, owner: str, priority: int) -> None:
        job = self.queue.submit(Request("{}", owner=owner, priority=priority)).id
        self.jobs[job] = Expected(owner, priority)
        self.line.append(job)

    @rule()
    def claim(self) -> None:
        self.takes_the_next(self.queue.claim("worker"))

    @rule(owner=st.sampled_from(OWNERS), priority=st.integers(0, 2))
    def submit_and_claim(self, owner: str, priority: int) -> None:
        job, claim = self.queue.submit_and_claim(Request("{}", owner=owner, priority=priority), "worker")
        assert (job.status, job.events) == ("queued", 1)
        self.jobs[job.id] = Expected(owner, priority)
        self.line.append(job.id)
        self.takes_the_next(claim)

    @rule(paused=st.booleans())
    def pause_all(self, paused: bool) -> None:
        (self.queue.pause_all if paused else self.queue.resume_all)()
        self.paused = paused

    def takes_the_next(self, claim: Claim | None) -> None:
        ready = [] if self.paused else [job for job in self.line if self.ready(job)]
        if not ready:
            assert claim is None
            return
        assert claim is not None
        top = max(self.jobs[job].priority for job in ready)
        ready = [job for job in ready if self.jobs[job].priority == top]
        owners = sorted({self.jobs[job].owner for job in ready}, key=lambda one: (self.turn(one), one))
        assert claim.job.id == next(job for job in ready if self.jobs[job].owner == owners[0])
        self.served.append(owners[0])
        one = self.jobs[claim.job.id]
        one.status, one.attempts = "running", one.attempts + 1

    @rule(data=st.data(), status=st.sampled_from(ENDED))
    def finish(self, data: st.DataObject, status: str) -> None:
        job = self.some(data, "running")
        if job is not None:
            self.queue.finish(job, status)
            self.end(job, status)

    @rule(data=st.data(), crashed=st.booleans())
    def give_back(self, data: st.DataObject, crashed: bool) -> None:
        job = self.some(data, "running")
        if job is not None:
            self.queue.give_back(job, crashed=crashed)
            self.back(job, crashed)

    @rule()
    def restart(self) -> None:
        self.queue.close()
        self.queue = JobQueue(self.folder / "jobs.sqlite")
        self.queue.recover()
        for job, one in self.jobs.items():
            if one.status == "running":
                self.back(job, False)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job = self.some(data, "queued", "running", *ENDED)
        if job is not None:
            self.queue.cancel(job)
            if self.jobs[job].status == "queued":
                self.end(job, "cancelled")
            elif self.jobs[job].status == "running":
                self.jobs[job].cancel_asked = True

    @rule(data=st.data(), paused=st.booleans())
    def pause(self, data: st.DataObject, paused: bool) -> None:
        job = self.some(data, "queued", "running")
        if job is not None:
            (self.queue.pause if paused else self.queue.resume)(job)
            self.jobs[job].paused = paused

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        job = self.some(data, *ENDED)
        if job is not None:
            self.queue.retry(job)
            self.jobs[job].status, self.jobs[job].crashes = "queued", 0
            self.to_the_end(job)

    @rule(data=st.data(), priority=st.integers(0, 2))
    def prioritise(self, data: st.DataObject, priority: int) -> None:
        job = self.some(data, "queued", "running", *ENDED)
        if job is not None:
            self.queue.prioritise(job, priority)
            self.jobs[job].priority = priority
            self.to_the_end(job)

    @precondition(lambda self: any(one.status == "queued" for one in self.jobs.values()))
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        job = self.some(data, "queued")
        assert job is not None
        one = self.jobs[job]
        peers = [
            other
            for other, their in self.jobs.items()
            if (their.owner, their.priority, their.status) == (one.owner, one.priority, "queued")
        ]
        before = data.draw(st.sampled_from([*peers, None]))
        self.queue.move(job, before)
        if before is None:
            self.to_the_end(job)
        elif before != job:
            self.line.remove(job)
            self.line.insert(self.line.index(before), job)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        job = self.some(data, "queued", *ENDED)
        if job is not None:
            self.queue.delete(job)
            del self.jobs[job]
            self.line.remove(job)

    @invariant()
    def all_is_as_expected(self) -> None:
        if not hasattr(self, "queue"):
            return
        found = {
            job.id: Expected(
                job.owner,
                job.priority,
                job.status,
                job.paused,
                job.cancel_asked,
                job.attempts,
                self.jobs[job.id].crashes,
            )
            for job in self.queue.page(1000).jobs
        }
        assert found == self.jobs

    @invariant()
    def the_journal_tells_the_same(self) -> None:
        if not hasattr(self, "queue"):
            return
        journal = Journal.of(self.queue)
        entries = journal.since(0, 100_000)
        assert [one.serial for one in entries] == sorted({one.serial for one in entries})
        told: dict[str, str] = {}
        numbers: dict[str, list[int]] = {}
        for one in entries:
            numbers.setdefault(one.job, []).append(one.number)
            if one.kind == "job_status":
                told[one.job] = one.data["status"]
            if one.serial > self.serial:  # new, so it was written after all that was seen before
                self.serial = one.serial
                self.seen.add(one.serial)
        assert {one.serial for one in entries} <= self.seen
        assert told == {job: one.status for job, one in self.jobs.items()}
        assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
        assert {job.id: job.events for job in self.queue.page(1000).jobs} == {
            job: len(found) for job, found in numbers.items()
        }
        assert journal.last_serial() == self.serial

    def ready(self, job: str) -> bool:
        return self.jobs[job].status == "queued" and not self.jobs[job].paused

    def turn(self, owner: str) -> int:
        return max((index + 1 for index, one in enumerate(self.served) if one == owner), default=0)

    def end(self, job: str, status: str) -> None:
        one = self.jobs[job]
        one.status, one.paused, one.cancel_asked = status, False, False

    def back(self, job: str, crashed: bool) -> None:
        one = self.jobs[job]
        one.crashes += crashed
        if one.cancel_asked:
            self.end(job, "cancelled")
        elif one.crashes >= MAX_CRASHES:
            self.end(job, "failed")
        else:
            one.status = "queued"

    def to_the_end(self, job: str) -> None:
        self.line.remove(job)
        self.line.append(job)


TestQueue = QueueMachine.TestCase
TestQueue.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
