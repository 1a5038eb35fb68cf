"""Locks: held by one, released with their holder, and never left lying about."""

from __future__ import annotations

import errno
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import pytest

from graph_engine import Catalogue, Engine
from graph_engine.store import lock
from graph_engine.store.content import ContentStore
from graph_engine.store.lock import computing, is_held, sweep_locks, taken
from tests.graph_engine.conftest import document

HOLD = """
import sys
from pathlib import Path
from typing import IO
from graph_engine.store.lock import computing
with computing(Path(sys.argv[1]), lambda: None):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_killed_process_leaves_a_lock_file_that_is_swept(tmp_path: Path, catalogue: Catalogue) -> None:
    path = tmp_path / "locks" / "key"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    assert is_held(path)
    assert sweep_locks(path.parent) == 0
    holder.kill()
    holder.communicate()
    assert path.exists()
    assert not is_held(path)
    ContentStore(tmp_path, catalogue, 0, 0).close()
    assert not path.exists()


def test_runs_leave_no_lock_file(engine: Engine) -> None:
    for value in range(5):
        engine.run(
            document({"n": ("number", {"value": value}), "f": ("fail", {"a": value})}, {"n": "n.integer"})
        )
        engine.run(document({"f": ("fail", {"a": value})}, {"f": "f.integer"}))
    assert not list(engine.store.folder.glob("locks/*"))


def test_whoever_gives_up_waiting_leaves_the_lock_to_its_holder(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def give_up() -> None:
        raise Stop

    with computing(tmp_path / "key", lambda: None):
        with pytest.raises(Stop), computing(tmp_path / "key", give_up):
            pass
        assert is_held(tmp_path / "key")
    assert list(tmp_path.iterdir()) == []


def test_many_that_want_the_same_lock_have_it_one_at_a_time_and_leave_no_file(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        for _ in range(5):
            with computing(tmp_path / "key", lambda: None):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)
            sweep_locks(tmp_path)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(most) == 25
    assert list(tmp_path.iterdir()) == []


def test_a_lock_file_that_was_removed_meanwhile_locks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Waiting(Exception):
        pass

    def wait() -> None:
        raise Waiting

    path = tmp_path / "key"
    opened = lock._opened
    holders: list[IO[bytes]] = []

    def opened_just_before_its_holder_left(one: Path) -> IO[bytes] | None:
        file = opened(one)
        if not holders:
            path.unlink()
            holders.append(lock.hold(path))  # and another came
        return file

    monkeypatch.setattr(lock, "_opened", opened_just_before_its_holder_left)
    with pytest.raises(Waiting), computing(path, wait):
        pass
    lock.release(holders[0], path)
    with computing(path, wait):
        pass
    assert list(tmp_path.iterdir()) == []


def test_where_no_lock_file_can_be_made_the_computation_goes_on(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file where the folder should be")
    with computing(tmp_path / "locks" / "key", lambda: None):
        pass


@pytest.mark.parametrize(("number", "waits"), [(errno.ENOLCK, False), (errno.EAGAIN, True)])
def test_a_file_system_without_locks_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, waits: bool
) -> None:
    class Waiting(Exception):
        pass

    def refuse(*given: object) -> None:
        raise OSError(number, "no")

    def wait() -> None:
        raise Waiting

    monkeypatch.setattr(lock, "_lock", refuse)
    if waits:
        with pytest.raises(Waiting), computing(tmp_path / "key", wait):
            pass
    else:
        with computing(tmp_path / "key", wait):
            pass
    with taken(tmp_path / "other") as held:  # who must be the only one does not go on without a lock
        assert not held
