import sqlite3
import threading

import pytest

from graph_engine.sqlite import NewerVersion, SqliteFile

FIRST = "CREATE TABLE fruit (name TEXT PRIMARY KEY); INSERT INTO fruit VALUES ('apple')"
SECOND = "ALTER TABLE fruit ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'"


def test_migrations_run_once_and_in_order(tmp_path):
    path = tmp_path / "x.sqlite"
    SqliteFile(path, (FIRST,)).close()
    for _ in range(2):
        file = SqliteFile(path, (FIRST, SECOND))
        assert file.rows("SELECT * FROM fruit") == [("apple", "red")]
        file.close()


def test_a_copy_is_kept_before_a_migration(tmp_path):
    path = tmp_path / "x.sqlite"
    SqliteFile(path, (FIRST,), backup=True).close()
    assert list(tmp_path.glob("*before*")) == []
    SqliteFile(path, (FIRST, SECOND), backup=True).close()
    old = sqlite3.connect(tmp_path / "x.sqlite.before-v2")
    assert old.execute("SELECT * FROM fruit").fetchall() == [("apple",)]
    old.close()


def test_a_migration_that_fails_changes_nothing(tmp_path):
    path = tmp_path / "x.sqlite"
    SqliteFile(path, (FIRST,)).close()
    with pytest.raises(sqlite3.OperationalError):
        SqliteFile(path, (FIRST, f"{SECOND}; DROP TABLE vegetable"))
    file = SqliteFile(path, (FIRST,))
    assert file.rows("SELECT * FROM fruit") == [("apple",)]
    file.close()


def test_a_newer_file_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "x.sqlite"
    SqliteFile(path, (FIRST, SECOND)).close()
    with pytest.raises(NewerVersion):
        SqliteFile(path, (FIRST,))
    SqliteFile(path, (FIRST, SECOND)).close()


def test_an_exception_undoes_the_whole_transaction(tmp_path):
    file = SqliteFile(tmp_path / "x.sqlite", (FIRST,))

    def fail() -> None:
        with file.writing() as outer:
            outer.execute("INSERT INTO fruit VALUES ('pear')")
            with file.writing() as inner:
                inner.execute("INSERT INTO fruit VALUES ('plum')")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert file.rows("SELECT name FROM fruit") == [("apple",)]
    file.close()


def test_threads_take_turns_at_writing(tmp_path):
    file = SqliteFile(
        tmp_path / "x.sqlite", ("CREATE TABLE counter (value INTEGER); INSERT INTO counter VALUES (0)",)
    )

    def count() -> None:
        for _ in range(50):
            with file.writing() as connection:
                (value,) = connection.execute("SELECT value FROM counter").fetchone()
                connection.execute("UPDATE counter SET value = ?", (value + 1,))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert file.row("SELECT value FROM counter") == (200,)
    file.close()


def test_many_may_open_a_new_file_at_once(tmp_path):
    # A new file is switched to WAL mode, for which SQLite does not wait when another is at it.
    failures = []
    for number in range(40):
        barrier = threading.Barrier(8)

        def open_it(path=tmp_path / f"{number}.sqlite", barrier=barrier):
            barrier.wait()
            try:
                SqliteFile(path, (FIRST,)).close()
            except sqlite3.Error as error:
                failures.append(error)

        threads = [threading.Thread(target=open_it) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []


def test_a_reader_waits_for_no_writer_and_sees_what_was_committed(tmp_path):
    file = SqliteFile(tmp_path / "x.sqlite", (FIRST,), reader=True)
    seen = []

    def look() -> None:
        seen.append(file.rows("SELECT name FROM fruit"))

    with file.writing() as connection:
        connection.execute("INSERT INTO fruit VALUES ('pear')")
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(20)
        assert seen == [[("apple",)]]
        assert file.row("SELECT count(*) FROM fruit") == (2,)  # the one who writes sees what it wrote
    assert file.row("SELECT count(*) FROM fruit") == (2,)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        file.rows("DELETE FROM fruit")
    file.close()


def test_a_migration_may_make_triggers(tmp_path):
    trigger = (
        "CREATE TABLE told (name TEXT); "
        "CREATE TRIGGER tell AFTER INSERT ON fruit BEGIN "
        "INSERT INTO told VALUES (NEW.name); INSERT INTO told VALUES ('and more'); END"
    )
    file = SqliteFile(tmp_path / "x.sqlite", (FIRST, trigger))
    with file.writing() as connection:
        connection.execute("INSERT INTO fruit VALUES ('fig')")
    assert file.rows("SELECT name FROM told") == [("fig",), ("and more",)]
    file.close()
