"""What travels of a queue: its rows as lines of an archive. See `exporting` and `importing`.

Files travel with their jobs: a queue that moved runs, and shows what it made, without its old folder.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Any

from graph_engine.jobs.status import ended, given_back

IN_JSON = ("wanted", "required_models", "inputs", "result")
OF_THIS_QUEUE = ("number", "place", "ended_as", "worker", "events")
"""Columns that mean nothing in another queue: its places and counts are its own."""
_TRUTHS = ("paused", "cancel_asked")


def line_of(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a line of an archive, without its places and files."""
    line = {name: value for name, value in row.items() if name not in OF_THIS_QUEUE}
    for name in IN_JSON:
        line[name] = None if row[name] is None else json.loads(row[name])
    for name in _TRUTHS:
        line[name] = bool(row[name])
    if row["status"] == "running":
        line["status"] = "cancelled" if row["cancel_asked"] else "queued"
        if row["cancel_asked"]:
            line |= {"paused": False, "cancel_asked": False}
    return line | {"journal": row["events"] + (row["status"] == "running")}


def event_lines(connection: sqlite3.Connection, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The journal of the job in that row, as lines of an archive; of a running one as a restart leaves it."""
    rows = connection.execute(
        "SELECT number, time, kind, data FROM event WHERE job = ? ORDER BY number", (row["number"],)
    )
    for number, time, kind, data in rows:
        yield {"event": number, "time": time, "kind": kind, "data": json.loads(data)}
    if row["status"] == "running":
        kind, fact = ended("cancelled", 0.0, "", {}) if row["cancel_asked"] else given_back("restarted", "")
        at = row["started"]  # of this queue alone: equal queues give equal archives
        yield {"event": row["events"] + 1, "time": at, "kind": kind, "data": dict(fact)}


def rows_of(
    connection: sqlite3.Connection, sql: str, parameters: Collection[Any]
) -> Iterator[dict[str, Any]]:
    """The rows of a query as dicts by column."""
    cursor = connection.execute(sql, tuple(parameters))
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)
