import pytest

from graph_engine.jobs import entries as module
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
    assert journal.write(job, [("node_started", {"node": "a"}), ("node_finished", {"node": "a"})]) == 3
    assert journal.write(other, [("node_started", {"node": "z"})]) == 2
    assert journal.write(job, [("run_finished", {"status": "done"})]) == 4
    assert [(e.number, e.kind, dict(e.data)) for e in journal.read(job, after=2)] == [
        (3, "node_finished", {"node": "a"}),
        (4, "run_finished", {"status": "done"}),
    ]
    assert [e.number for e in journal.read(job, after=0, limit=1)] == [1]


def test_serials_go_through_all_jobs_in_the_order_of_writing(opened):
    queue, journal = opened
    ann, bea = (queue.submit(Request("{}", owner=owner)).id for owner in ("ann", "bea"))
    journal.write(bea, [("b", {})])
    journal.write(ann, [("a", {}), ("c", {})])
    told = journal.since(0)
    assert [(e.serial, e.job, e.number, e.kind) for e in told] == [
        (1, ann, 1, "job_status"),
        (2, bea, 1, "job_status"),
        (3, bea, 2, "b"),
        (4, ann, 2, "a"),
        (5, ann, 3, "c"),
    ]
    assert journal.since(2, limit=2) == told[2:4]
    assert journal.since(1, owner="ann") == told[3:]
    assert journal.since(5) == []
    assert journal.read(ann) == [told[0], *told[3:]]
    assert journal.last_serial() == 5


def test_a_serial_is_never_given_twice(opened):
    queue, journal = opened
    assert journal.last_serial() == 0
    queue.delete(queue.submit(Request("{}")).id)
    assert (journal.last_serial(), journal.since(0)) == (1, [])
    queue.submit(Request("{}"))
    assert [e.serial for e in journal.since(0)] == [2]


def test_a_journal_has_an_end_but_never_for_what_the_queue_says(opened, monkeypatch):
    monkeypatch.setattr(module, "MAX_EVENTS", 6)
    queue, journal = opened
    job = queue.submit(Request("{}")).id
    journal.write(job, [("a", {})] * 3)
    assert journal.write(job, [("b", {})] * 10) == 6
    assert journal.write(job, [("c", {})]) == 6
    queue.claim("worker")
    queue.finish(job, "done", facts=[("d", {})])
    kinds = [e.kind for e in journal.read(job)]
    assert kinds == ["job_status", "a", "a", "a", "b", "dropped", "job_status", "job_status"]
    assert [e.number for e in journal.read(job)] == list(range(1, 9))
    full = queue.submit(Request("{}")).id
    for _ in range(4):
        queue.prioritise(full, 1)
        queue.move(full, None)
    assert journal.write(full, [("a", {}), ("b", {})]) == 10
    assert [e.kind for e in journal.read(full)][-2:] == ["job_moved", "dropped"]


def test_a_journal_goes_with_its_job(opened):
    queue, journal = opened
    job = queue.submit(Request("{}")).id
    journal.write(job, [("a", {})])
    queue.delete(job)
    assert journal.read(job) == []
    with pytest.raises(UnknownJob):
        journal.write(job, [("a", {})])


def test_the_journal_of_a_queue_is_on_its_file_and_leaves_it_open(opened):
    queue, _ = opened
    job = queue.submit(Request("{}")).id
    journal = Journal.of(queue)
    journal.write(job, [("a", {})])
    journal.close()
    assert [e.kind for e in Journal.of(queue).read(job)] == ["job_status", "a"]
