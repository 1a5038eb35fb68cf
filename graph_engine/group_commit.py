"""Group commit: what many threads write at the same time reaches the disk in one transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")

Writing = Callable[[], AbstractContextManager[sqlite3.Connection]]


@dataclass
class _Entry(Generic[T]):
    """A function that waits for its transaction, and what became of it."""

    function: Callable[[sqlite3.Connection], T]
    settled: bool = False
    result: T | None = None
    error: BaseException | None = None


class _TransactionLost(Exception):
    """SQLite ended the transaction by itself, as it does when the disk is full."""


class GroupCommit:
    """Runs functions in transactions that `writing` opens; those that came meanwhile share the next one.

    One thread leads: it runs all that wait, each in a savepoint, and commits once. So nobody waits longer
    than for the commit in progress and one more.
    """

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._changed = threading.Condition()
        self._entries: list[_Entry[Any]] = []
        self._led = False

    @property
    def waiting(self) -> int:
        """How many functions wait for the next transaction."""
        with self._changed:
            return len(self._entries)

    def run(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Give what `function` gives once it is committed; what it raises undoes only what it did itself.

        It may be called a second time, after what it did first was undone. A commit that fails is raised to
        all whose functions were in it.
        """
        entry = _Entry(function)
        with self._changed:
            self._entries.append(entry)
            try:
                self._changed.wait_for(lambda: entry.settled or not self._led)
            except BaseException:
                if entry in self._entries:
                    self._entries.remove(entry)
                raise
            leads = not entry.settled
            self._led = self._led or leads
        if leads:
            self._lead()
        if entry.error is not None:
            raise entry.error
        return cast(T, entry.result)

    def _lead(self) -> None:
        group: list[_Entry[Any]] = []
        try:
            self._commit(group)
        except Exception as error:
            for entry in group or self._take(group):
                entry.error = entry.error or (copy(error) if len(group) > 1 else error)  # to each its own
        except BaseException:
            for entry in group:
                entry.error = entry.error or sqlite3.OperationalError("the thread that wrote was interrupted")
            raise
        finally:
            with self._changed:
                for entry in group:
                    entry.settled = True
                self._led = False
                self._changed.notify_all()

    def _commit(self, group: list[_Entry[Any]]) -> None:
        try:
            with self._writing() as connection:
                self._take(group)
                if len(group) == 1:  # alone, the transaction is savepoint enough
                    group[0].result = group[0].function(connection)
                    return
                for entry in group:
                    _attempt(connection, entry)
        except _TransactionLost:
            for entry in group:
                entry.error = None
                try:
                    with self._writing() as connection:
                        entry.result = entry.function(connection)
                except Exception as error:
                    entry.error = error

    def _take(self, group: list[_Entry[Any]]) -> list[_Entry[Any]]:
        with self._changed:
            group += self._entries
            self._entries = []
        return group


def _attempt(connection: sqlite3.Connection, entry: _Entry[Any]) -> None:
    try:
        entry.result = within_savepoint(connection, entry.function)
    except Exception as error:
        if not connection.in_transaction:
            raise _TransactionLost from error
        entry.error = error


def within_savepoint(connection: sqlite3.Connection, function: Callable[[sqlite3.Connection], T]) -> T:
    """What `function` gives; what it raises undoes what it did, and nothing else of the transaction."""
    connection.execute("SAVEPOINT one")
    try:
        result = function(connection)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO one")
            connection.execute("RELEASE one")
        raise
    connection.execute("RELEASE one")
    return result
