"""A SQLite file in WAL mode: threads share its connections, processes have their own, migrations in order."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

from graph_engine.group_commit import GroupCommit, within_savepoint

T = TypeVar("T")

BUSY_SECONDS = 30.0  # how long one waits for another's transaction


class NewerVersion(sqlite3.DatabaseError):
    """The file was written by a newer version of this program."""


class SqliteFile:
    """Opens `path`, and brings it to version `len(migrations)`; each migration is a script of statements.

    `durable`: a finished transaction survives a power cut. Without it the last ones may be lost, never half
    of one. `backup`: a copy `NAME.before-vN` is kept before an existing file is migrated to version N.
    `functions`: what statements may call by name, besides SQLite's own. `reader`: queries go over a
    connection of their own, so that none waits for a commit; it sees what was committed.
    Raises `sqlite3.Error` and `OSError`.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[str],
        *,
        durable: bool = False,
        backup: bool = False,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        reader: bool = False,
    ) -> None:
        self.path = path
        self._migrations = tuple(migrations)
        self._synchronous: Literal["FULL", "NORMAL"] = "FULL" if durable else "NORMAL"
        self._backup = backup
        self._functions = dict(functions or {})
        self._lock = threading.RLock()
        self._writer: int | None = None  # the thread that is inside `writing`
        self._group = GroupCommit(self.writing)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = self._open()
        self._reading_lock = threading.Lock()
        self._reading_connection = self._open_reader() if reader else None

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._reading() as connection:
            return connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query."""
        with self._reading() as connection:
            cursor = connection.execute(sql, parameters)
            try:
                found: tuple[Any, ...] | None = cursor.fetchone()
            finally:
                cursor.close()  # a query that is not over holds on to the state it began with
            return found

    @property
    def inside(self) -> bool:
        """Whether this thread is inside `writing`."""
        return self._writer == threading.get_ident()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction; an exception undoes it. Nested use joins the outer transaction."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._writer = threading.get_ident()
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                _roll_back(self._connection)
                raise
            finally:
                self._writer = None

    def grouped(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """What `function` gives, once it is committed; those of other threads share the commit.

        What it raises undoes only what it did itself. It may be called twice, see `GroupCommit`.
        """
        if self.inside:
            return within_savepoint(self._connection, function)
        return self._group.run(function)

    def close(self) -> None:
        """Close the connections."""
        if self._reading_connection is not None:
            with self._reading_lock:
                self._reading_connection.close()
        with self._lock:
            self._connection.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if self._reading_connection is None or self.inside:
            with self._lock:
                yield self._connection
        else:
            with self._reading_lock:
                yield self._reading_connection

    def _open_reader(self) -> sqlite3.Connection:
        try:
            connection = self._connect()
        except BaseException:
            self._connection.close()
            raise
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        for name, function in self._functions.items():
            connection.create_function(name, -1, function, deterministic=True)
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = self._connect()
        try:
            version = _version(connection)
            if version > len(self._migrations):
                raise NewerVersion(f"{self.path.name} was written by a newer version")
            _use_wal(connection)
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute("PRAGMA foreign_keys = ON")
            if version < len(self._migrations):
                self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = _version(connection)  # another process may have been first
            if version and self._backup and version < len(self._migrations):
                _copy(self.path, self.path.with_name(f"{self.path.name}.before-v{len(self._migrations)}"))
            for script in self._migrations[version:]:
                for statement in _statements(script):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {max(version, len(self._migrations))}")
        except BaseException:
            _roll_back(connection)
            raise
        connection.execute("COMMIT")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL mode; SQLite does not wait for others here as it does elsewhere, so this does."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # a full disk has ended it already
        connection.execute("ROLLBACK")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; those of a trigger are part of the one that makes it."""
    statement = ""
    for piece in filter(str.strip, script.split(";")):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement:  # cut short, which SQLite says better
        yield statement


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _copy(source: Path, target: Path) -> None:
    partial = target.with_name(target.name + ".partial")
    for left in ("", "-journal", "-wal", "-shm"):  # of a copy that a power cut ended
        partial.with_name(partial.name + left).unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(partial)) as writing:
        reading.backup(writing)
    shutil.move(partial, target)
