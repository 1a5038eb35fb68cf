"""The disk tier of the content store: store/xx/digest.suffix, small values inside the database."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from graph_engine.atomic import write_atomic
from graph_engine.store.database import Database
from graph_engine.store.value_ref import ValueRef
from graph_engine.value_type import ValueType

INLINE_BYTES = 4096
_ORPHAN_SECONDS = 3600.0


class Missing(LookupError):
    """The value is not in the store, or what is there is damaged."""


class DiskTier:
    """Values by digest under a budget in bytes; a value is whole or absent, and checked when it is read."""

    def __init__(self, folder: Path, database: Database, budget: int) -> None:
        self._folder = folder
        self._database = database
        self._budget = budget
        self._used = self.measure()

    def holds(self, ref: ValueRef, value_type: ValueType) -> bool:
        """Whether the value is there, without reading it."""
        if self._path(ref.digest, value_type).is_file():
            return True
        return value_type.codec.inline and self._inline(ref.digest) is not None

    def put(self, ref: ValueRef, value_type: ValueType, value: Any, seconds: float) -> None:
        """Write a value: its file first, then its row."""
        if ref.size > self._budget:
            return
        data: bytes | None = None
        file = ""
        if value_type.codec.inline and len(encoded := value_type.codec.dumps(value)) <= INLINE_BYTES:
            data = encoded
        else:
            path = self._path(ref.digest, value_type)
            file = str(path.relative_to(self._folder))
            write_atomic(path, lambda temporary: value_type.codec.write(value, temporary))
        size = ref.size if data is None else len(data)
        with self._database.writing() as connection:
            (clock,) = connection.execute("SELECT value FROM clock").fetchone()
            priority = clock + seconds / max(size, 1)
            connection.execute(
                "INSERT OR REPLACE INTO blob VALUES (?, ?, ?, ?, ?, ?)",
                (ref.digest, file, size, seconds, priority, data),
            )
        self._used += size
        if self._used > self._budget:
            self._evict()

    def get(self, ref: ValueRef, value_type: ValueType) -> Any:
        """Read a value and check its digest; raises `Missing`, and removes what is damaged."""
        try:
            data = self._inline(ref.digest) if value_type.codec.inline else None
            if data is not None:
                value = value_type.codec.loads(data)
            else:
                value = value_type.codec.read(self._path(ref.digest, value_type))
            if value_type.digest(value) != ref.digest:
                raise ValueError("the content does not have the digest it is stored under")
        except Exception as error:  # whatever a codec raises on a damaged file
            self.drop(ref, value_type)
            raise Missing(ref.digest) from error
        self._touch(ref.digest)
        return value

    def drop(self, ref: ValueRef, value_type: ValueType) -> None:
        """Remove a value."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM blob WHERE digest = ?", (ref.digest,))
        with suppress(OSError):
            self._path(ref.digest, value_type).unlink()

    def clear(self) -> int:
        """Remove everything; gives how many bytes that was."""
        used = self.measure()
        with self._database.writing() as connection:
            connection.execute("DELETE FROM blob")
        for shard in self._shards():
            shutil.rmtree(shard, ignore_errors=True)
        self._used = 0
        return used

    def _evict(self) -> None:
        """Remove what is cheapest to compute again for its size, down to nine tenths of the budget."""
        self._used = self.measure()
        goal = self._budget * 9 // 10
        while self._used > goal:
            sql = "SELECT digest, file, size, priority FROM blob ORDER BY priority LIMIT 100"
            victims = []
            for row in self._database.rows(sql):
                if self._used <= goal:
                    break
                victims.append(row)
                self._used -= row[2]
            if not victims:
                break
            with self._database.writing() as connection:
                connection.executemany("DELETE FROM blob WHERE digest = ?", [(row[0],) for row in victims])
                connection.execute("UPDATE clock SET value = max(value, ?)", (victims[-1][3],))
            for _, file, _, _ in victims:
                if file:
                    (self._folder / file).unlink(missing_ok=True)
        self._sweep()

    def _sweep(self) -> None:
        """Remove what a killed process left: temporary files, and files without a row."""
        known = {row[0] for row in self._database.rows("SELECT file FROM blob WHERE file != ''")}
        before = time.time() - _ORPHAN_SECONDS
        for shard in self._shards():
            for path in shard.iterdir():
                with suppress(OSError):
                    if str(path.relative_to(self._folder)) not in known and path.stat().st_mtime < before:
                        path.unlink()

    def _touch(self, digest: str) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE blob SET priority = (SELECT value FROM clock) + seconds / max(size, 1)"
                " WHERE digest = ?",
                (digest,),
            )

    def _inline(self, digest: str) -> bytes | None:
        row = self._database.row("SELECT data FROM blob WHERE digest = ?", (digest,))
        return None if row is None else row[0]

    def measure(self) -> int:
        """Bytes of all values, by their rows."""
        return int(self._database.rows("SELECT coalesce(sum(size), 0) FROM blob")[0][0])

    def _shards(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("[0-9a-f][0-9a-f]") if path.is_dir())

    def _path(self, digest: str, value_type: ValueType) -> Path:
        return self._folder / digest[:2] / f"{digest}{value_type.codec.suffix}"
