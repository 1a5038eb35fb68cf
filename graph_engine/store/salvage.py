"""Saving what can still be read of a damaged database into the new one: a bad page costs its rows only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from graph_engine.store.seal import seal

# What sqlite3 raises on a damaged file; where even the message is damaged, or a number is too large.
DAMAGED = (sqlite3.DatabaseError, UnicodeDecodeError, OverflowError)
_LARGEST = 1 << 48  # bytes of one value; more is damage, and sums of it are too large for SQLite
_KEYS = {"memo": "key", "last_key": "document, node", "blob": "digest", "pin": "label, key, digest"}
_COLUMNS = {
    "memo": "key, node_type, outputs, artifacts, seconds, created, seal",
    "last_key": "document, node, key, parts, seal",
    "blob": "digest, file, size, seconds, priority, data, type",
    "pin": "label, key, digest, created",
}


def salvage(damaged: Path, connection: sqlite3.Connection) -> None:
    """Copy the rows that are whole; those of values are checked when the values are read."""
    with suppress(*DAMAGED, OSError), closing(sqlite3.connect(damaged, timeout=0)) as old:
        connection.execute("BEGIN IMMEDIATE")
        for table, columns in _COLUMNS.items():
            marks = ", ".join("?" * (columns.count(",") + 1))
            insert = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})"
            for row in _rows(old, table, columns):
                if _is_whole(table, row):
                    with suppress(*DAMAGED):
                        connection.execute(insert, row)
        connection.execute("UPDATE total SET bytes = (SELECT coalesce(sum(size), 0) FROM blob)")
        connection.execute("UPDATE clock SET value = (SELECT coalesce(min(priority), 0) FROM blob)")
        connection.execute("COMMIT")
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _rows(old: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """From the first row on until a page is damaged, and then from the last row back."""
    for order in ("ASC", "DESC"):
        by = ", ".join(f"{key} {order}" for key in _KEYS[table].split(", "))
        try:
            yield from old.execute(f"SELECT {columns} FROM {table} ORDER BY {by}")
            return
        except DAMAGED:
            continue


def _is_whole(table: str, row: tuple[Any, ...]) -> bool:
    match table:
        case "memo":
            return bool(seal(*row[:5]) == row[6])
        case "last_key":
            return bool(seal(*row[:4]) == row[4])
        case "blob":
            digest, file, size, _, _, _, kind = row
            plain = isinstance(size, int) and 0 <= size < _LARGEST
            return plain and all(isinstance(one, str) for one in (digest, file, kind))
    return all(isinstance(one, str) for one in row[:3])
