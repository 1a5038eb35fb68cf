"""Clearing: forget the computations in a scope, and the values that no other computation refers to."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from graph_engine.store.database import Database
from graph_engine.store.disk import DiskTier
from graph_engine.store.key_lock import KeyLocks

DAY = 86400.0


@dataclass(frozen=True)
class Scope:
    """Which computations to forget: all conditions that are given must hold; without any, everything.

    `types`: node types, `pack/node` or `pack/*`. `keys`: computations. `older_than`: days since it was
    computed, by this machine's clock; what is dated in the future is not old. `pinned`: pinned ones too.
    """

    types: tuple[str, ...] = ()
    keys: frozenset[str] | None = None
    older_than: float | None = None
    pinned: bool = False

    @property
    def everything(self) -> bool:
        """Whether no condition is given."""
        return not self.types and self.keys is None and self.older_than is None

    def covers(self, key: str, node_type: str, created: float, now: float) -> bool:
        """Whether a computation is in the scope, by its conditions alone."""
        return (
            (not self.types or any(fnmatchcase(node_type, one) for one in self.types))
            and (self.keys is None or key in self.keys)
            and (self.older_than is None or now - created > self.older_than * DAY)
        )


EVERYTHING = Scope()


@dataclass(frozen=True)
class Cleared:
    """What was forgotten: computations, bytes of values; how many computations stayed since they are pinned;
    the digests of the values that are `left`."""

    computations: int
    bytes: int
    kept_pinned: int
    left: frozenset[str]


def clear(database: Database, disk: DiskTier, locks: KeyLocks, scope: Scope) -> Cleared:
    """Do it in one transaction, so that no process sees half of it. Raises `DatabaseRefused`."""
    removed: list[str] = []

    def transaction(connection: sqlite3.Connection) -> Cleared:
        removed.clear()
        if scope.everything and scope.pinned:
            connection.execute("DELETE FROM pin")
        pinned_keys = _column(connection, "SELECT key FROM pin WHERE key != ''")
        now, kept, referred = time.time(), 0, set()
        memos = connection.execute("SELECT key, node_type, created, outputs FROM memo")
        for key, node_type, created, outputs in memos:
            if not _covers(scope, key, node_type, created, now):
                referred.update(_digests(outputs))
            elif key in pinned_keys and not scope.pinned:
                kept += 1
                referred.update(_digests(outputs))
            else:
                removed.append(key)
        connection.executemany("DELETE FROM memo WHERE key = ?", [(key,) for key in removed])
        connection.executemany("DELETE FROM pin WHERE key = ?", [(key,) for key in removed])
        if scope.everything:
            connection.execute("DELETE FROM last_key")
        stay = referred | _column(connection, "SELECT digest FROM pin")
        held = _column(connection, "SELECT digest FROM blob")
        freed = disk.delete(connection, held - stay)
        return Cleared(len(removed), freed, kept, frozenset(stay))

    cleared = database.write(transaction)
    disk.sweep()
    _leave_workspaces(disk.folder, locks, None if scope.everything else removed)
    return cleared


def _leave_workspaces(folder: Path, locks: KeyLocks, keys: Iterable[str] | None) -> None:
    """Remove the folders of interrupted computations, but of none that is being computed now."""
    work = folder / "work"
    found = [path.name for path in work.iterdir()] if keys is None and work.is_dir() else keys or ()
    for key in found:
        if not locks.is_held(key):
            shutil.rmtree(work / key, ignore_errors=True)


def _covers(scope: Scope, key: str, node_type: str, created: float, now: float) -> bool:
    try:
        return scope.covers(key, node_type, created, now)
    except TypeError:  # a damaged row
        return True


def _digests(outputs: str) -> list[str]:
    try:
        return [ref[1] for ref in json.loads(outputs).values()]
    except (ValueError, AttributeError, LookupError, TypeError):  # a damaged row refers to nothing
        return []


def _column(connection: sqlite3.Connection, sql: str) -> set[str]:
    return {row[0] for row in connection.execute(sql)}
