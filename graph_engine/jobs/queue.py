"""The queue: jobs go in, workers claim them, and nothing that was acknowledged is ever lost.

Every change is one durable transaction, with what the journal says of it. The order of jobs: higher
priority first; then owners in turn; then the owner's own order, in which people may move jobs. Clocks decide
nothing.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from graph_engine.jobs.artifacts import artifacts_in, keep_artifacts
from graph_engine.jobs.entries import Fact, write_entries
from graph_engine.jobs.errors import IdempotencyConflict, JobConflict
from graph_engine.jobs.job import ENDED, Job, JobStatus, Request
from graph_engine.jobs.listing import JobList, unknown
from graph_engine.jobs.order import line_of, next_job, place_before
from graph_engine.jobs.rows import COLUMNS, former_digest, job_of, request_digest, to_json
from graph_engine.jobs.status import Reason, ended, given_back, moved, status_is

MAX_CRASHES = 5  # workers that a job may bring down in a row, without a node finished in between


@dataclass(frozen=True)
class Claim:
    """A job that a worker has taken, with the text of its document."""

    job: Job
    document: str


class JobQueue(JobList):
    """Opens `jobs.sqlite`. Several processes may submit, read and steer; one runs (see `the_only_runner`)."""

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call this after each change that was committed by this object or its `Journal.of`.

        It must be quick, and may be called by any thread; what it raises is logged.
        """
        self._file.on_change(callback)

    def submit(self, request: Request) -> Job:
        """Take a job; when this returns it is on disk."""
        return self.submit_many([request])[0]

    def submit_many(self, requests: Sequence[Request]) -> list[Job]:
        """Take jobs, all or none. Raises `IdempotencyConflict`."""
        digests = [request_digest(request) for request in requests]

        def take(connection: sqlite3.Connection) -> list[Job]:
            return [self._submit(connection, *one) for one in zip(requests, digests, strict=True)]

        return self._file.change(take)

    def claim(self, worker: str, models: Collection[str] = ()) -> Claim | None:
        """Give the next job to a worker that holds `models`, or None when none may run."""

        return self._file.change(lambda connection: self._claim(connection, worker, models))

    def submit_and_claim(
        self, request: Request, worker: str, models: Collection[str] = ()
    ) -> tuple[Job, Claim | None]:
        """`submit`, then `claim`, in one transaction: the job as submitted, and what the worker is to run.

        That need not be the same job. Raises `IdempotencyConflict`; then nothing is claimed.
        """
        digest = request_digest(request)

        def take(connection: sqlite3.Connection) -> tuple[Job, Claim | None]:
            job = self._submit(connection, request, digest)
            return job, self._claim(connection, worker, models)

        return self._file.change(take)

    def finish(
        self,
        job: str,
        status: JobStatus,
        result: Mapping[str, Any] | None = None,
        error: str = "",
        *,
        seconds: float = 0.0,
        facts: Sequence[Fact] = (),
    ) -> Job:
        """End a running job, after the last `facts` of it; its worker had it for `seconds`.

        Raises `JobConflict` if it is not running: nothing ends twice.
        """
        if status not in ENDED:
            raise JobConflict(f"A job ends as {', '.join(ENDED)}; not as '{status}'.")

        def end(connection: sqlite3.Connection) -> Job:
            self._expect(connection, job, "running")
            self._end(connection, job, status, result, error, seconds, facts)
            return self._read(connection, job)

        return self._file.change(end)

    def give_back(
        self,
        job: str,
        *,
        crashed: bool = False,
        error: str = "",
        reason: Reason | None = None,
        seconds: float = 0.0,
        facts: Sequence[Fact] = (),
    ) -> Job:
        """Put a running job back to where it was in the queue, after the last `facts` of it.

        It was paused, or its worker died of `error`. A job that brought down `MAX_CRASHES` workers in a row,
        without a node finished in between, fails.
        """
        why = reason or ("crashed" if crashed else "paused")

        def put_back(connection: sqlite3.Connection) -> Job:
            self._expect(connection, job, "running")
            if facts:  # first: a node that was finished makes up for crashes before it
                write_entries(connection, job, facts)
            (crashes,) = connection.execute("SELECT crashes FROM job WHERE id = ?", (job,)).fetchone()
            crashes += crashed
            if self._read(connection, job).cancel_asked:
                self._end(connection, job, "cancelled", seconds=seconds)
            elif crashes >= MAX_CRASHES:
                text = (
                    f"The worker died {crashes} times in a row while it ran this job; it is not tried again."
                    f"{f' The last time: {error}' if error else ''}"
                )
                self._end(connection, job, "failed", error=text, seconds=seconds)
            else:
                connection.execute(
                    "UPDATE job SET status = 'queued', worker = '', crashes = ?, error = ?, "
                    "device_seconds = device_seconds + ? WHERE id = ?",
                    (crashes, error, seconds, job),
                )
                write_entries(connection, job, [given_back(why, error)])
            return self._read(connection, job)

        return self._file.change(put_back)

    def recover(self, error: str = "") -> list[str]:
        """Put back every running job: nobody runs them now. Only the process that runs jobs may ask.

        `error` is what ended their runs, if that may have been a job's own fault.
        """
        with self._writing() as connection:
            found = connection.execute(
                "SELECT id FROM job WHERE status = 'running' ORDER BY number"
            ).fetchall()
            for (job,) in found:
                self.give_back(job, crashed=bool(error), error=error, reason="restarted")
        return [job for (job,) in found]

    def cancel(self, job: str) -> Job:
        """Cancel a waiting job; ask a running one to stop. An ended one stays as it is."""
        with self._writing() as connection:
            before = self._read(connection, job)
            if before.status == "queued":
                self._end(connection, job, "cancelled")
            elif before.status == "running" and not before.cancel_asked:
                connection.execute("UPDATE job SET cancel_asked = 1 WHERE id = ?", (job,))
                write_entries(connection, job, [status_is("running", cancel_asked=True)])
            return self._read(connection, job)

    def retry(self, job: str) -> Job:
        """Queue an ended job again, last of its owner; what it computed before is a hit."""
        with self._writing() as connection:
            before = self._read(connection, job)
            if not before.ended:
                raise JobConflict(f"Job '{job}' is {before.status}; only an ended job can be retried.")
            connection.execute(
                "UPDATE job SET status = 'queued', cancel_asked = 0, paused = 0, worker = '', "
                "finished = NULL, ended_as = NULL, crashes = 0, result = '{}', error = '', "
                "place = (SELECT max(place) + 1 FROM job) WHERE id = ?",
                (job,),
            )
            write_entries(connection, job, [status_is("queued", retried=True)])
            return self._read(connection, job)

    def pause(self, job: str) -> Job:
        """Hold a job back; a running one stops after the node it is at and goes back to the queue."""
        return self._set_paused(job, True)

    def resume(self, job: str) -> Job:
        """Let a paused job go on."""
        return self._set_paused(job, False)

    def pause_all(self) -> None:
        """Give out no more jobs; running ones go on."""
        self._set_counter("paused", 1)

    def resume_all(self) -> None:
        """Give out jobs again."""
        self._set_counter("paused", 0)

    def prioritise(self, job: str, priority: int) -> Job:
        """Set a job's priority; it becomes the last of its owner there."""
        with self._writing() as connection:
            self._read(connection, job)
            connection.execute(
                "UPDATE job SET priority = ?, place = (SELECT max(place) + 1 FROM job) WHERE id = ?",
                (priority, job),
            )
            write_entries(connection, job, [moved(priority)])
            return self._read(connection, job)

    def move(self, job: str, before: str | None) -> Job:
        """Put a waiting job right before another of the same owner and priority; None: last of them."""
        with self._writing() as connection:
            self._expect(connection, job, "queued")
            owner, priority = line_of(connection, job)
            if before is None:
                place = connection.execute("SELECT max(place) + 1 FROM job").fetchone()[0]
            elif before == job:
                return self._read(connection, job)
            else:
                self._expect(connection, before, "queued")
                if line_of(connection, before) != (owner, priority):
                    raise JobConflict(
                        f"'{before}' is of another owner or priority than '{job}'; set the priority first."
                    )
                place = place_before(connection, owner, priority, before)
            connection.execute("UPDATE job SET place = ? WHERE id = ?", (place, job))
            write_entries(connection, job, [moved(priority)])
            return self._read(connection, job)

    def delete(self, job: str) -> None:
        """Forget a job that is not running, and its journal."""
        with self._writing() as connection:
            if self._read(connection, job).status == "running":
                raise JobConflict(f"Job '{job}' is running; cancel it first.")
            connection.execute("DELETE FROM job WHERE id = ?", (job,))

    def keep(self, ended: int) -> int:
        """Forget all but the `ended` jobs that ended last; gives how many that was."""
        last = self._file.row(
            "SELECT ended_as FROM job WHERE ended_as IS NOT NULL ORDER BY ended_as DESC LIMIT 1 OFFSET ?",
            (ended,),
        )
        if last is None:  # as it nearly always is: nobody who writes waits for it
            return 0
        with self._writing() as connection:
            return connection.execute("DELETE FROM job WHERE ended_as <= ?", last).rowcount

    def _claim(self, connection: sqlite3.Connection, worker: str, models: Collection[str]) -> Claim | None:
        if self._counter(connection, "paused"):
            return None
        row = next_job(connection, models)
        if row is None:
            return None
        number, owner = row
        served = self._count_up(connection, "served")
        connection.execute("INSERT OR REPLACE INTO owner VALUES (?, ?)", (owner, served))
        job, attempt = connection.execute(
            "UPDATE job SET status = 'running', worker = ?, attempts = attempts + 1, started = ?, "
            "finished = NULL WHERE number = ? RETURNING id, attempts",
            (worker, time.time(), number),
        ).fetchone()
        write_entries(connection, job, [status_is("running", worker=worker, attempt=attempt)])
        taken = connection.execute(f"SELECT {COLUMNS}, document FROM job WHERE number = ?", (number,))
        *columns, document = taken.fetchone()
        return Claim(job_of(tuple(columns)), document)

    def _submit(self, connection: sqlite3.Connection, request: Request, digest: str) -> Job:
        if request.idempotency_key is not None:
            known = connection.execute(
                "SELECT id, request FROM job WHERE owner = ? AND idempotency_key = ?",
                (request.owner, request.idempotency_key),
            ).fetchone()
            if known is not None:
                if known[1] != digest and known[1] != former_digest(request):
                    raise IdempotencyConflict(
                        f"The idempotency key '{request.idempotency_key}' was used for another request, "
                        f"which is job '{known[0]}'. Use a new key for a new request."
                    )
                return self._read(connection, known[0])
        job = f"job-{secrets.token_hex(8)}"
        connection.execute("INSERT OR IGNORE INTO owner VALUES (?, 0)", (request.owner,))
        connection.execute(
            "INSERT INTO job (id, status, name, owner, priority, place, submitted, document, wanted, "
            "idempotency_key, request, required_models, continue_on_error, inputs, workflow, "
            "workflow_version, webhook) "
            "VALUES (?, 'queued', ?, ?, ?, coalesce((SELECT max(place) FROM job), 0) + 1, "
            "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                job,
                request.name,
                request.owner,
                request.priority,
                time.time(),
                request.document,
                None if request.wanted is None else to_json(request.wanted),
                request.idempotency_key,
                digest,
                to_json(request.required_models),
                request.continue_on_error,
                to_json(dict(request.inputs)),
                request.workflow,
                request.workflow_version,
                request.webhook,
            ),
        )
        write_entries(connection, job, [status_is("queued")])
        return self._read(connection, job)

    def _end(
        self,
        connection: sqlite3.Connection,
        job: str,
        status: JobStatus,
        result: Mapping[str, Any] | None = None,
        error: str = "",
        seconds: float = 0.0,
        facts: Sequence[Fact] = (),
    ) -> None:
        result = dict(result or {})
        if artifacts := artifacts_in(result):
            (number,) = connection.execute("SELECT number FROM job WHERE id = ?", (job,)).fetchone()
            keep_artifacts(connection, number, artifacts)
        connection.execute(
            "UPDATE job SET status = ?, result = ?, error = ?, finished = ?, ended_as = ?, paused = 0, "
            "cancel_asked = 0, worker = '', device_seconds = device_seconds + ? WHERE id = ?",
            (status, to_json(result), error, time.time(), self._count_up(connection, "ended"), seconds, job),
        )
        write_entries(connection, job, [*facts, ended(status, seconds, error, result)])

    def _set_paused(self, job: str, paused: bool) -> Job:
        with self._writing() as connection:
            before = self._read(connection, job)
            if before.ended:
                raise JobConflict(f"Job '{job}' is {before.status}; there is nothing to pause.")
            if before.paused != paused:
                connection.execute("UPDATE job SET paused = ? WHERE id = ?", (paused, job))
                write_entries(connection, job, [status_is(before.status, paused=paused)])
            return self._read(connection, job)

    def _read(self, connection: sqlite3.Connection, job: str) -> Job:
        row = connection.execute(f"SELECT {COLUMNS} FROM job WHERE id = ?", (job,)).fetchone()
        if row is None:
            raise unknown(job)
        return job_of(row)

    def _expect(self, connection: sqlite3.Connection, job: str, status: JobStatus) -> None:
        found = connection.execute("SELECT status FROM job WHERE id = ?", (job,)).fetchone()
        if found is None:
            raise unknown(job)
        if found[0] != status:
            raise JobConflict(f"Job '{job}' is {found[0]}, not {status}.")

    def _counter(self, connection: sqlite3.Connection, name: str) -> int:
        return int(connection.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()[0])

    def _count_up(self, connection: sqlite3.Connection, name: str) -> int:
        row = connection.execute(
            "UPDATE counter SET value = value + 1 WHERE name = ? RETURNING value", (name,)
        ).fetchone()
        return int(row[0])

    def _set_counter(self, name: str, value: int) -> None:
        with self._writing() as connection:
            connection.execute("UPDATE counter SET value = ? WHERE name = ?", (value, name))

    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        return self._file.changing()
