"""Where values are written before they have their names: a folder for each process, locked while it lives."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from graph_engine.store.lock import abandoned, hold, is_held, release

FOLDER = "incoming"
_PROBE = 16 << 20  # bytes written to see whether that is possible, which a quota may forbid


class Staging:
    """Temporary files of this process in `store/incoming`; what a killed one left is known by its lock."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / FOLDER
        self._name = secrets.token_hex(8)
        self._held: IO[bytes] | None = None
        self._lock = threading.Lock()

    @contextmanager
    def file(self, suffix: str) -> Iterator[Path]:
        """The path of a new temporary file, removed at the end if it is still there. Raises OSError."""
        folder = self._open()
        path = folder / f"{secrets.token_hex(8)}{suffix}"
        try:
            yield path
        finally:
            with suppress(OSError):
                path.unlink()

    def takes(self, size: int) -> bool:
        """Whether a file of `size` bytes has room here now; of a large one, whether its beginning has."""
        try:
            if shutil.disk_usage(self._open()).free < size:
                return False
            size = min(size, _PROBE)
            with self.file(".probe") as path, path.open("wb") as file:
                left = size
                while left > 0:
                    left -= file.write(bytes(min(left, 1 << 20)))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            return False
        return True

    def leftovers(self) -> list[Path]:
        """The folders of processes that are gone."""
        others = (path for path in self._folders() if path.name != self._name)
        return [path for path in others if not is_held(_lock_of(path))]

    def sweep(self) -> None:
        """Remove the folders of processes that are gone."""
        for path in self._folders():
            if path.name == self._name:
                continue
            lock = _lock_of(path)
            with abandoned(lock) as gone:
                if gone or not lock.exists():
                    shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Remove this process's folder."""
        with self._lock:
            shutil.rmtree(self._root / self._name, ignore_errors=True)
            if self._held is not None:
                release(self._held, _lock_of(self._root / self._name))
                self._held = None

    def _open(self) -> Path:
        folder = self._root / self._name
        with self._lock:
            if self._held is None:
                self._held = hold(_lock_of(folder))
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _folders(self) -> list[Path]:
        try:
            return [path for path in self._root.iterdir() if path.is_dir()]
        except OSError:
            return []


def sync(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _lock_of(folder: Path) -> Path:
    return folder.parent.parent / "locks" / f"{FOLDER}-{folder.name}"
