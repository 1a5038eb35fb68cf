"""Entries of the journal as rows: written inside a transaction of the caller's."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from graph_engine.jobs.artifacts import ARTIFACT_SAVED, artifacts_of, keep_artifacts
from graph_engine.jobs.errors import UnknownJob
from graph_engine.jobs.rows import to_json

Fact: TypeAlias = tuple[str, Mapping[str, Any]]  # its kind, and its fields as JSON

MAX_EVENTS = 100_000  # of one job; what comes after is dropped, except what the queue says of the job itself
DROPPED = "dropped"
QUEUE_KINDS = ("job_status", "job_moved")


def write_entries(connection: sqlite3.Connection, job: str, facts: Sequence[Fact]) -> int:
    """Add facts to the journal of a job; gives the last number. Raises `UnknownJob`.

    A node that was finished makes up for crashes before it; an artifact that was saved is the job's.
    """
    row = connection.execute("SELECT number, events FROM job WHERE id = ?", (job,)).fetchone()
    if row is None:
        raise UnknownJob(f"There is no job '{job}' to write events of.")
    key, last = row
    kept = _within_limit(connection, key, last, facts)
    now = time.time()
    connection.executemany(
        "INSERT INTO event (job, number, time, kind, data) VALUES (?, ?, ?, ?, ?)",
        [
            (key, last + index, now, kind, to_json(dict(data)))
            for index, (kind, data) in enumerate(kept, start=1)
        ],
    )
    crashes = ", crashes = 0" if any(kind == "node_finished" for kind, _ in facts) else ""
    connection.execute(f"UPDATE job SET events = ?{crashes} WHERE number = ?", (last + len(kept), key))
    if saved := artifacts_of(data for kind, data in facts if kind == ARTIFACT_SAVED):
        keep_artifacts(connection, key, saved)
    return int(last + len(kept))


def _within_limit(connection: sqlite3.Connection, key: int, last: int, facts: Sequence[Fact]) -> list[Fact]:
    """What is kept of facts: all that the queue says; of the others what fits, and once that some did not."""
    if last + len(facts) < MAX_EVENTS:
        return list(facts)
    kept: list[Fact] = []
    said = connection.execute(
        "SELECT 1 FROM event WHERE job = ? AND number >= ? AND kind = ?", (key, MAX_EVENTS, DROPPED)
    ).fetchone()
    for fact in facts:
        if fact[0] in QUEUE_KINDS or last + len(kept) + 1 < MAX_EVENTS:
            kept.append(fact)
        elif not said:
            said = True
            kept.append((DROPPED, {"limit": MAX_EVENTS}))
    return kept
