"""What travels of a queue: its rows as lines of an archive. See `exporting` and `importing`.

Files travel with their jobs: a queue that moved runs, and shows what it made, without its old folder.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Any

IN_JSON = ("wanted", "required_models", "result")
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
    return line | {"journal": row["events"]}


def event_lines(connection: sqlite3.Connection, job: int) -> Iterator[dict[str, Any]]:
    """The journal of the job with that number, as lines of an archive."""
    rows = connection.execute(
        "SELECT number, time, kind, data FROM event WHERE job = ? ORDER BY number", (job,)
    )
    for number, time, kind, data in rows:
        yield {"event": number, "time": time, "kind": kind, "data": json.loads(data)}


def rows_of(
    connection: sqlite3.Connection, sql: str, parameters: Collection[Any]
) -> Iterator[dict[str, Any]]:
    """The rows of a query as dicts by column."""
    cursor = connection.execute(sql, tuple(parameters))
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)
