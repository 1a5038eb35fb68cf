"""What nodes print is drained, bounded and kept; it reaches neither the protocol nor the terminal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graph_engine.workers.log import LONGEST_LINE, WorkerLog
from tests.graph_engine.workers.conftest import Works, rough


def test_megabytes_that_a_node_prints_slow_nothing_and_fill_nothing(
    works: Works, capfd: pytest.CaptureFixture[str]
) -> None:
    chatter = rough({"c": ("rough:chatter", {"lines": 100_000, "length": 100})}, {"o": "c.integer"})
    assert works.one(chatter).status == "done"
    works.workers.close()
    logs = sorted((works.data / "logs").iterdir())
    assert [path.name for path in logs] == ["worker-cpu.log", "worker-cpu.log.1"]
    assert all(path.stat().st_size <= 2 * 1024 * 1024 for path in logs)
    assert "99999 xxx" in logs[0].read_text()
    assert max(map(len, logs[0].read_text().splitlines())) <= LONGEST_LINE + 4
    assert capfd.readouterr() == ("", "")


def test_what_a_node_prints_past_python_is_no_message(works: Works) -> None:
    pid = works.pid()
    assert works.one(rough({"s": ("rough:speak_everywhere", {})}, {"o": "s.integer"})).status == "done"
    assert works.pid() == pid


def test_nodes_see_the_environment_of_the_person(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    document = rough({"p": ("rough:python_path", {}), "s": ("save_text", {"text": {"from": "p.text"}})})
    assert works.one(document).status == "done"
    said = [path.read_text() for path in (works.data / "artifacts").glob("*/*.txt")]
    assert said == [os.environ.get("PYTHONPATH", "unset")]


def drained(log: WorkerLog, *pieces: bytes) -> list[str]:
    reading, writing = os.pipe()
    thread = log.drain(reading)
    for piece in pieces:
        os.write(writing, piece)
    os.close(writing)
    thread.join(60)
    return log.path.read_text().splitlines()


def test_lines_are_kept_whole_however_they_come(tmp_path: Path) -> None:
    log = WorkerLog(tmp_path / "worker.log")
    lines = ["one", "two", "", "thr\N{REPLACEMENT CHARACTER}"]
    assert drained(log, b"one\ntw", b"o\n", b"\n", b"thr\xff") == lines
    assert log.tail().splitlines() == lines


def test_a_long_line_is_cut_and_the_next_one_is_whole(tmp_path: Path) -> None:
    log = WorkerLog(tmp_path / "worker.log")
    lines = drained(log, b"x" * 50_000, b"x" * 15_000, b"end of it\nshort\n")
    assert lines == ["x" * LONGEST_LINE + " ...", "short"]


def test_a_folder_that_can_not_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    log = WorkerLog(tmp_path / "logs" / "worker.log")
    reading, writing = os.pipe()
    thread = log.drain(reading)
    for _ in range(100):
        os.write(writing, b"x" * 10_000)
    os.close(writing)
    thread.join(60)
    assert not thread.is_alive()
    assert "xxx" in log.tail()
