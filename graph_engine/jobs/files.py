"""The jobs file: opening it, and what a person is told when it can not be used."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from graph_engine.jobs.errors import QueueUnusable
from graph_engine.jobs.schema import MIGRATIONS
from graph_engine.sqlite import NewerVersion, SqliteFile

log = logging.getLogger(__name__)

T = TypeVar("T")


class JobsFile(SqliteFile):
    """The jobs file, open: it tells its listeners of every change that was committed through it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, MIGRATIONS, durable=True, backup=True, reader=True, functions={"folded": _folded}
        )
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call this after each change. It must be quick; what it raises is logged."""
        self._listeners.append(callback)

    def change(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Write by group commit, see `SqliteFile.grouped`. Raises `QueueUnusable`."""
        written = False

        def measured(connection: sqlite3.Connection) -> T:
            nonlocal written
            before = connection.total_changes
            result = function(connection)
            written = connection.total_changes > before
            return result

        with _explained(self):
            result = self.grouped(measured)
        if written:
            self._tell()
        return result

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction. Raises `QueueUnusable`."""
        with usable(self) as connection:
            before = connection.total_changes
            yield connection
            written = connection.total_changes > before
        if written:
            self._tell()

    def _tell(self) -> None:
        if self.inside:
            return  # whoever began the transaction tells when it is committed
        for callback in self._listeners:
            try:
                callback()
            except Exception:  # the change is on disk, whatever a listener makes of it
                log.exception("A listener for changes of the queue failed.")


def open_jobs(path: Path) -> JobsFile:
    """Open `jobs.sqlite`, made or migrated as needed. Raises `QueueUnusable`."""
    try:
        return JobsFile(path)
    except NewerVersion as error:
        raise QueueUnusable(
            f"The jobs in '{path}' were written by a newer version of Latent Graph. "
            "Update it, or give another data folder with --data."
        ) from error
    except (sqlite3.Error, OSError) as error:
        raise QueueUnusable(
            f"The jobs file '{path}' can not be used ({error}). "
            "Put a backup in its place, or give another data folder with --data."
        ) from error


@contextmanager
def usable(file: SqliteFile) -> Iterator[sqlite3.Connection]:
    """One write transaction. Raises `QueueUnusable` when the disk is full or the folder is read-only."""
    with _explained(file), file.writing() as connection:
        yield connection


@contextmanager
def _explained(file: SqliteFile) -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        raise QueueUnusable(
            f"The jobs file '{file.path}' can not be written ({error}); nothing was changed. "
            "Free space on the disk, or make the folder writable."
        ) from error


def _folded(text: Any) -> str:
    """Text without the difference between large and small letters, of any alphabet."""
    return str(text).casefold()
