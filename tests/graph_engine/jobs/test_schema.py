"""A jobs file of an earlier version is brought to this one with all that is in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from graph_engine.artifact import Artifact
from graph_engine.jobs.job import Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.schema import MIGRATIONS

JOB = (
    "INSERT INTO job (id, status, name, owner, priority, place, submitted, document, request, "
    "required_models, result, events) VALUES (?, 'done', '', 'ann', 0, ?, 0, '{}', '', '[]', ?, ?)"
)
SAVED = '{"digest": "aa", "name": "a.png", "media_type": "image/png", "size": 3}'


def test_the_second_version_becomes_the_present_one(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    old = sqlite3.connect(path)
    for script in MIGRATIONS[:2]:
        old.executescript(script)
    old.execute("PRAGMA user_version = 2")
    old.execute(JOB, ("job-1", 1, f'{{"artifacts": [{SAVED}, {SAVED}, 7]}}', 2))
    old.execute(JOB, ("job-2", 2, "{}", 1))
    old.execute(JOB, ("job-3", 3, f'{{"artifacts": [{SAVED}]}}', 0))
    old.execute(JOB, ("job-4", 4, '{"artifacts": [], "seconds": NaN}', 0))
    entries = [(2, 1, 5.0, "c", "{}"), (1, 1, 6.0, "a", '{"x": 1}'), (1, 2, 7.0, "b", "{}")]
    old.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", entries)
    old.commit()
    old.close()
    queue = JobQueue(path)
    journal = Journal.of(queue)
    assert [(e.serial, e.job, e.number, e.time, e.kind) for e in journal.since(0)] == [
        (1, "job-1", 1, 6.0, "a"),
        (2, "job-1", 2, 7.0, "b"),
        (3, "job-2", 1, 5.0, "c"),
    ]
    assert journal.read("job-1")[0].data == {"x": 1}
    artifact = Artifact("aa", "a.png", "image/png", 3)
    assert queue.artifacts("job-1") == [artifact]
    assert queue.artifact("aa") == (artifact, "job-3")
    job = queue.get("job-2")
    assert (job.inputs, job.workflow, job.workflow_version, job.webhook) == ({}, "", None, "")
    assert queue.usage("ann", 0).artifact_bytes == 3  # two jobs saved it
    queue.submit(Request("{}"))
    assert [(e.serial, e.number) for e in journal.since(3)] == [(4, 1)]
    queue.delete("job-1")
    assert [e.serial for e in journal.since(0)] == [3, 4]
    assert queue.usage("ann", 0).artifact_bytes == 3
    queue.delete("job-3")
    assert queue.usage("ann", 0).artifact_bytes == 0
    queue.close()
    assert (tmp_path / "jobs.sqlite.before-v4").is_file()


@pytest.mark.parametrize("half", [b"garbage" * 1000, b"SQLite format 3\0" + b"\0" * 5000])
def test_a_copy_that_a_power_cut_ended_keeps_nobody_from_the_jobs(tmp_path: Path, half: bytes) -> None:
    path = tmp_path / "jobs.sqlite"
    old = sqlite3.connect(path)
    for script in MIGRATIONS[:2]:
        old.executescript(script)
    old.execute("PRAGMA user_version = 2")
    old.execute(JOB, ("job-1", 1, "{}", 0))
    old.commit()
    old.close()
    (tmp_path / "jobs.sqlite.before-v4.partial").write_bytes(half)
    (tmp_path / "jobs.sqlite.before-v4.partial-journal").write_bytes(half)
    queue = JobQueue(path)
    assert queue.get("job-1").status == "done"
    queue.close()
    kept = sqlite3.connect(tmp_path / "jobs.sqlite.before-v4")
    assert kept.execute("SELECT id FROM job").fetchall() == [("job-1",)]
    kept.close()
    assert not list(tmp_path.glob("*partial*"))
