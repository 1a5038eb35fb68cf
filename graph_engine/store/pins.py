"""Pins: values that eviction never takes, by a label that a person gave."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graph_engine.errors import EngineError
from graph_engine.messages import nearest
from graph_engine.store.database import Database


class UnknownPin(EngineError):
    """There is no pin of that label."""


@dataclass(frozen=True)
class Pin:
    """What is pinned under one label: how many computations, how many values that are here, their bytes."""

    label: str
    computations: int
    values: int
    bytes: int
    created: float


class Pins:
    """The pin table: a row for each value of each pinned computation. A value may have several labels."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    def add(self, label: str, wanted: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Pin (key, digest) pairs, as far as their values are here; gives those that are not.

        A key without a digest is a computation that gave no value; a digest without a key is a value alone.
        """
        pairs = list(wanted)

        def pin(connection: sqlite3.Connection) -> list[tuple[str, str]]:
            absent = []
            for key, digest in pairs:
                if digest and not self._is_here(connection, digest):
                    absent.append((key, digest))
                else:
                    row = (label, key, digest, time.time())
                    connection.execute("INSERT OR REPLACE INTO pin VALUES (?, ?, ?, ?)", row)
            return absent

        return self._database.write(pin)

    def remove(self, label: str) -> Pin:
        """Let the values of a label be evicted again; gives what it was. Raises `UnknownPin`."""
        known = {pin.label: pin for pin in self.listing()}
        if label not in known:
            hint = nearest(label, known) or "Nothing is pinned."
            raise UnknownPin(f"There is no pin '{label}'. {hint}")
        self._database.write(
            lambda connection: connection.execute("DELETE FROM pin WHERE label = ?", (label,))
        )
        return known[label]

    def listing(self) -> list[Pin]:
        """Every label, with what it takes."""
        labels = self._database.rows(
            "SELECT label, count(DISTINCT nullif(key, '')), min(created) FROM pin GROUP BY label"
        )
        sizes = self._database.rows(
            "SELECT label, count(*), coalesce(sum(size), 0) FROM"
            " (SELECT DISTINCT label, digest FROM pin) JOIN blob USING (digest) GROUP BY label"
        )
        taken = {label: (count, size) for label, count, size in sizes}
        return [Pin(label, count, *taken.get(label, (0, 0)), created) for label, count, created in labels]

    def _is_here(self, connection: sqlite3.Connection, digest: str) -> bool:
        row = connection.execute("SELECT file FROM blob WHERE digest = ?", (digest,)).fetchone()
        return row is not None and (row[0] == "" or (self._folder / str(row[0])).is_file())
