"""A lock for one computation, so that two processes that want the same key compute it once."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_POLL_SECONDS = 0.05
_HELD_BY_ANOTHER = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_held: set[IO[bytes]] = set()


@contextmanager
def computing(path: Path, check_cancelled: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file `path`; the system releases it when the process ends, however it ends.

    Where no lock file can be made, on a full disk or in a read-only folder, there is none to wait for: the
    worst that comes of it is that two compute the same.
    """
    while True:
        file = _opened(path)
        if file is None or (_try_lock(file, without=True) and _is_current(file, path)):
            break
        file.close()
        check_cancelled()
        time.sleep(_POLL_SECONDS)
    if file is not None:
        _held.add(file)
    try:
        yield
    finally:
        if file is not None:
            release(file, path)


@contextmanager
def taken(path: Path) -> Iterator[bool]:
    """Hold the lock file `path` if nobody else does; gives whether it is held. The file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        yield _try_lock(file)


def hold(path: Path) -> IO[bytes]:
    """Make and hold a new lock file for as long as this process lives or until `release`. Raises OSError."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
        if _try_lock(file, without=True) and _is_current(file, path):
            return file
        file.close()


def release(file: IO[bytes], path: Path) -> None:
    """Remove a lock file that is held, then let it go."""
    _held.discard(file)
    with suppress(OSError):  # Windows can not remove an open file; the next holder will
        path.unlink()
    file.close()


@contextmanager
def abandoned(path: Path) -> Iterator[bool]:
    """Hold `path` if it is a lock file that nobody holds: gives True then, and removes it at the end."""
    try:
        file = path.open("r+b")
    except OSError:
        yield False
        return
    if _try_lock(file) and _is_current(file, path):
        try:
            yield True
        finally:
            release(file, path)
    else:
        file.close()
        yield False


def sweep_locks(folder: Path) -> int:
    """Remove the lock files of processes that are gone; gives how many those were."""
    count = 0
    with suppress(OSError):
        for path in list(folder.iterdir()):
            with abandoned(path) as gone:
                count += gone
    return count


def is_held(path: Path) -> bool:
    """Whether a process holds the lock file `path` now."""
    try:
        with path.open("r+b") as file:
            return not _try_lock(file)
    except OSError:
        return False


def _opened(path: Path) -> IO[bytes] | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+b")
    except OSError:
        return None


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

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _try_lock(file: IO[bytes], *, without: bool = False) -> bool:
    """Whether the lock is held now; `without` is the answer where the file system has no locks."""
    try:
        _lock(file)
    except OSError as error:
        return without and error.errno not in _HELD_BY_ANOTHER
    return True
