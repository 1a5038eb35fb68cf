"""The journal: what happened to each job, numbered, so that a late reader misses nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graph_engine.jobs.errors import UnknownJob
from graph_engine.jobs.files import open_jobs, usable
from graph_engine.jobs.job import JobEvent
from graph_engine.jobs.rows import to_json

MAX_EVENTS = 100_000  # of one job; what comes after is counted, not kept
DROPPED = "dropped"


class Journal:
    """Writes and reads the events of jobs in `jobs.sqlite`. Previews and other passing things stay out."""

    def __init__(self, path: Path) -> None:
        self._file = open_jobs(path)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def write(self, job: str, events: Sequence[tuple[str, Mapping[str, Any]]]) -> int:
        """Add events, given as (kind, data), in one transaction; gives the last number."""
        with usable(self._file) as connection:
            row = connection.execute("SELECT number, events FROM job WHERE id = ?", (job,)).fetchone()
            if row is None:
                raise UnknownJob(f"There is no job '{job}' to write events of.")
            key, last = row
            now = time.time()
            room = max(0, MAX_EVENTS - last)
            kept = list(events)
            if len(kept) > room:
                kept = [*kept[: max(0, room - 1)], (DROPPED, {"limit": MAX_EVENTS})][:room]
            rows = [
                (key, last + index, now, kind, to_json(dict(data)))
                for index, (kind, data) in enumerate(kept, start=1)
            ]
            connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute("UPDATE job SET events = ? WHERE number = ?", (last + len(rows), key))
            return int(last + len(rows))

    def read(self, job: str, after: int = 0, limit: int = 1000) -> list[JobEvent]:
        """The events of a job from number `after` + 1 on, `limit` at most."""
        rows = self._file.rows(
            "SELECT event.number, event.time, kind, data FROM event JOIN job ON job.number = event.job "
            "WHERE job.id = ? AND event.number > ? ORDER BY event.number LIMIT ?",
            (job, after, limit),
        )
        return [JobEvent(job, number, at, kind, json.loads(data)) for number, at, kind, data in rows]
