"""The self-check of rows: values against their files and digests, computations against values."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.digest import is_digest
from graph_engine.errors import UnknownValueType
from graph_engine.store.content import ContentStore
from graph_engine.store.disk import is_file_name, read_whole, recount
from graph_engine.store.memo import memo_of
from graph_engine.store.seal import seal

_COLUMNS = "digest, file, size, type, data"


def check_values(store: ContentStore, found: Callable[[str, str], None], repair: bool) -> int:
    """Every value's row, file, size and digest; gives how many there are.

    What looks wrong is looked at once more inside a write transaction, so that what another process is
    doing at this moment is not mistaken for damage.
    """
    types = _types_by_memo(store)
    count = 0
    for row in store.database.pages("blob", "rowid", _COLUMNS, -1):
        count += 1
        kind = _wrong(store, row, types)
        if kind and (kind := store.database.write(_Confirmed(store, row, types, repair))):
            found(kind, str(row[1])[:12])
    return count


def check_memos(store: ContentStore, artifacts: Path, found: Callable[[str, str], None], repair: bool) -> int:
    """Every computation's row, and the rows that say why nodes run, and pins; gives how many computations."""
    folder = ArtifactFolder(artifacts)
    here = {row[0] for row in store.database.rows("SELECT digest FROM blob")}
    wrong: list[Any] = []
    count = 0
    columns = "outputs, artifacts, seconds, node_type, seal"
    for key, *rest in store.database.pages("memo", "key", columns, ""):
        count += 1
        memo = memo_of(key, *rest)
        name = f"{rest[3]} {str(key)[:12]}"
        if memo is None:
            found("damaged_row", name)
            wrong.append(key)
        elif not store.complete(memo, folder):
            found("memo_without_artifact", name)
            wrong.append(key)
        elif memo.outputs and not any(ref.text or ref.digest in here for ref in memo.outputs.values()):
            found("memo_without_value", name)
    damaged = [
        row[:2]
        for row in store.database.rows("SELECT document, node, key, parts, seal FROM last_key")
        if seal(*row[:4]) != row[4]
    ]
    for document, node in damaged:
        found("damaged_row", f"why '{node}' of '{document}' runs")
    for label, digest in store.database.rows("SELECT label, digest FROM pin WHERE digest != ''"):
        if digest not in here:
            found("pin_without_value", f"{label} {str(digest)[:12]}")

    def drop(connection: sqlite3.Connection) -> None:
        connection.executemany("DELETE FROM memo WHERE key IS ?", [(key,) for key in wrong])
        connection.executemany("DELETE FROM last_key WHERE document IS ? AND node IS ?", damaged)

    if repair and (wrong or damaged):
        store.database.write(drop)
    return count


class _Confirmed:
    """Inside a transaction: whether a row that looked wrong still is; if so, it is dropped where asked."""

    def __init__(
        self, store: ContentStore, row: tuple[Any, ...], types: dict[str, str], repair: bool
    ) -> None:
        self._store, self._row, self._types, self._repair = store, row, types, repair

    def __call__(self, connection: sqlite3.Connection) -> str:
        sql = f"SELECT rowid, {_COLUMNS} FROM blob WHERE rowid = ?"
        now = connection.execute(sql, (self._row[0],)).fetchone()
        if now != self._row:
            return ""
        kind = _wrong(self._store, now, self._types)
        if kind and self._repair:
            self._repair_row(connection, kind)
        return kind

    def _repair_row(self, connection: sqlite3.Connection, kind: str) -> None:
        rowid, _, file, _, _, data = self._row
        path = self._store.disk.folder / str(file)
        if kind == "wrong_size":
            size = path.stat().st_size if data is None else len(data)
            connection.execute("UPDATE blob SET size = ? WHERE rowid = ?", (size, rowid))
        else:
            if isinstance(file, str) and is_file_name(file):
                path.unlink(missing_ok=True)
            connection.execute("DELETE FROM blob WHERE rowid = ?", (rowid,))
        recount(connection)


def _wrong(store: ContentStore, row: tuple[Any, ...], types: dict[str, str]) -> str:
    """What is wrong with a value's row, as a kind, or nothing."""
    _, digest, file, size, kind, data = row
    if not _is_whole(row):
        return "damaged_row"
    kind = kind or types.get(digest, "")
    if not kind:
        return "unknown_value"
    try:
        value_type = store.value_type(kind)
    except UnknownValueType:
        return "unknown_type"
    path = store.disk.path(digest, value_type)
    if data is None and store.disk.name(path) != file:
        return "damaged_row"
    if data is None and not path.is_file():
        return "missing_file"
    try:
        read_whole(digest, value_type, data, path)
        stored = len(data) if data is not None else path.stat().st_size
    except MemoryError:  # that says nothing of the value
        return ""
    except Exception:  # whatever a codec raises on a damaged file
        return "wrong_digest"
    return "wrong_size" if stored != size else ""


def _is_whole(row: tuple[Any, ...]) -> bool:
    _, digest, file, size, kind, data = row
    return (
        isinstance(digest, str)
        and is_digest(digest)
        and isinstance(size, int)
        and size >= 0
        and isinstance(kind, str)
        and isinstance(file, str)
        and (isinstance(data, bytes) if file == "" else data is None and is_file_name(file))
        and (file == "" or file[3:67] == digest)
    )


def _types_by_memo(store: ContentStore) -> dict[str, str]:
    """Value types by digest as computations name them, for values that were stored before rows said it."""
    if store.database.row("SELECT 1 FROM blob WHERE type = ''") is None:
        return {}
    types = {}
    for (outputs,) in store.database.rows("SELECT outputs FROM memo"):
        try:
            types.update({ref[1]: ref[0] for ref in json.loads(outputs).values()})
        except (ValueError, AttributeError, LookupError, TypeError):  # a damaged row; it is found by its seal
            continue
    return types
