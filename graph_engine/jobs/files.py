"""The jobs file: opening it, and what a person is told when it can not be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph_engine.jobs.errors import QueueUnusable
from graph_engine.jobs.schema import MIGRATIONS
from graph_engine.sqlite import NewerVersion, SqliteFile


def open_jobs(path: Path) -> SqliteFile:
    """Open `jobs.sqlite`, made or migrated as needed. Raises `QueueUnusable`."""
    try:
        return SqliteFile(path, MIGRATIONS, durable=True, backup=True)
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
    try:
        with file.writing() as connection:
            yield connection
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        raise QueueUnusable(
            f"The jobs file '{file.path}' can not be written ({error}); nothing was changed. "
            "Free space on the disk, or make the folder writable."
        ) from error
