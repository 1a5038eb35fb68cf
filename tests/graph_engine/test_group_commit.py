"""Whatever is written together: the rows are those of one after the other, and each caller learns its own."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_engine.sqlite import SqliteFile

TABLES = (
    "CREATE TABLE total (value INTEGER); INSERT INTO total VALUES (0);"
    "CREATE TABLE one (name INTEGER UNIQUE);"
    "CREATE TABLE parent (id INTEGER PRIMARY KEY);"
    "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
)
Function = Callable[[sqlite3.Connection], int]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[SqliteFile]:
    one = SqliteFile(tmp_path / "x.sqlite", (TABLES,), reader=True)
    yield one
    one.close()


def adding(number: int, fails: bool = False) -> Function:
    """Add a number to the total and its row to the table, and then fail or give it."""

    def function(connection: sqlite3.Connection) -> int:
        (value,) = connection.execute("SELECT value FROM total").fetchone()
        connection.execute("UPDATE total SET value = ?", (value + number,))
        connection.execute("INSERT INTO one VALUES (?)", (number,))
        if fails:
            raise LookupError(number)
        return number

    return function


def together(file: SqliteFile, functions: list[Function]) -> list[Future[int]]:
    """Run functions in one group: all of them have come before the writer lets them in."""
    with ThreadPoolExecutor(len(functions)) as pool:
        with file.writing():
            futures = [pool.submit(file.grouped, function) for function in functions]
            begun = time.monotonic()
            while file._group.waiting < len(functions):
                assert time.monotonic() - begun < 60
                time.sleep(0.001)
        return futures


def commits(file: SqliteFile) -> list[str]:
    """A list into which every COMMIT goes from now on."""
    seen: list[str] = []
    file._connection.set_trace_callback(lambda sql: seen.append(sql) if sql == "COMMIT" else None)
    return seen


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=4), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_any_mix_from_many_threads_leaves_the_rows_of_one_after_the_other(fails: list[list[bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = SqliteFile(Path(folder, "x.sqlite"), (TABLES,), reader=True)
        barrier = threading.Barrier(len(fails))

        def work(thread: int) -> list[Any]:
            told: list[Any] = []
            barrier.wait()
            for index, fail in enumerate(fails[thread]):
                try:
                    told.append(file.grouped(adding(100 * thread + index, fail)))
                except LookupError as error:
                    told.append(error.args)
            return told

        with ThreadPoolExecutor(len(fails)) as pool:
            told = list(pool.map(work, range(len(fails))))
        numbers = [[100 * thread + index for index in range(len(one))] for thread, one in enumerate(fails)]
        assert told == [
            [(number,) if fail else number for number, fail in zip(*pair, strict=True)]
            for pair in zip(numbers, fails, strict=True)
        ]
        kept = sorted(number for one in told for number in one if isinstance(number, int))
        assert [number for (number,) in file.rows("SELECT name FROM one ORDER BY name")] == kept
        assert file.row("SELECT value FROM total") == (sum(kept),)
        file.close()


def test_what_came_meanwhile_is_one_commit_and_one_that_raises_is_undone_alone(file: SqliteFile) -> None:
    seen = commits(file)
    done = together(file, [adding(1), adding(2, fails=True), adding(4)])
    assert len(seen) == 2  # of the writer that they waited for, and theirs
    assert [done[0].result(), done[2].result()] == [1, 4]
    with pytest.raises(LookupError):
        done[1].result()
    assert file.rows("SELECT name FROM one ORDER BY name") == [(1,), (4,)]


def test_alone_it_is_one_plain_transaction(file: SqliteFile) -> None:
    said: list[str] = []
    file._connection.set_trace_callback(said.append)
    assert file.grouped(adding(3)) == 3
    assert [one.split()[0] for one in said] == ["BEGIN", "SELECT", "UPDATE", "INSERT", "COMMIT"]
    with pytest.raises(LookupError):
        file.grouped(adding(5, fails=True))
    assert file.rows("SELECT name FROM one") == [(3,)]


def test_a_commit_that_fails_fails_all_of_its_group_and_the_next_one_goes_on(file: SqliteFile) -> None:
    def orphan(connection: sqlite3.Connection) -> int:
        return connection.execute("INSERT INTO child VALUES (7)").rowcount

    done = together(file, [adding(1), orphan, adding(2, fails=True)])
    for one in done[:2]:
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            one.result()
    with pytest.raises(LookupError):
        done[2].result()
    assert file.rows("SELECT * FROM one") == file.rows("SELECT * FROM child") == []
    assert file.grouped(adding(3)) == 3


def test_one_that_fills_the_disk_takes_no_other_with_it(file: SqliteFile) -> None:
    with file.writing() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    def large(connection: sqlite3.Connection) -> int:
        return connection.executemany(
            "INSERT INTO one VALUES (?)", ((n,) for n in range(1000, 99_000))
        ).rowcount

    done = together(file, [adding(1), large, adding(2)])
    assert [done[0].result(), done[2].result()] == [1, 2]
    with pytest.raises(sqlite3.OperationalError, match="full"):
        done[1].result()
    assert file.rows("SELECT name FROM one ORDER BY name") == [(1,), (2,)]


def test_inside_a_transaction_it_joins_it_and_what_raises_is_undone_alone(file: SqliteFile) -> None:
    with file.writing():
        file.grouped(adding(1))
        with pytest.raises(LookupError):
            file.grouped(adding(2, fails=True))
    assert file.rows("SELECT name FROM one") == [(1,)]

    def fail() -> None:
        with file.writing():
            file.grouped(adding(4))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert file.rows("SELECT name FROM one") == [(1,)]
