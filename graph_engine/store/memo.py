"""The memo table: key of a computation -> what it gave; and each node's last key, to say why it runs."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.store.database import Database, DatabaseRefused
from graph_engine.store.seal import seal
from graph_engine.store.trouble import Trouble
from graph_engine.store.value_ref import ValueRef

MAX_ROWS = 500_000
_CACHED_ROWS = 50_000
_LOOK_SECONDS = 0.05  # between two looks whether another process changed the table


@dataclass(frozen=True)
class Memo:
    """What one computation gave: outputs by name, artifacts it saved, seconds it took.

    With `asks` it is only a step on the way: the lazy input that the computation asks for next.
    """

    outputs: dict[str, ValueRef]
    artifacts: tuple[Artifact, ...]
    seconds: float
    asks: str = ""


class MemoTable:
    """Reads and writes memos; a row is written only after its values are in the store.

    A row that was read once is remembered, until another process changes the table. A row whose seal does
    not fit was damaged and counts as absent. What the disk does not take is known to this process only.
    """

    def __init__(self, database: Database, trouble: Trouble | None = None) -> None:
        self._database = database
        self._trouble = trouble or Trouble()
        self._lock = threading.Lock()
        self._cached: dict[str, Memo] = {}
        self._unwritten: dict[str, Memo] = {}
        self._seen: tuple[Any, ...] | None = None
        self._look_at = 0.0
        self._since_pruned = 0  # rows

    def get(self, key: str) -> Memo | None:
        """What the computation with this key gave, if it is known."""
        try:
            self._look_around()
            memo = self._cached.get(key)
            if memo is not None:
                return memo
            row = self._database.row(
                "SELECT outputs, artifacts, seconds, node_type, seal FROM memo WHERE key = ?", (key,)
            )
        except DatabaseRefused as error:
            self._trouble.note(f"What was computed before can not be looked up ({error}).")
            row = None
        memo = None if row is None else memo_of(key, *row)
        if memo is None:
            return self._unwritten.get(key)
        self._keep(self._cached, key, memo)
        return memo

    def put(self, key: str, node_type: str, memo: Memo) -> None:
        """Remember a computation; where the disk takes no more, in this process only."""
        self.put_all(node_type, [(key, memo)])

    def put_all(self, node_type: str, memos: Sequence[tuple[str, Memo]]) -> None:
        """Remember computations of one node type, by their keys, all or none."""
        rows = [_row(key, node_type, memo) for key, memo in memos]
        try:
            self._database.write(
                lambda connection: connection.executemany(
                    "INSERT OR REPLACE INTO memo"
                    " (key, node_type, outputs, artifacts, seconds, created, seal)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    rows,
                )
            )
        except DatabaseRefused as error:
            self._trouble.note(f"What is computed now will be computed again next time ({error}).")
            for key, memo in memos:
                self._keep(self._unwritten, key, memo)
        else:
            for key, memo in memos:
                self._keep(self._cached, key, memo)

    def last_parts(self, document: str) -> dict[str, tuple[str, str]]:
        """For each node of a document of this name: its last key, and that key's parts as JSON."""
        try:
            rows = self._database.rows(
                "SELECT node, key, parts, seal FROM last_key WHERE document = ?", (document,)
            )
        except DatabaseRefused:
            return {}
        whole = (row for row in rows if row[3] == seal(document, *row[:3]))
        return {node: (key, parts) for node, key, parts, _ in whole}

    def remember_parts(self, document: str, parts: Mapping[str, tuple[str, dict[str, Any]]]) -> None:
        """Keep the keys of nodes that ran, with their parts."""
        rows = [(document, node, key, json.dumps(one)) for node, (key, one) in parts.items()]
        sealed = [(*row, seal(*row)) for row in rows]
        try:
            self._database.write(
                lambda connection: connection.executemany(
                    "INSERT OR REPLACE INTO last_key (document, node, key, parts, seal)"
                    " VALUES (?, ?, ?, ?, ?)",
                    sealed,
                )
            )
        except DatabaseRefused as error:
            self._trouble.note(f"Why a node runs next time may be told wrongly ({error}).")
        self._since_pruned += len(parts)
        if self._since_pruned > MAX_ROWS // 10:
            self.prune()

    def count(self) -> int:
        """How many computations are remembered."""
        return self._count("memo")

    def prune(self) -> None:
        """Forget the oldest tenth when there are too many rows; pinned ones stay.

        So too with what the nodes of documents were last made of, where the computation is forgotten first.
        """
        self._since_pruned = 0
        oldest = "SELECT key FROM memo WHERE key NOT IN (SELECT key FROM pin) ORDER BY created LIMIT ?"
        last = "SELECT document, node FROM last_key LEFT JOIN memo USING (key) ORDER BY created LIMIT ?"
        try:
            for table, sql in (
                ("last_key", f"DELETE FROM last_key WHERE (document, node) IN ({last})"),
                ("memo", f"DELETE FROM memo WHERE key IN ({oldest})"),
            ):
                surplus = self._count(table) - MAX_ROWS * 9 // 10
                if surplus > MAX_ROWS // 10:
                    self._forget(sql, surplus)
        except DatabaseRefused:
            return

    def clear(self) -> int:
        """Forget everything; gives how many computations that was."""

        def forget(connection: sqlite3.Connection) -> int:
            (count,) = connection.execute("SELECT count(*) FROM memo").fetchone()
            connection.execute("DELETE FROM memo")
            connection.execute("DELETE FROM last_key")
            return int(count)

        count = self._database.write(forget)
        self.forget_cached()
        return count

    def forget_cached(self, keys: Iterable[str] | None = None) -> None:
        """Let go of rows that this process remembers: these, or all."""
        with self._lock:
            for rows in (self._cached, self._unwritten):
                for key in list(rows) if keys is None else keys:
                    rows.pop(key, None)

    def _forget(self, sql: str, count: int) -> None:
        self._database.write(lambda connection: connection.execute(sql, (count,)))
        self.forget_cached()

    def _count(self, table: str) -> int:
        return int(self._database.rows(f"SELECT count(*) FROM {table}")[0][0])

    def _keep(self, rows: dict[str, Memo], key: str, memo: Memo) -> None:
        with self._lock:
            rows.pop(key, None)
            rows[key] = memo
            while len(rows) > _CACHED_ROWS:
                del rows[next(iter(rows))]

    def _look_around(self) -> None:
        """Forget the rows that are remembered when another process changed the file, or it began anew."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_SECONDS
        self._database.follow()
        seen = (self._database.row("PRAGMA data_version"), self._database.begun_anew)
        if seen != self._seen:
            self._seen = seen
            with self._lock:
                self._cached.clear()


def _row(key: str, node_type: str, memo: Memo) -> tuple[Any, ...]:
    outputs = json.dumps(memo.asks or {name: _written(ref) for name, ref in memo.outputs.items()})
    artifacts = json.dumps([asdict(one) for one in memo.artifacts]) if memo.artifacts else "[]"
    row = (key, node_type, outputs, artifacts, float(memo.seconds))
    return (*row, time.time(), seal(*row))


def _written(ref: ValueRef) -> list[str | int]:
    return [ref.type, ref.digest, ref.size, *([ref.text] if ref.text else [])]


def memo_of(
    key: str, outputs: str, artifacts: str, seconds: float, node_type: str, sealed: str
) -> Memo | None:
    """The memo that a row says, or None for a damaged row; a name in place of outputs is what it asks for."""
    if seal(key, node_type, outputs, artifacts, seconds) != sealed:
        return None
    try:
        said = json.loads(outputs)
        if isinstance(said, str):
            return Memo({}, (), seconds, said)
        refs = {name: ValueRef(*ref) for name, ref in said.items()}
        saved = () if artifacts == "[]" else tuple(Artifact(**one) for one in json.loads(artifacts))
    except (ValueError, TypeError, AttributeError):  # it was damaged before it had a seal
        return None
    return Memo(refs, saved, seconds)
