"""Locks for computations by their keys: one file, in which every key locks a byte of its own.

Cheaper by far than a file for each key. The system lets go of a lock when its process ends, however it ends.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from graph_engine.digest import digest_text
from graph_engine.store import lock

if sys.platform == "linux":
    import fcntl

    SET, GET = fcntl.F_OFD_SETLK, fcntl.F_OFD_GETLK  # locks of an open file, not of a process: threads differ
    FREE, TAKE = fcntl.F_UNLCK, fcntl.F_WRLCK

_FLOCK = "hhqqi"  # struct flock of Linux on 64 bits: type, whence, start, length, process
_HELD_BY_ANOTHER = {errno.EAGAIN, errno.EACCES}
_FIRST_POLL, _LAST_POLL = 0.002, 0.05  # seconds between two looks whether another process is done


class KeyLocks:
    """The locks of one store folder. Another process, another store on the folder, and another thread count.

    Where there can be no such file, on a full disk or in a read-only folder, there is no other process to
    wait for: the worst that comes of it is that two compute the same.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None
        self._held: set[str] = set()
        self._changed = threading.Condition()
        _all.add(self)

    @contextmanager
    def computing(self, key: str, check_cancelled: Callable[[], None]) -> Iterator[None]:
        """Hold the lock of a key; while somebody else holds it, `check_cancelled` is called now and then."""
        if sys.platform != "linux":
            with lock.computing(self._folder / "locks" / key, check_cancelled):
                yield
            return
        with self._changed:
            while key in self._held:
                self._changed.wait(_LAST_POLL)
                check_cancelled()
            self._held.add(key)
        try:
            poll = _FIRST_POLL
            while not self._take(key):
                check_cancelled()
                time.sleep(poll)
                poll = min(2 * poll, _LAST_POLL)
            try:
                yield
            finally:
                self._let_go(key)
        finally:
            with self._changed:
                self._held.discard(key)
                self._changed.notify_all()

    def is_held(self, key: str) -> bool:
        """Whether the key is being computed, here or in another process."""
        if sys.platform != "linux":
            return lock.is_held(self._folder / "locks" / key)
        if key in self._held:
            return True
        with suppress(OSError):
            kind: int = struct.unpack(_FLOCK, self._call(GET, TAKE, key))[0]
            return kind != FREE
        return False

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, key: str) -> bool:
        try:
            self._call(SET, TAKE, key)
        except OSError as error:
            return error.errno not in _HELD_BY_ANOTHER
        return True

    def _let_go(self, key: str) -> None:
        with suppress(OSError):
            self._call(SET, FREE, key)

    def _call(self, command: int, kind: int, key: str) -> bytes:
        with self._changed:
            if self._descriptor is None:
                self._descriptor = os.open(self._folder / "computing.lock", os.O_RDWR | os.O_CREAT, 0o644)
        asked = struct.pack(_FLOCK, kind, os.SEEK_SET, _place(key), 1, 0)
        answer: bytes = fcntl.fcntl(self._descriptor, command, asked)
        return answer


def _place(key: str) -> int:
    """A key's byte, of 2^60: no two keys share one."""
    try:
        return int(key[:15], 16)
    except ValueError:  # not a digest
        return int(digest_text(key)[:15], 16)


_all: weakref.WeakSet[KeyLocks] = weakref.WeakSet()


def _close_all() -> None:
    """A process that a node forked does not hold the lock on when the one that computes is killed."""
    for one in _all:
        one.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_all)
