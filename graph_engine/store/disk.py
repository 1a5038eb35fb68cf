"""The disk tier of the content store: store/xx/digest.suffix, small values inside the database."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from graph_engine.declaration.value_type import ValueType
from graph_engine.store.database import Database, DatabaseRefused
from graph_engine.store.staging import Staging, sync
from graph_engine.store.value_ref import ValueRef

INLINE_BYTES = 4096
_FILE = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}[\w.+-]{0,32}", re.ASCII)
_BATCH = 100
_UNPINNED = "NOT EXISTS (SELECT 1 FROM pin WHERE pin.digest = blob.digest)"


class Missing(LookupError):
    """The value is not in the store, or what is there is damaged."""


class DiskTier:
    """Values by digest under a budget in bytes; a value is whole or absent, and checked when it is read.

    A file gets and loses its name inside the write transaction that adds or deletes its row, and no two
    processes are inside one at once: so a file without a row, seen from inside, belongs to nobody.
    """

    def __init__(self, folder: Path, database: Database, budget: int) -> None:
        self.folder = folder
        self.budget = budget
        self.staging = Staging(folder)
        self._database = database
        self._swept_at = database.begun_anew
        self._evicted = 0  # bytes since the last sweep
        with suppress(DatabaseRefused):
            database.write(recount)

    def holds(self, ref: ValueRef, value_type: ValueType) -> bool:
        """Whether the value is there, without reading it."""
        if self.path(ref.digest, value_type).is_file():
            return True
        try:
            return value_type.codec.inline and self._inline(ref.digest) is not None
        except DatabaseRefused:
            return False

    def put(self, ref: ValueRef, value_type: ValueType, value: Any, seconds: float) -> bool:
        """Write a value, unless it has no room under the budget beside what is pinned; says whether.

        Raises OSError, also where a codec says in its own words that the disk takes no more.
        """
        if self._database.in_memory:  # a file whose row nobody else sees would belong to nobody
            raise DatabaseRefused("there is no database on disk")
        if value_type.codec.inline and len(data := value_type.codec.dumps(value)) <= INLINE_BYTES:
            return self._enter(ref, "", len(data), seconds, data)
        if not self._could_fit(ref.size):
            return False
        with self.staging.file(value_type.codec.suffix) as temporary:
            try:
                value_type.codec.write(value, temporary)
                sync(temporary)
            except OSError:
                raise
            except Exception as error:
                if not self.staging.takes(ref.size):
                    raise OSError(str(error)) from error
                raise
            file = self.name(self.path(ref.digest, value_type))
            return self._enter(ref, file, temporary.stat().st_size, seconds, None, temporary)

    def get(self, ref: ValueRef, value_type: ValueType) -> Any:
        """Read a value and check its digest; raises `Missing`, and removes what is damaged."""
        path = self.path(ref.digest, value_type)
        before = _identity(path)
        try:
            data = self._inline(ref.digest) if value_type.codec.inline else None
            value = read_whole(ref.digest, value_type, data, path)
        except (DatabaseRefused, MemoryError) as error:  # what is stored may be in order
            raise Missing(ref.digest) from error
        except Exception as error:  # whatever a codec raises on a damaged file
            with suppress(DatabaseRefused):
                self._database.write(lambda connection: self._drop_damaged(connection, ref, path, before))
            raise Missing(ref.digest) from error
        with suppress(DatabaseRefused):
            self._database.write(lambda connection: _touch(connection, ref.digest))
        return value

    def measure(self) -> int:
        """Bytes of all values, by their rows."""
        return int(self._database.rows("SELECT coalesce(sum(size), 0) FROM blob")[0][0])

    def pinned(self) -> tuple[int, int]:
        """Pinned values that are here: (how many, bytes)."""
        sql = "SELECT count(*), coalesce(sum(size), 0) FROM blob WHERE digest IN (SELECT digest FROM pin)"
        count, size = self._database.rows(sql)[0]
        return int(count), int(size)

    def delete(self, connection: sqlite3.Connection, digests: Iterable[str]) -> int:
        """Inside a write transaction, remove values with their files; gives how many bytes that was."""
        freed = 0
        for digest in digests:
            row = connection.execute("SELECT file, size FROM blob WHERE digest = ?", (digest,)).fetchone()
            if row is None:
                continue
            connection.execute("DELETE FROM blob WHERE digest = ?", (digest,))
            freed += row[1] if isinstance(row[1], int) else 0
            self._unlink(row[0])
        if freed:
            connection.execute("UPDATE total SET bytes = bytes - ?", (freed,))
        return freed

    def orphans(self, *, remove: bool = False) -> list[Path]:
        """Files that have no row, looked at once more inside a transaction; removed if asked to."""
        if self._database.in_memory:
            return []
        known = {row[0] for row in self._database.rows("SELECT file FROM blob WHERE file != ''")}
        suspects = [path for path in self.files() if self.name(path) not in known]

        def confirmed(connection: sqlite3.Connection) -> list[Path]:
            sql = "SELECT 1 FROM blob WHERE file = ? AND digest = ?"
            found = []
            for path in suspects:
                row = connection.execute(sql, (self.name(path), path.name[:64])).fetchone()
                if row is None and path.exists():
                    found.append(path)
                    if remove:
                        with suppress(OSError):
                            path.unlink()
            return found

        return self._database.write(confirmed) if suspects else []

    def sweep(self) -> None:
        """Remove what a killed process left: temporary files, and files without a row."""
        self.staging.sweep()
        self.orphans(remove=True)

    def files(self) -> Iterator[Path]:
        """Every file in the folders of values."""
        for shard in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            with suppress(OSError):
                yield from (path for path in shard.iterdir() if path.is_file())

    def path(self, digest: str, value_type: ValueType) -> Path:
        """Where the file of a value is, if it has one."""
        return self.folder / digest[:2] / f"{digest}{value_type.codec.suffix}"

    def name(self, path: Path) -> str:
        """A file's name in the rows."""
        return f"{path.parent.name}/{path.name}"

    def has(self, ref: ValueRef, value_type: ValueType) -> bool:
        """Whether the value is there with its row, so that it counts and can be evicted."""
        row = self._database.row("SELECT file, data FROM blob WHERE digest = ?", (ref.digest,))
        return row is not None and (row[1] is not None or self.path(ref.digest, value_type).is_file())

    def close(self) -> None:
        """Remove this process's temporary folder, and those that killed processes left."""
        self.staging.close()
        self.staging.sweep()

    def _enter(
        self,
        ref: ValueRef,
        file: str,
        size: int,
        seconds: float,
        data: bytes | None,
        temporary: Path | None = None,
    ) -> bool:
        path = self.folder / file

        def enter(connection: sqlite3.Connection) -> bool:
            sql = "SELECT data FROM blob WHERE digest = ?"
            row = connection.execute(sql, (ref.digest,)).fetchone()
            if row is not None and (row[0] is not None or path.is_file()):
                return True  # another was first
            self.delete(connection, [ref.digest])
            if not self._make_room(connection, size):
                return False
            if temporary is not None and temporary.exists():  # not where this is done again on a new database
                path.parent.mkdir(parents=True, exist_ok=True)
                os.replace(temporary, path)
            connection.execute(
                "INSERT INTO blob (digest, file, size, seconds, priority, data, type) VALUES"
                " (?, ?, ?, ?, coalesce((SELECT value FROM clock), 0) + ?, ?, ?)",
                (ref.digest, file, size, seconds, seconds / max(size, 1), data, ref.type),
            )
            connection.execute("UPDATE total SET bytes = bytes + ?", (size,))
            return True

        try:
            entered = self._database.write(enter)
        except BaseException:
            if temporary is not None:
                with suppress(OSError):
                    path.unlink()
            raise
        if self._evicted > self.budget // 10 or self._swept_at != self._database.begun_anew:
            self._evicted, self._swept_at = 0, self._database.begun_anew
            self.sweep()
        return entered

    def _could_fit(self, size: int) -> bool:
        """Whether there would be room after evicting all that can be: asked before a value is written."""
        if size > self.budget:
            return False
        row = self._database.row("SELECT bytes FROM total")
        used = row[0] if row and isinstance(row[0], int) else self.budget
        return used + size <= self.budget or size + self.pinned()[1] <= self.budget

    def _make_room(self, connection: sqlite3.Connection, size: int) -> bool:
        """Evict what is cheapest to compute again for its size; says whether `size` bytes have room now."""
        if _total(connection) + size <= self.budget:
            return True
        used = recount(connection)
        goal = max(self.budget * 9 // 10 - size, 0)
        while used > goal:
            before, used = used, self._evict(connection, used, goal)
            self._evicted += before - used
            if used >= before:
                break
        return used + size <= self.budget

    def _evict(self, connection: sqlite3.Connection, used: int, goal: int) -> int:
        """Remove some values, the last in priority first; gives the bytes that are used then."""
        sql = f"SELECT digest, size, priority FROM blob WHERE {_UNPINNED} ORDER BY priority LIMIT {_BATCH}"
        victims = []
        left = used
        for digest, size, priority in connection.execute(sql).fetchall():
            if left <= goal:
                break
            victims.append(digest)
            left -= size if isinstance(size, int) else 0
            connection.execute("UPDATE clock SET value = max(value, ?)", (priority,))
        return used - self.delete(connection, victims)

    def _drop_damaged(
        self, connection: sqlite3.Connection, ref: ValueRef, path: Path, before: object
    ) -> None:
        """Remove a value that could not be read, unless another process has put it anew in the meantime."""
        row = connection.execute("SELECT data FROM blob WHERE digest = ?", (ref.digest,)).fetchone()
        if (row is not None and row[0] is not None) or _identity(path) == before:
            self.delete(connection, [ref.digest])
            with suppress(OSError):
                path.unlink()

    def _unlink(self, file: object) -> None:
        """Remove a value's file; a name that is none of ours is left alone, whatever a damaged row says."""
        if isinstance(file, str) and is_file_name(file):
            with suppress(OSError):
                (self.folder / file).unlink()

    def _inline(self, digest: str) -> bytes | None:
        row = self._database.row("SELECT data FROM blob WHERE digest = ?", (digest,))
        return None if row is None else row[0]


def read_whole(digest: str, value_type: ValueType, data: bytes | None, path: Path) -> Any:
    """The value in `data`, or else in the file; raises whatever a codec does, or ValueError, on damage."""
    value = value_type.codec.read(path) if data is None else value_type.codec.loads(data)
    if value_type.digest(value) != digest:
        raise ValueError("the content does not have the digest it is stored under")
    return value


def is_file_name(file: str) -> bool:
    """Whether `file` is what a value's file can be called: xx/digest.suffix."""
    return _FILE.fullmatch(file) is not None


def recount(connection: sqlite3.Connection) -> int:
    """Count anew what all values take, and keep it; gives the bytes."""
    (used,) = connection.execute("SELECT coalesce(sum(size), 0) FROM blob").fetchone()
    kept = connection.execute("SELECT bytes FROM total").fetchone()
    if kept is None or kept[0] != used:
        connection.execute("INSERT OR REPLACE INTO total VALUES (1, ?)", (used,))
    return int(used)


def _total(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT bytes FROM total").fetchone()
    return int(row[0]) if row and isinstance(row[0], int) else recount(connection)


def _touch(connection: sqlite3.Connection, digest: str) -> None:
    connection.execute(
        "UPDATE blob SET priority = coalesce((SELECT value FROM clock), 0) + seconds / max(size, 1)"
        " WHERE digest = ?",
        (digest,),
    )


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns
