"""The disk: telling a full one from other failures."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from graph_engine.errors import EngineError


class DiskFull(EngineError):
    """There is no room for what somebody sends."""


@contextmanager
def telling_when_full() -> Iterator[None]:
    """Raise `DiskFull` where what is done inside fails for want of room."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _full() from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
            raise
        raise _full() from error


def _full() -> DiskFull:
    return DiskFull(
        "The disk with the data folder is full, and nothing was kept. Make room there (`latentgraph cache "
        "clear` does, and costs only time), or delete jobs with their artifacts, and send it again."
    )
