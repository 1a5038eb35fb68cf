"""One computes a key at a time: among threads, stores and processes, whatever becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_engine.errors import Cancelled
from graph_engine.store.key_lock import KeyLocks

ROOT = Path(__file__).parents[3]
HOLD = """
import os, sys, time
from pathlib import Path
from graph_engine.store.key_lock import KeyLocks
with KeyLocks(Path(sys.argv[1])).computing("key", lambda: None):
    child = os.fork() if sys.argv[2] == "fork" else 0
    if child == 0 and sys.argv[2] == "fork":
        time.sleep(600)
    print(child, flush=True)
    if sys.argv[2] == "fork":
        os._exit(0)
    time.sleep(600)
"""


@pytest.fixture
def locks(tmp_path: Path) -> Iterator[KeyLocks]:
    found = KeyLocks(tmp_path)
    yield found
    found.close()


def holder(folder: Path, how: str) -> tuple[subprocess.Popen[str], int]:
    """A process that holds "key", and the id of the child that it forked."""
    command = [sys.executable, "-c", HOLD, str(folder), how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def give_up() -> None:
    raise Cancelled("enough")


@pytest.mark.parametrize("same_store", [True, False])
def test_threads_hold_a_key_one_after_the_other(tmp_path: Path, locks: KeyLocks, same_store: bool) -> None:
    other = locks if same_store else KeyLocks(tmp_path)
    inside, overlaps = threading.Lock(), []

    def work(own: KeyLocks) -> None:
        for _ in range(20):
            with own.computing("key", lambda: None):
                overlaps.append(not inside.acquire(blocking=False))
                time.sleep(0.0005)
                if not overlaps[-1]:
                    inside.release()

    threads = [threading.Thread(target=work, args=(one,)) for one in (locks, other, locks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert not any(overlaps)


def test_another_key_is_not_waited_for(tmp_path: Path, locks: KeyLocks) -> None:
    other = KeyLocks(tmp_path)
    with locks.computing("a", give_up), locks.computing("b", give_up), other.computing("c", give_up):
        assert [other.is_held(key) for key in "abcd"] == [True, True, True, False]
    other.close()


def test_who_waits_may_be_cancelled(tmp_path: Path, locks: KeyLocks) -> None:
    other = KeyLocks(tmp_path)
    with locks.computing("key", lambda: None):
        for waiting in (locks, other):
            with pytest.raises(Cancelled), waiting.computing("key", give_up):
                raise AssertionError("it is held")
    with other.computing("key", give_up):
        pass
    other.close()


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path, locks: KeyLocks) -> None:
    process, _ = holder(tmp_path, "alone")
    assert locks.is_held("key")
    with pytest.raises(Cancelled), locks.computing("key", give_up):
        raise AssertionError("it is held")
    process.kill()
    process.wait(60)
    assert not locks.is_held("key")
    with locks.computing("key", give_up):
        pass
    assert process.stdout is not None
    process.stdout.close()


def test_the_lock_of_a_process_that_died_is_free_although_its_child_lives(
    tmp_path: Path, locks: KeyLocks
) -> None:
    process, child = holder(tmp_path, "fork")
    process.wait(60)
    begun = time.monotonic()

    def check() -> None:
        assert time.monotonic() - begun < 60, "the child holds the lock"

    try:
        with locks.computing("key", check):
            os.kill(child, 0)  # it lives
    finally:
        os.kill(child, signal.SIGKILL)
        assert process.stdout is not None
        process.stdout.close()


def test_without_a_file_there_is_nobody_to_wait_for(tmp_path: Path) -> None:
    nowhere = KeyLocks(tmp_path / "not" / "there")
    with nowhere.computing("key", give_up):
        assert nowhere.is_held("key")
    assert not nowhere.is_held("key")
