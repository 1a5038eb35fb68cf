"""Writing files so that they are whole or absent: temporary name, fsync, rename."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path next to `path`; what is there at the end becomes `path` in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_atomic(path: Path, data: bytes | Callable[[Path], object]) -> None:
    """Write bytes, or let a function write, to `path` atomically and durably."""
    with replacing(path) as temporary:
        if isinstance(data, bytes):
            temporary.write_bytes(data)
        else:
            data(temporary)


def copy_atomic(source: Path, path: Path) -> None:
    """Copy a file atomically and durably."""
    write_atomic(path, lambda temporary: copyfile(source, temporary))
