import pytest

from graph_engine.jobs import journal as module
from graph_engine.jobs.errors import UnknownJob
from graph_engine.jobs.job import Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue


@pytest.fixture
def opened(tmp_path):
    queue, journal = JobQueue(tmp_path / "jobs.sqlite"), Journal(tmp_path / "jobs.sqlite")
    yield queue, journal
    queue.close()
    journal.close()


def test_events_are_numbered_without_gaps_and_read_from_any_number(opened):
    queue, journal = opened
    job, other = queue.submit(Request("{}")).id, queue.submit(Request("{}")).id
    assert journal.write(job, [("node_started", {"node": "a"}), ("node_finished", {"node": "a"})]) == 2
    assert journal.write(other, [("node_started", {"node": "z"})]) == 1
    assert journal.write(job, [("run_finished", {"status": "done"})]) == 3
    assert [(e.number, e.kind, dict(e.data)) for e in journal.read(job, after=1)] == [
        (2, "node_finished", {"node": "a"}),
        (3, "run_finished", {"status": "done"}),
    ]
    assert [e.number for e in journal.read(job, after=0, limit=1)] == [1]


def test_a_journal_has_an_end(opened, monkeypatch):
    monkeypatch.setattr(module, "MAX_EVENTS", 5)
    queue, journal = opened
    job = queue.submit(Request("{}")).id
    journal.write(job, [("a", {})] * 3)
    assert journal.write(job, [("b", {})] * 10) == 5
    assert journal.write(job, [("c", {})]) == 5
    assert [e.kind for e in journal.read(job)] == ["a", "a", "a", "b", "dropped"]


def test_a_journal_goes_with_its_job(opened):
    queue, journal = opened
    job = queue.submit(Request("{}")).id
    journal.write(job, [("a", {})])
    queue.delete(job)
    assert journal.read(job) == []
    with pytest.raises(UnknownJob):
        journal.write(job, [("a", {})])
