"""The library's file: its tables, and what a person is told when it can not be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graph_engine.sqlite import NewerVersion, SqliteFile
from web.service.library.errors import LibraryUnusable

MIGRATIONS = (
    """
    CREATE TABLE workflow (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, tags TEXT NOT NULL,
        folded_tags TEXT NOT NULL, searched TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
        version INTEGER NOT NULL, revision INTEGER NOT NULL, change INTEGER NOT NULL UNIQUE,
        thumbnail TEXT NOT NULL, deleted REAL
    );
    CREATE INDEX workflow_owner ON workflow (owner, change);
    CREATE TABLE version (
        workflow TEXT NOT NULL REFERENCES workflow (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        document TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, nodes INTEGER NOT NULL,
        author TEXT NOT NULL, time REAL NOT NULL, note TEXT NOT NULL,
        PRIMARY KEY (workflow, number)
    );
    CREATE TABLE share (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        workflow TEXT NOT NULL REFERENCES workflow (id) ON DELETE CASCADE, version INTEGER,
        created REAL NOT NULL, expires INTEGER NOT NULL, revoked REAL, opened INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX share_workflow ON share (workflow);
    CREATE TABLE counter (name TEXT PRIMARY KEY, value REAL NOT NULL);
    INSERT INTO counter VALUES ('change', 0), ('latest', 0);
    """,
)
"""`change` counts the changes of the whole library: the order of lists, which no clock decides.

`latest` is the latest time that links were judged by.
"""


class LibraryFile:
    """Opens `library.sqlite`, made or migrated as needed. Raises `LibraryUnusable`, here and everywhere."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = SqliteFile(path, MIGRATIONS, durable=True, backup=True)
        except NewerVersion as error:
            raise LibraryUnusable(
                f"The library in '{path}' was written by a newer version of Latent Graph. "
                "Update it, or give another data folder with --data."
            ) from error
        except (sqlite3.Error, OSError) as error:
            raise LibraryUnusable(
                f"The library '{path}' can not be used ({error}). "
                "Put a backup in its place, or give another data folder with --data."
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._told():
            return self._file.rows(sql, parameters)

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query."""
        with self._told():
            return self._file.row(sql, parameters)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction, on disk when it is left."""
        with self._told(), self._file.writing() as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise LibraryUnusable(
                f"The library '{self._file.path}' can not be used ({error}); nothing was changed. "
                "Free space on the disk, or make the folder writable."
            ) from error
