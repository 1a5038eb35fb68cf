"""The journal: what happened to each job, numbered, so that a late reader misses nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph_engine.jobs.entries import Fact, write_entries
from graph_engine.jobs.files import open_jobs
from graph_engine.jobs.job import JobEvent

if TYPE_CHECKING:
    from graph_engine.jobs.queue import JobQueue

_COLUMNS = "event.serial, job.id, event.number, event.time, event.kind, event.data, job.owner"


class Journal:
    """Writes and reads the events of jobs in `jobs.sqlite`. Previews and other passing things stay out."""

    def __init__(self, path: Path) -> None:
        self._file, self._owned = open_jobs(path), True

    @classmethod
    def of(cls, queue: JobQueue) -> Journal:
        """The journal of a queue that is open, by way of its file, which is the queue's to close."""
        journal = cls.__new__(cls)
        journal._file, journal._owned = queue.file, False
        return journal

    def close(self) -> None:
        """Close the file, unless it is a queue's."""
        if self._owned:
            self._file.close()

    def write(self, job: str, facts: Sequence[Fact]) -> int:
        """Add facts in one transaction, see `write_entries`; gives the last number. Raises `UnknownJob`."""
        return self._file.change(lambda connection: write_entries(connection, job, facts))

    def read(self, job: str, after: int = 0, limit: int = 1000) -> list[JobEvent]:
        """The events of a job from number `after` + 1 on, `limit` at most."""
        rows = self._file.rows(
            f"SELECT {_COLUMNS} FROM event JOIN job ON job.number = event.job "
            "WHERE job.id = ? AND event.number > ? ORDER BY event.number LIMIT ?",
            (job, after, limit),
        )
        return [_event(row) for row in rows]

    def since(self, serial: int, limit: int = 1000, *, owner: str | None = None) -> list[JobEvent]:
        """The events of all jobs, or of an owner's, that were written after that serial; `limit` at most."""
        whose, parameters = ("", []) if owner is None else ("AND job.owner = ? ", [owner])
        # The order of the join is kept, so that only what is new is read.
        rows = self._file.rows(
            f"SELECT {_COLUMNS} FROM event CROSS JOIN job ON job.number = event.job "
            f"WHERE event.serial > ? {whose}ORDER BY event.serial LIMIT ?",
            (serial, *parameters, limit),
        )
        return [_event(row) for row in rows]

    def last_serial(self) -> int:
        """The serial that was given last, 0 before the first."""
        row = self._file.row("SELECT seq FROM sqlite_sequence WHERE name = 'event'")
        return int(row[0]) if row else 0


def _event(row: tuple[Any, ...]) -> JobEvent:
    serial, job, number, time, kind, data, owner = row
    return JobEvent(job, serial, number, time, kind, json.loads(data), owner)
