"""The memo table: key of a computation -> what it gave; and each node's last key, to say why it runs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.store.database import Database
from graph_engine.store.value_ref import ValueRef

MAX_ROWS = 500_000


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
    """Reads and writes memos; a row is written only after its values are in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> Memo | None:
        """What the computation with this key gave, if it is known."""
        row = self._database.row("SELECT outputs, artifacts, seconds, asks FROM memo WHERE key = ?", (key,))
        if row is None:
            return None
        outputs = {name: ValueRef(*ref) for name, ref in json.loads(row[0]).items()}
        artifacts = () if row[1] == "[]" else tuple(Artifact(**one) for one in json.loads(row[1]))
        return Memo(outputs, artifacts, row[2], row[3])

    def put(self, key: str, node_type: str, memo: Memo) -> None:
        """Remember a computation."""
        outputs = json.dumps({name: [ref.type, ref.digest, ref.size] for name, ref in memo.outputs.items()})
        artifacts = json.dumps([asdict(one) for one in memo.artifacts])
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO memo (key, node_type, outputs, artifacts, seconds, created, asks) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key, node_type, outputs, artifacts, memo.seconds, time.time(), memo.asks),
            )

    def last_parts(self, document: str) -> dict[str, tuple[str, str]]:
        """For each node of a document of this name: its last key, and that key's parts as JSON."""
        rows = self._database.rows("SELECT node, key, parts FROM last_key WHERE document = ?", (document,))
        return {node: (key, parts) for node, key, parts in rows}

    def remember_parts(self, document: str, parts: Mapping[str, tuple[str, dict[str, Any]]]) -> None:
        """Keep the keys of nodes that ran, with their parts."""
        rows: Iterable[tuple[str, str, str, str]] = (
            (document, node, key, json.dumps(one)) for node, (key, one) in parts.items()
        )
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO last_key VALUES (?, ?, ?, ?)", rows)

    def count(self) -> int:
        """How many computations are remembered."""
        return int(self._database.rows("SELECT count(*) FROM memo")[0][0])

    def prune(self) -> None:
        """Forget the oldest tenth when there are too many rows."""
        count = self.count()
        if count > MAX_ROWS:
            with self._database.writing() as connection:
                oldest = "SELECT key FROM memo ORDER BY created LIMIT ?"
                connection.execute(f"DELETE FROM memo WHERE key IN ({oldest})", (count - MAX_ROWS * 9 // 10,))

    def clear(self) -> int:
        """Forget everything; gives how many computations that was."""
        with self._database.writing() as connection:
            (count,) = connection.execute("SELECT count(*) FROM memo").fetchone()
            connection.execute("DELETE FROM memo")
            connection.execute("DELETE FROM last_key")
        return int(count)
