"""The queue: jobs go in, workers claim them, and nothing that was acknowledged is ever lost.

Every change is one durable transaction. The order of jobs: higher priority first; then owners in turn; then
the owner's own order, in which people may move jobs. Clocks decide nothing.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_engine.jobs.errors import IdempotencyConflict, JobConflict, UnknownJob
from graph_engine.jobs.files import open_jobs, usable
from graph_engine.jobs.job import ENDED, Job, JobStatus, Request
from graph_engine.jobs.order import WAITING, line_of, next_job, place_before
from graph_engine.jobs.rows import COLUMNS, job_of, request_digest, to_json

MAX_CRASHES = 5  # workers that a job may bring down in a row, without a node finished in between


@dataclass(frozen=True)
class Claim:
    """A job that a worker has taken, with the text of its document."""

    job: Job
    document: str


@dataclass(frozen=True)
class Page:
    """Some jobs, newest first; `cursor` is where the next page begins, None on the last."""

    jobs: tuple[Job, ...]
    cursor: int | None


class JobQueue:
    """Opens `jobs.sqlite`. Several processes may submit, read and steer; one runs (see `the_only_runner`)."""

    def __init__(self, path: Path) -> None:
        self._file = open_jobs(path)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def submit(self, request: Request) -> Job:
        """Take a job; when this returns it is on disk."""
        return self.submit_many([request])[0]

    def submit_many(self, requests: Sequence[Request]) -> list[Job]:
        """Take jobs, all or none. Raises `IdempotencyConflict`."""
        with self._writing() as connection:
            return [self._submit(connection, request) for request in requests]

    def get(self, job: str) -> Job:
        """The job with this id. Raises `UnknownJob`."""
        row = self._file.row(f"SELECT {COLUMNS} FROM job WHERE id = ?", (job,))
        if row is None:
            raise _unknown(job)
        return job_of(row)

    def document(self, job: str) -> str:
        """The text of a job's document. Raises `UnknownJob`."""
        row = self._file.row("SELECT document FROM job WHERE id = ?", (job,))
        if row is None:
            raise _unknown(job)
        return str(row[0])

    def page(
        self,
        limit: int = 50,
        *,
        cursor: int | None = None,
        status: JobStatus | None = None,
        statuses: Collection[JobStatus] = (),
        owner: str | None = None,
        search: str = "",
    ) -> Page:
        """A page of jobs, newest first; `search` looks in ids, names and documents."""
        conditions, parameters = ["1"], list[Any]()
        if statuses:
            conditions.append(f"status IN ({', '.join('?' * len(statuses))})")
            parameters += statuses
        for condition, value in (
            ("number < ?", cursor),
            ("status = ?", status),
            ("owner = ?", owner),
        ):
            if value is not None:
                conditions.append(condition)
                parameters.append(value)
        if search:
            pattern = "%" + "".join(f"\\{c}" if c in "%_\\" else c for c in search) + "%"
            conditions.append(
                "(id LIKE ? ESCAPE '\\' OR name LIKE ? ESCAPE '\\' OR document LIKE ? ESCAPE '\\')"
            )
            parameters += [pattern] * 3
        where = " AND ".join(conditions)
        rows = self._file.rows(
            f"SELECT {COLUMNS}, number FROM job WHERE {where} ORDER BY number DESC LIMIT ?",
            [*parameters, limit + 1],
        )
        more = len(rows) > limit
        shown = rows[:limit]
        return Page(tuple(job_of(row[:-1]) for row in shown), shown[-1][-1] if more else None)

    def waiting(self, limit: int = 50) -> list[Job]:
        """The jobs that wait, by priority and each owner's order; owners take turns when claimed."""
        order = "priority DESC, owner, place"
        rows = self._file.rows(
            f"SELECT {COLUMNS} FROM job WHERE {WAITING} ORDER BY {order} LIMIT ?", (limit,)
        )
        return [job_of(row) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many jobs there are of each status that occurs."""
        return dict(self._file.rows("SELECT status, count(*) FROM job GROUP BY status"))

    def claim(self, worker: str, models: Collection[str] = ()) -> Claim | None:
        """Give the next job to a worker that holds `models`, or None when none may run."""
        with self._writing() as connection:
            if self._counter(connection, "paused"):
                return None
            row = next_job(connection, models)
            if row is None:
                return None
            number, owner = row
            served = self._count_up(connection, "served")
            connection.execute("INSERT OR REPLACE INTO owner VALUES (?, ?)", (owner, served))
            connection.execute(
                "UPDATE job SET status = 'running', worker = ?, attempts = attempts + 1, started = ?, "
                "finished = NULL WHERE number = ?",
                (worker, time.time(), number),
            )
            taken = connection.execute(f"SELECT {COLUMNS}, document FROM job WHERE number = ?", (number,))
            *columns, document = taken.fetchone()
            return Claim(job_of(tuple(columns)), document)

    def finish(
        self, job: str, status: JobStatus, result: Mapping[str, Any] | None = None, error: str = ""
    ) -> Job:
        """End a running job. Raises `JobConflict` if it is not running: nothing ends twice."""
        if status not in ENDED:
            raise JobConflict(f"A job ends as {', '.join(ENDED)}; not as '{status}'.")
        with self._writing() as connection:
            self._expect(connection, job, "running")
            self._end(connection, job, status, to_json(dict(result or {})), error)
            return self._read(connection, job)

    def give_back(self, job: str, *, crashed: bool = False, error: str = "") -> Job:
        """Put a running job back to where it was in the queue: it was paused, or its worker died of `error`.

        A job that brought down `MAX_CRASHES` workers in a row fails; see `progressed`.
        """
        with self._writing() as connection:
            self._expect(connection, job, "running")
            (crashes,) = connection.execute("SELECT crashes FROM job WHERE id = ?", (job,)).fetchone()
            crashes += crashed
            if self._read(connection, job).cancel_asked:
                self._end(connection, job, "cancelled", "{}", "")
            elif crashes >= MAX_CRASHES:
                text = (
                    f"The worker died {crashes} times in a row while it ran this job; it is not tried again."
                    f"{f' The last time: {error}' if error else ''}"
                )
                self._end(connection, job, "failed", "{}", text)
            else:
                connection.execute(
                    "UPDATE job SET status = 'queued', worker = '', crashes = ?, error = ? WHERE id = ?",
                    (crashes, error, job),
                )
            return self._read(connection, job)

    def progressed(self, job: str) -> None:
        """Note that a node of a running job was finished: crashes before that no longer count."""
        with self._writing() as connection:
            connection.execute("UPDATE job SET crashes = 0 WHERE id = ? AND crashes > 0", (job,))

    def recover(self) -> list[str]:
        """Put back every running job: their process is gone. Only the process that runs jobs may ask."""
        with self._writing() as connection:
            found = connection.execute(
                "SELECT id FROM job WHERE status = 'running' ORDER BY number"
            ).fetchall()
            for (job,) in found:
                self.give_back(job)
        return [job for (job,) in found]

    def cancel(self, job: str) -> Job:
        """Cancel a waiting job; ask a running one to stop. An ended one stays as it is."""
        with self._writing() as connection:
            before = self._read(connection, job)
            if before.status == "queued":
                self._end(connection, job, "cancelled", "{}", "")
            elif before.status == "running":
                connection.execute("UPDATE job SET cancel_asked = 1 WHERE id = ?", (job,))
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

    @property
    def paused(self) -> bool:
        """Whether the queue as a whole is paused."""
        row = self._file.row("SELECT value FROM counter WHERE name = 'paused'")
        return bool(row and row[0])

    def prioritise(self, job: str, priority: int) -> Job:
        """Set a job's priority; it becomes the last of its owner there."""
        with self._writing() as connection:
            self._read(connection, job)
            connection.execute(
                "UPDATE job SET priority = ?, place = (SELECT max(place) + 1 FROM job) WHERE id = ?",
                (priority, job),
            )
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
            return self._read(connection, job)

    def delete(self, job: str) -> None:
        """Forget a job that is not running, and its journal."""
        with self._writing() as connection:
            if self._read(connection, job).status == "running":
                raise JobConflict(f"Job '{job}' is running; cancel it first.")
            connection.execute("DELETE FROM job WHERE id = ?", (job,))

    def keep(self, ended: int) -> int:
        """Forget all but the `ended` jobs that ended last; gives how many that was."""
        with self._writing() as connection:
            newest = "SELECT number FROM job WHERE ended_as IS NOT NULL ORDER BY ended_as DESC LIMIT ?"
            done = connection.execute(
                f"DELETE FROM job WHERE ended_as IS NOT NULL AND number NOT IN ({newest})", (ended,)
            )
            return done.rowcount

    def _submit(self, connection: sqlite3.Connection, request: Request) -> Job:
        digest = request_digest(request)
        if request.idempotency_key is not None:
            known = connection.execute(
                "SELECT id, request FROM job WHERE owner = ? AND idempotency_key = ?",
                (request.owner, request.idempotency_key),
            ).fetchone()
            if known is not None:
                if known[1] != digest:
                    raise IdempotencyConflict(
                        f"The idempotency key '{request.idempotency_key}' was used for another request, "
                        f"which is job '{known[0]}'. Use a new key for a new request."
                    )
                return self._read(connection, known[0])
        job = f"job-{secrets.token_hex(8)}"
        connection.execute("INSERT OR IGNORE INTO owner VALUES (?, 0)", (request.owner,))
        connection.execute(
            "INSERT INTO job (id, status, name, owner, priority, place, submitted, document, wanted, "
            "idempotency_key, request, required_models, continue_on_error) VALUES (?, 'queued', ?, ?, ?, "
            "coalesce((SELECT max(place) FROM job), 0) + 1, ?, ?, ?, ?, ?, ?, ?)",
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
            ),
        )
        return self._read(connection, job)

    def _end(
        self, connection: sqlite3.Connection, job: str, status: JobStatus, result: str, error: str
    ) -> None:
        connection.execute(
            "UPDATE job SET status = ?, result = ?, error = ?, finished = ?, ended_as = ?, paused = 0, "
            "cancel_asked = 0, worker = '' WHERE id = ?",
            (status, result, error, time.time(), self._count_up(connection, "ended"), job),
        )

    def _set_paused(self, job: str, paused: bool) -> Job:
        with self._writing() as connection:
            before = self._read(connection, job)
            if before.ended:
                raise JobConflict(f"Job '{job}' is {before.status}; there is nothing to pause.")
            connection.execute("UPDATE job SET paused = ? WHERE id = ?", (paused, job))
            return self._read(connection, job)

    def _read(self, connection: sqlite3.Connection, job: str) -> Job:
        row = connection.execute(f"SELECT {COLUMNS} FROM job WHERE id = ?", (job,)).fetchone()
        if row is None:
            raise _unknown(job)
        return job_of(row)

    def _expect(self, connection: sqlite3.Connection, job: str, status: JobStatus) -> None:
        found = self._read(connection, job).status
        if found != status:
            raise JobConflict(f"Job '{job}' is {found}, not {status}.")

    def _counter(self, connection: sqlite3.Connection, name: str) -> int:
        return int(connection.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()[0])

    def _count_up(self, connection: sqlite3.Connection, name: str) -> int:
        connection.execute("UPDATE counter SET value = value + 1 WHERE name = ?", (name,))
        return self._counter(connection, name)

    def _set_counter(self, name: str, value: int) -> None:
        with self._writing() as connection:
            connection.execute("UPDATE counter SET value = ? WHERE name = ?", (value, name))

    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        return usable(self._file)


def _unknown(job: str) -> UnknownJob:
    return UnknownJob(f"There is no job '{job}'. It may have been deleted, or be in another data folder.")
