"""A lock for one computation, so that two processes that want the same key compute it once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_POLL_SECONDS = 0.05
_held: set[IO[bytes]] = set()


@contextmanager
def computing(path: Path, check_cancelled: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file `path`; the system releases it when the process ends, however it ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file = path.open("a+b")
        if _try_lock(file) and _is_current(file, path):
            break
        file.close()
        check_cancelled()
        time.sleep(_POLL_SECONDS)
    _held.add(file)
    try:
        yield
    finally:
        _held.discard(file)
        with suppress(OSError):  # Windows can not remove an open file; the next holder will
            path.unlink()
        file.close()


@contextmanager
def taken(path: Path) -> Iterator[bool]:
    """Hold the lock file `path` if nobody else does; gives whether it is held. The file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        yield _try_lock(file)


def _let_go() -> None:
    """A process that a node forked does not hold the lock on when the one that computes is killed."""
    for file in _held:
        file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


def _is_current(file: IO[bytes], path: Path) -> bool:
    """Whether the locked file is still the one under this name: the holder before us removed its own."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
