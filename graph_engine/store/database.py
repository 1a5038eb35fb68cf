"""The SQLite file behind memo table and store index: for several processes, begun anew when damaged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from graph_engine.errors import FolderUnusable
from graph_engine.sqlite import SqliteFile
from graph_engine.store.lock import computing
from graph_engine.store.salvage import DAMAGED, salvage
from graph_engine.store.seal import seal

T = TypeVar("T")

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
    # A row's seal tells a damaged row from a whole one; `total` is what all processes agree is used.
    """
ALTER TABLE memo ADD COLUMN seal TEXT NOT NULL DEFAULT '';
UPDATE memo SET seal = seal(key, node_type, outputs, artifacts, seconds);
ALTER TABLE last_key ADD COLUMN seal TEXT NOT NULL DEFAULT '';
UPDATE last_key SET seal = seal(document, node, key, parts);
ALTER TABLE blob ADD COLUMN type TEXT NOT NULL DEFAULT '';
CREATE INDEX blob_size ON blob (size);
CREATE TABLE pin (
    label TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (label, key, digest)
) WITHOUT ROWID;
CREATE INDEX pin_digest ON pin (digest);
CREATE INDEX pin_key ON pin (key);
CREATE TABLE total (id INTEGER PRIMARY KEY CHECK (id = 1), bytes INTEGER NOT NULL);
INSERT INTO total SELECT 1, coalesce(sum(size), 0) FROM blob;
""",
)
_NO_FILE = Path(":memory:")
_PAGE = 1000  # rows
_PARTS = ("", "-wal", "-shm")
# The file is whole, but what was asked can not be done, or not now: what is in it stays.
_CIRCUMSTANCES = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
}


class DatabaseRefused(OSError):
    """The database can not be read or written now: the disk is full, the folder read-only, another at it."""


class Database(SqliteFile):
    """The file's one connection in this process.

    What is in it can be computed again: a damaged file, or one of a newer version, is set aside and a new
    one begun, whenever the damage is met; `begun_anew` counts how often. On a full disk, or in a folder that
    is read-only, where it can not be opened, it lives in memory: `in_memory` says so, and `why`.
    """

    def __init__(self, path: Path) -> None:
        self.begun_anew = 0
        self.in_memory = False
        self.why = ""
        self._file = path
        self._opened = _identity(path)
        try:
            self._open_file(path)
        except (*DAMAGED, OSError) as error:
            if _is_damage(error):
                mine = _set_aside(path, self._opened)
                self._open_file(path)
                self.begun_anew += 1
                self._salvage(mine)
            elif path.parent.is_dir() and not _is_busy(error):
                self.in_memory, self.why = True, str(error)
                self._open_file(_NO_FILE)
            else:
                raise FolderUnusable(
                    f"The folder '{path.parent}' can not be used ({error}). "
                    "Give another data folder with --data."
                ) from error
        self._opened = _identity(path)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises `DatabaseRefused`."""
        return self._enduring(lambda: SqliteFile.rows(self, sql, parameters))

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query. Raises `DatabaseRefused`."""
        return self._enduring(lambda: SqliteFile.row(self, sql, parameters))

    def pages(self, table: str, key: str, columns: str, first: Any) -> Iterator[tuple[Any, ...]]:
        """All rows of a table in the order of `key`, which comes first in each, read some at a time."""
        sql = f"SELECT {key}, {columns} FROM {table} WHERE {key} > ? ORDER BY {key} LIMIT {_PAGE}"
        while rows := self.rows(sql, (first,)):
            yield from rows
            first = rows[-1][0]

    def write(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Do `action` in one write transaction; it may be done twice, the second time on a new, empty file.

        No two processes are inside at once, so what it does to the store's files is in step with the rows.
        Raises `DatabaseRefused`.
        """

        def transaction() -> T:
            with self.writing() as connection:
                return action(connection)

        return self._enduring(transaction)

    def follow(self) -> None:
        """Open the file that is there now, if another process has set ours aside, or somebody deleted it."""
        if not self.in_memory and _identity(self._file) != self._opened:
            with self._lock:
                self.set_aside()

    def set_aside(self) -> None:
        """Begin a new file with the rows that are whole; the old one stays beside it as `NAME.damaged`."""
        with self._lock:
            self._connection.close()
            self.begun_anew += 1
            try:
                mine = not self.in_memory and _set_aside(self._file, self._opened)
                self._connection = self._open()
                self._salvage(mine)
            except (*DAMAGED, OSError) as error:
                self.in_memory, self.why, self.path = True, str(error), _NO_FILE
                self._connection = self._open()
            self._opened = _identity(self._file)

    def _open_file(self, path: Path) -> None:
        super().__init__(path, MIGRATIONS, functions={"seal": seal})

    def _salvage(self, mine: bool) -> None:
        if mine:
            salvage(_damaged(self._file), self._connection)

    def _enduring(self, action: Callable[[], T]) -> T:
        before = self.begun_anew
        try:
            return action()
        except DAMAGED as error:
            if isinstance(error, sqlite3.ProgrammingError):  # a closed connection: not the file's fault
                raise
            if not _is_damage(error):
                raise DatabaseRefused(f"the cache's database can not be used: {error}") from error
        try:
            with self._lock:
                if self.begun_anew == before:  # no other thread met it first
                    self.set_aside()
            return action()
        except (*DAMAGED, OSError) as error:
            raise DatabaseRefused(f"the cache's database is damaged, and so is a new one: {error}") from error


def _is_damage(error: Exception) -> bool:
    if isinstance(error, OSError):
        return False
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF not in _CIRCUMSTANCES  # no code: text in it is not UTF-8


def _is_busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _set_aside(path: Path, opened: tuple[int, int] | None) -> bool:
    """Rename the damaged file, unless another process has done so and begun a new one already."""
    with computing(path.parent / "locks" / path.name, lambda: None):
        if opened is not None and _identity(path) != opened:
            return False
        for part in _PARTS:
            aside = _damaged(path)
            with suppress(FileNotFoundError):
                path.with_name(path.name + part).replace(aside.with_name(aside.name + part))
        return True


def _damaged(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")
