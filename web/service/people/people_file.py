"""The file `people.sqlite`: tokens and sessions, by the hashes of their secrets."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from blake3 import blake3

from graph_engine.sqlite import NewerVersion, SqliteFile
from web.service.people.errors import PeopleUnusable

NAME = "people.sqlite"
SECRET_BYTES = 32

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE token (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        name TEXT NOT NULL,
        scopes TEXT NOT NULL,
        secret BLOB NOT NULL,
        created REAL NOT NULL,
        expires REAL,
        expired INTEGER NOT NULL DEFAULT 0,
        revoked REAL,
        last_used REAL
    ) WITHOUT ROWID;
    CREATE TABLE session (
        id TEXT PRIMARY KEY,
        token TEXT NOT NULL REFERENCES token (id) ON DELETE CASCADE,
        secret BLOB NOT NULL,
        created REAL NOT NULL,
        expires REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX session_token ON session (token, created);
    CREATE TABLE server (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO server VALUES ('id', lower(hex(randomblob(4))));
    """,
)
"""One script a version; a script that was released is never changed again."""


class PeopleFile:
    """The open file. Whoever opens it may change it while a server runs: the server looks at every request.

    Raises `PeopleUnusable`, here and in `reading` and `writing`.
    """

    def __init__(self, data: Path) -> None:
        with _said(data / NAME):
            self._file = SqliteFile(data / NAME, MIGRATIONS, durable=True, backup=True)
            with suppress(OSError):  # some file systems know no modes
                (data / NAME).chmod(0o600)

    @contextmanager
    def reading(self) -> Iterator[SqliteFile]:
        """Queries."""
        with _said(self._file.path):
            yield self._file

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        with _said(self._file.path), self._file.writing() as connection:
            yield connection

    @property
    def server_id(self) -> str:
        """A word that tells this data folder from others, made with the file."""
        with self.reading() as file:
            found = file.row("SELECT value FROM server WHERE name = 'id'")
        return str(found[0]) if found else ""

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def new_secret() -> str:
    """256 random bits, as hex digits."""
    return secrets.token_hex(SECRET_BYTES)


def hash_of(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so that a fast hash is enough."""
    return blake3(secret.encode()).digest()


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """SQLite's and the disk's errors in a sentence."""
    try:
        yield
    except NewerVersion as error:
        text = f"'{path}' was written by a newer version. Update Latent Graph, or use another data folder."
        raise PeopleUnusable(text) from error
    except (sqlite3.Error, OSError) as error:
        text = (
            f"The tokens in '{path}' can not be read or written ({error}). Look at the disk and the folder."
        )
        raise PeopleUnusable(text) from error
