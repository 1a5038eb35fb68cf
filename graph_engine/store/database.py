"""The SQLite file behind memo table and store index: WAL, several processes, rebuilt when it is damaged."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from graph_engine.errors import FolderUnusable
from graph_engine.sqlite import SqliteFile

MIGRATIONS = (
    """
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
""",
    """
ALTER TABLE memo ADD COLUMN asks TEXT NOT NULL DEFAULT '';
""",
)


class Database(SqliteFile):
    """The file's one connection in this process.

    What is in it can be computed again: a damaged file, or one of a newer version, is set aside and a new
    one begun.
    """

    def __init__(self, path: Path) -> None:
        try:
            super().__init__(path, MIGRATIONS)
        except (sqlite3.OperationalError, OSError) as error:
            raise FolderUnusable(
                f"The folder '{path.parent}' can not be used ({error}). Give another data folder with --data."
            ) from error
        except sqlite3.DatabaseError:
            for part in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    path.with_name(path.name + part).replace(path.with_name(f"{path.name}{part}.damaged"))
            super().__init__(path, MIGRATIONS)
