"""The SQLite file behind memo table and store index: WAL, several processes, rebuilt when it is damaged."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from graph_engine.errors import FolderUnusable

VERSION = 1

_SCHEMA = """
CREATE TABLE memo (
    key TEXT PRIMARY KEY, node_type TEXT NOT NULL, outputs TEXT NOT NULL, artifacts TEXT NOT NULL,
    seconds REAL NOT NULL, created REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE last_key (
    document TEXT NOT NULL, node TEXT NOT NULL, key TEXT NOT NULL, parts TEXT NOT NULL,
    PRIMARY KEY (document, node)
) WITHOUT ROWID;
CREATE TABLE blob (
    digest TEXT PRIMARY KEY, file TEXT NOT NULL, size INTEGER NOT NULL, seconds REAL NOT NULL,
    priority REAL NOT NULL, data BLOB
);
CREATE INDEX blob_priority ON blob (priority);
CREATE TABLE clock (id INTEGER PRIMARY KEY CHECK (id = 1), value REAL NOT NULL);
INSERT INTO clock VALUES (1, 0);
"""


class Database:
    """One connection, shared by the threads of this process; other processes have their own.

    What is in it can be computed again: a damaged file is set aside and a new one begun.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._open()
        except (sqlite3.OperationalError, OSError) as error:
            raise FolderUnusable(
                f"The folder '{path.parent}' can not be used ({error}). Give another data folder with --data."
            ) from error
        except sqlite3.DatabaseError:
            for part in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    path.with_name(path.name + part).replace(path.with_name(f"{path.name}{part}.damaged"))
            self._connection = self._open()

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        """The first row of a query."""
        with self._lock:
            found: tuple[Any, ...] | None = self._connection.execute(sql, parameters).fetchone()
            return found

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction; an exception undoes it. Nested use joins the outer transaction."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA busy_timeout = 30000")
            connection.execute("BEGIN IMMEDIATE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
            if version > VERSION:
                raise sqlite3.DatabaseError(f"{self.path.name} was written by a newer version")
        except BaseException:
            connection.close()
            raise
        return connection
