"""The memo table: rows that are remembered, damaged, not written, and of an older version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from graph_engine import Artifact
from graph_engine.store import memo as memo_module
from graph_engine.store.database import MIGRATIONS, Database
from graph_engine.store.memo import Memo, MemoTable
from graph_engine.store.value_ref import ValueRef

MEMO = Memo({"out": ValueRef("int", "a" * 64, 8)}, (Artifact("b" * 64, "x.png", "image/png", 3),), 1.5)


def test_a_row_that_was_read_once_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo_module, "_LOOK_SECONDS", 1e9)
    database = Database(tmp_path / "memo.sqlite")
    table = MemoTable(database)
    table.put("key", "toy/add", MEMO)
    assert table.get("key") == MEMO
    asked: list[str] = []
    monkeypatch.setattr(database, "row", lambda sql, parameters=(): asked.append(sql))
    assert [table.get("key") for _ in range(3)] == [MEMO] * 3
    assert asked == []
    database.close()


def test_clearing_forgets_what_is_remembered(tmp_path: Path) -> None:
    database = Database(tmp_path / "memo.sqlite")
    table = MemoTable(database)
    table.put("key", "toy/add", MEMO)
    assert table.get("key") == MEMO
    assert table.clear() == 1
    assert table.get("key") is None
    database.close()


def test_what_another_process_clears_is_forgotten_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo_module, "_LOOK_SECONDS", 0.0)
    mine, other = Database(tmp_path / "memo.sqlite"), Database(tmp_path / "memo.sqlite")
    table = MemoTable(mine)
    table.put("key", "toy/add", MEMO)
    assert table.get("key") == MEMO
    MemoTable(other).clear()
    assert table.get("key") is None
    for database in (mine, other):
        database.close()


def test_the_table_keeps_so_many_rows_while_its_process_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo_module, "MAX_ROWS", 100)
    database = Database(tmp_path / "memo.sqlite")
    table = MemoTable(database)
    database.write(lambda connection: connection.execute("INSERT INTO pin VALUES ('label', 'key 0', '', 0)"))
    for run in range(40):
        keys = [f"key {number}" for number in range(10 * run, 10 * run + 10)]
        for key in keys:
            table.put(key, "toy/add", MEMO)
        table.remember_parts(f"document {run}", {f"node of {key}": (key, {}) for key in keys})
    (nodes,) = database.row("SELECT count(*) FROM last_key") or (0,)
    assert 80 <= table.count() <= 120
    assert 80 <= nodes <= 120
    assert table.get("key 0") == MEMO  # pinned
    assert table.get("key 1") is None
    assert table.get("key 399") == MEMO
    assert table.last_parts("document 1") == {}
    assert len(table.last_parts("document 39")) == 10
    database.close()


def test_only_so_many_rows_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo_module, "_CACHED_ROWS", 5)
    database = Database(tmp_path / "memo.sqlite")
    table = MemoTable(database)
    for number in range(20):
        table.put(str(number), "toy/add", MEMO)
    assert len(table._cached) == 5
    assert all(table.get(str(number)) == MEMO for number in range(20))
    database.close()


@pytest.mark.parametrize("column", ["outputs", "artifacts", "seconds", "node_type", "seal"])
def test_a_changed_row_counts_as_absent(tmp_path: Path, column: str) -> None:
    database = Database(tmp_path / "memo.sqlite")
    MemoTable(database).put("key", "toy/add", MEMO)
    database.write(lambda connection: connection.execute(f"UPDATE memo SET {column} = '1.25'"))
    assert MemoTable(database).get("key") is None
    database.close()


def test_a_database_of_the_first_version_keeps_its_memos(tmp_path: Path) -> None:
    path = tmp_path / "memo.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(MIGRATIONS[0] + "PRAGMA user_version = 1;")
        connection.execute(
            "INSERT INTO memo VALUES ('key', 'toy/add', ?, '[]', 1.5, 0)",
            (f'{{"out": ["int", "{"a" * 64}", 8]}}',),
        )
        connection.execute("INSERT INTO last_key VALUES ('document', 'n', 'key', '{}')")
        connection.execute("INSERT INTO blob VALUES (?, '', 8, 1.5, 0.1, x'34')", ("a" * 64,))
        connection.commit()
    database = Database(path)
    table = MemoTable(database)
    assert table.get("key") == Memo({"out": ValueRef("int", "a" * 64, 8)}, (), 1.5)
    assert table.last_parts("document") == {"n": ("key", "{}")}
    assert database.row("SELECT bytes FROM total") == (8,)
    database.close()


def test_a_database_that_is_damaged_in_the_middle_is_begun_anew_when_that_is_met(tmp_path: Path) -> None:
    path = tmp_path / "memo.sqlite"
    database = Database(path)
    for number in range(2000):
        MemoTable(database).put(f"{number:064}", "toy/add", MEMO)
    database.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    database = Database(path)
    table = MemoTable(database)
    assert table.get("0" * 64) is None
    table.put("key", "toy/add", MEMO)
    assert MemoTable(database).get("key") == MEMO
    assert database.begun_anew == 1
    assert (tmp_path / "memo.sqlite.damaged").exists()
    database.close()


def test_a_damaged_page_costs_its_own_rows_only(tmp_path: Path) -> None:
    path = tmp_path / "memo.sqlite"
    database = Database(path)
    keys = [f"{number:064}" for number in range(2000)]
    for key in keys:
        MemoTable(database).put(key, "toy/add", MEMO)
    MemoTable(database).remember_parts("document", {"n": ("key", {})})
    database.write(
        lambda connection: connection.execute("INSERT INTO pin VALUES ('mine', ?, '', 0)", keys[:1])
    )
    database.close()
    data = bytearray(path.read_bytes())
    place = data.index(keys[1000].encode())
    start = place - place % 4096
    data[start : start + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    database = Database(path)
    table = MemoTable(database)
    assert [table.get(keys[0]), table.get(keys[1000]), table.get(keys[-1])] == [MEMO, None, MEMO]
    for key in keys:
        table.get(key)
    assert len(keys) - 300 < table.count() < len(keys)  # the page and what it led to
    assert table.last_parts("document") == {"n": ("key", "{}")}
    assert database.rows("SELECT label, key FROM pin") == [("mine", keys[0])]
    database.close()


def test_a_process_follows_when_another_sets_the_database_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo_module, "_LOOK_SECONDS", 0.0)
    mine, other = Database(tmp_path / "memo.sqlite"), Database(tmp_path / "memo.sqlite")
    table = MemoTable(mine)
    other.set_aside()
    MemoTable(other).put("key", "toy/add", MEMO)
    assert table.get("key") == MEMO
    for database in (mine, other):
        database.close()
