"""The layout of the data folder: its version, the steps to the next, and what a kill in between leaves."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import data_folder
from graph_engine.data_folder import (
    BACKUPS,
    LAYOUT_FILE,
    RUNNER_LOCK,
    LayoutDamaged,
    LayoutNewer,
    MigrationFailed,
    Step,
    open_data_folder,
    restore_backup,
)
from graph_engine.errors import FolderUnusable
from graph_engine.store.lock import taken


class Killed(BaseException):
    """The process ends here: nothing of ours runs after it."""


def rename_notes(folder: Path) -> None:
    (folder / "notes").rename(folder / "texts")


def count_rows(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "things.sqlite")) as connection:
        connection.execute("ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 7")
        connection.execute("UPDATE thing SET name = name || '!'")  # not what may be done twice
        connection.commit()


STEPS = (
    Step("notes are texts", ("notes", "texts"), rename_notes),
    Step("things have sizes", ("things.sqlite",), count_rows),
)


def old_folder(folder: Path) -> Path:
    """A folder as version 1 laid it out, with a file that no version knows."""
    (folder / "notes").mkdir(parents=True)
    (folder / "notes" / "one.txt").write_text("one")
    (folder / "mine.bin").write_bytes(b"\x00\x01")
    with closing(sqlite3.connect(folder / "things.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE thing (name TEXT)")
        connection.execute("INSERT INTO thing VALUES ('a')")
        connection.commit()
    return folder


def content(folder: Path) -> dict[str, object]:
    """What is in a folder, but for backups and locks; a database by its rows."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name.startswith(BACKUPS) or path.suffix == ".lock" or ".sqlite-" in name:
            continue
        if path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as connection:
                found[name] = connection.execute("SELECT * FROM thing").fetchall()
        else:
            found[name] = path.read_bytes()
    return found


def test_a_new_folder_has_the_present_layout(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert open_data_folder(folder, STEPS) == 3
    assert json.loads((folder / LAYOUT_FILE).read_text()) == {"layout": 3}
    assert not (folder / BACKUPS).exists()


def test_a_folder_from_before_there_were_versions_has_the_first(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "data")
    before = content(folder)
    assert open_data_folder(folder) == 1
    after = content(folder)
    assert json.loads(after.pop(LAYOUT_FILE)) == {"layout": 1}  # type: ignore[arg-type]
    assert after == before


def test_the_steps_are_done_in_order_and_what_they_touch_is_kept(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "data")
    assert open_data_folder(folder, STEPS) == 3
    assert content(folder)["texts/one.txt"] == b"one"
    assert content(folder)["things.sqlite"] == [("a!", 7)]
    assert content(folder)["mine.bin"] == b"\x00\x01"
    first, second = sorted((folder / BACKUPS).iterdir(), key=lambda one: one.name.partition("-v")[2])
    assert (first / "notes" / "one.txt").read_text() == "one"
    assert content(second)["things.sqlite"] == [("a",)]


def test_it_is_done_once(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "data")
    open_data_folder(folder, STEPS)
    after = content(folder)
    open_data_folder(folder, STEPS)
    assert content(folder) == after
    assert len(list((folder / BACKUPS).iterdir())) == 2


# Every place where a process can die: at a call of these, before or after it is done.
PLACES = ("_back_up", "_write", "_put_back", "_copy", "_remove", "rename_notes", "count_rows")


@given(kills=st.lists(st.tuples(st.sampled_from(PLACES), st.integers(1, 3), st.booleans()), max_size=4))
def test_killed_anywhere_and_any_number_of_times_it_ends_as_if_nothing_had_happened(
    kills: list[tuple[str, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = old_folder(tmp_path_factory.mktemp("folder") / "data")
    undisturbed = old_folder(tmp_path_factory.mktemp("folder") / "data")
    open_data_folder(undisturbed, STEPS)
    for place, at, done in kills:
        with pytest.MonkeyPatch.context() as patch:
            steps = killing(patch, place, at, done)
            try:
                open_data_folder(folder, steps)
            except Killed:
                continue
    open_data_folder(folder, STEPS)
    assert content(folder) == content(undisturbed)
    assert not list((folder / BACKUPS).glob(".*.partial"))


def killing(patch: pytest.MonkeyPatch, place: str, at: int, done: bool) -> tuple[Step, ...]:
    """The steps, and a process that dies at the `at`th call of a place, after it if `done`."""
    calls = 0

    def dying(function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            nonlocal calls
            calls += 1
            if calls == at and not done:
                raise Killed
            result = function(*arguments)
            if calls == at:
                raise Killed
            return result

        return call

    if hasattr(data_folder, place):
        patch.setattr(data_folder, place, dying(getattr(data_folder, place)))
        return STEPS
    return tuple(
        Step(step.name, step.touches, dying(step.apply) if step.apply.__name__ == place else step.apply)  # type: ignore[arg-type]
        for step in STEPS
    )


def test_a_step_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    def half(folder: Path) -> None:
        count_rows(folder)
        raise OSError("no space left on device")

    folder = old_folder(tmp_path / "data")
    with pytest.raises(MigrationFailed, match=r"layout 2 .*things have sizes: no space left"):
        open_data_folder(folder, [Step("things have sizes", ("things.sqlite",), half)])
    assert content(folder)["things.sqlite"] == [("a",)]
    assert open_data_folder(folder) == 1


def test_a_backup_can_be_put_back(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "data")
    open_data_folder(folder, STEPS[:1])
    before = content(folder)
    open_data_folder(folder, STEPS)
    newest = max((folder / BACKUPS).iterdir(), key=lambda one: one.name.partition("-v")[2])
    restore_backup(folder, newest.name, STEPS)
    assert content(folder) == before


def test_a_backup_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "data")
    with pytest.raises(LayoutDamaged):
        restore_backup(folder, "20200101-000000-v1", STEPS)


def test_a_newer_layout_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "data")
    (folder / LAYOUT_FILE).write_text('{"layout": 9}')
    before = content(folder)
    with pytest.raises(LayoutNewer, match=r"layout 9; .* knows 3\. Update it"):
        open_data_folder(folder, STEPS)
    assert content(folder) == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"layout": "1"}', '{"layout": 0}', '{"layout": true}'])
def test_a_damaged_layout_file_is_named_and_left_alone(text: str, tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "data")
    (folder / LAYOUT_FILE).write_text(text)
    with pytest.raises(LayoutDamaged, match=r"latentgraph\.json"):
        open_data_folder(folder, STEPS)
    assert (folder / LAYOUT_FILE).read_text() == text


def test_no_step_is_done_while_another_process_runs_jobs(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "data")
    with taken(folder / RUNNER_LOCK), pytest.raises(FolderUnusable, match="End that one"):
        open_data_folder(folder, STEPS)
    assert open_data_folder(folder, STEPS) == 3


def test_a_file_in_place_of_the_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    with pytest.raises(FolderUnusable, match="can not be written"):
        data_folder.check_writable(tmp_path / "data")
