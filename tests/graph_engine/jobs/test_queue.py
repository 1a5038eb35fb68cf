import sqlite3
from itertools import cycle
from pathlib import Path

import pytest

from graph_engine import Document
from graph_engine.jobs.errors import IdempotencyConflict, JobConflict, QueueUnusable, UnknownJob
from graph_engine.jobs.job import Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import MAX_CRASHES, JobQueue


@pytest.fixture
def queue(tmp_path: Path):
    one = JobQueue(tmp_path / "jobs.sqlite")
    yield one
    one.close()


def request(name: str = "", **fields: object) -> Request:
    return Request(document=f'{{"name": "{name}"}}', name=name, **fields)


def claimed(queue: JobQueue, models: tuple[str, ...] = ()) -> str:
    claim = queue.claim("worker-1", models)
    assert claim is not None
    return claim.job.name


def test_a_job_that_was_taken_is_there_after_a_restart(tmp_path, queue):
    job = queue.submit(request("a", owner="kim", priority=3, wanted=("out",), required_models=("m1",)))
    other = JobQueue(tmp_path / "jobs.sqlite")
    assert other.get(job.id) == job
    assert other.document(job.id) == '{"name": "a"}'
    assert (job.status, job.wanted, job.required_models) == ("queued", ("out",), ("m1",))
    other.close()


def test_jobs_of_one_owner_run_in_the_order_they_came(queue):
    for name in "abc":
        queue.submit(request(name))
    assert [claimed(queue) for _ in range(3)] == ["a", "b", "c"]
    assert queue.claim("worker-1") is None


def test_a_higher_priority_goes_first(queue):
    for name, priority in (("a", 0), ("b", 2), ("c", 1)):
        queue.submit(request(name, priority=priority))
    assert [claimed(queue) for _ in range(3)] == ["b", "c", "a"]


def test_owners_take_turns(queue):
    for name in ("a1", "a2", "a3"):
        queue.submit(request(name, owner="ann"))
    for name in ("b1", "b2"):
        queue.submit(request(name, owner="bea"))
    assert [claimed(queue) for _ in range(5)] == ["a1", "b1", "a2", "b2", "a3"]


def test_one_of_two_that_claim_gets_a_job(tmp_path, queue):
    queue.submit(request("a"))
    other = JobQueue(tmp_path / "jobs.sqlite")
    assert (queue.claim("one") is None) + (other.claim("two") is None) == 1
    other.close()


def test_a_worker_is_given_a_job_whose_models_it_holds(queue):
    queue.submit(request("a", required_models=("m1",)))
    queue.submit(request("b", required_models=("m2",)))
    assert claimed(queue, ("m2", "m3")) == "b"
    assert claimed(queue, ("m2", "m3")) == "a"


def test_a_job_is_not_passed_over_for_ever(queue):
    queue.submit(request("slow", required_models=("m1",)))
    for index in range(20):
        queue.submit(request(f"q{index}", required_models=("m2",)))
    order = [claimed(queue, ("m2",)) for _ in range(12)]
    assert order.index("slow") == 8


def test_a_lock_is_no_part_of_the_request(queue):
    document = Document.model_validate({"latentgraph": 1, "nodes": {"a": {"type": "x/y"}}, "name": "ü"})
    texts = [document.dumps()]
    for version in ("1", "2"):
        raw = {**document.as_json(), "lock": {"packs": {"x": version}}}
        texts.append(Document.model_validate(raw).dumps())
    jobs = {queue.submit(Request(text, idempotency_key="k")).id for text in texts}
    assert len(jobs) == 1
    with pytest.raises(IdempotencyConflict):
        queue.submit(Request(texts[0].replace("x/y", "x/z"), idempotency_key="k"))


def test_a_key_that_an_older_version_took_still_means_its_request(queue):
    text = '{"latentgraph": 1, "nodes": {"n": {"type": "x/y", "inputs": {"t": "ü"}}}, "lock": {"packs": {}}}'
    job = queue.submit(Request(text, idempotency_key="k", wanted=("n",)))
    before = "cf4f14dab285e51c1ef37b82d3b6c6aa05b449cce7f1275bc9d2dfa9a98e8f64"
    queue.file.change(lambda connection: connection.execute("UPDATE job SET request = ?", (before,)))
    assert queue.submit(Request(text, idempotency_key="k", wanted=("n",))).id == job.id
    with pytest.raises(IdempotencyConflict):
        queue.submit(Request(text, idempotency_key="k"))


def test_the_same_key_and_request_is_the_same_job(queue):
    first = queue.submit(request("a", owner="ann", idempotency_key="k"))
    assert queue.submit(request("a", owner="ann", idempotency_key="k")) == first
    assert queue.submit(request("a", owner="bea", idempotency_key="k")).id != first.id
    with pytest.raises(IdempotencyConflict, match=f"was used for another request, which is job '{first.id}'"):
        queue.submit(request("b", owner="ann", idempotency_key="k"))


def test_of_many_requests_all_are_taken_or_none(queue):
    queue.submit(request("a", idempotency_key="k"))
    with pytest.raises(IdempotencyConflict):
        queue.submit_many([request("b"), request("c", idempotency_key="k")])
    assert queue.counts() == {"queued": 1}


def test_a_job_ends_once(queue):
    job = queue.submit(request("a"))
    with pytest.raises(JobConflict, match="is queued, not running"):
        queue.finish(job.id, "done")
    claimed(queue)
    done = queue.finish(job.id, "done", {"artifacts": [1]})
    assert (done.status, done.result, done.attempts) == ("done", {"artifacts": [1]}, 1)
    with pytest.raises(JobConflict, match="is done, not running"):
        queue.finish(job.id, "failed", error="no")
    with pytest.raises(JobConflict, match="not as 'queued'"):
        queue.finish(job.id, "queued")


def test_running_jobs_go_back_where_they_were_when_their_process_is_gone(queue):
    for name in "ab":
        queue.submit(request(name))
    assert claimed(queue) == "a"
    assert len(queue.recover()) == 1
    assert [claimed(queue) for _ in range(2)] == ["a", "b"]


def test_a_job_that_brings_workers_down_again_and_again_fails(queue):
    job = queue.submit(request("a"))
    for _ in range(MAX_CRASHES - 1):
        claimed(queue)
        assert queue.give_back(job.id, crashed=True).status == "queued"
    claimed(queue)
    ended = queue.give_back(job.id, crashed=True)
    assert ended.status == "failed"
    assert f"died {MAX_CRASHES} times in a row" in ended.error


def test_a_job_that_is_given_back_says_how_its_worker_died_until_it_ends(queue):
    job = queue.submit(request("a"))
    claimed(queue)
    assert queue.give_back(job.id, crashed=True, error="killed at node 'n'").error == "killed at node 'n'"
    for _ in range(MAX_CRASHES - 1):
        claimed(queue)
        queue.give_back(job.id, crashed=True, error="killed again")
    assert queue.get(job.id).error.endswith("it is not tried again. The last time: killed again")
    queue.retry(job.id)
    claimed(queue)
    assert queue.finish(job.id, "done").error == ""


def test_crashes_before_a_finished_node_do_not_count(queue):
    job = queue.submit(request("a"))
    for _ in range(MAX_CRASHES * 2):
        claimed(queue)
        Journal.of(queue).write(job.id, [("node_finished", {"node": "n"})])
        assert queue.give_back(job.id, crashed=True).status == "queued"


def test_cancelling(queue):
    waiting, running = queue.submit(request("w")), queue.submit(request("r", priority=1))
    assert queue.cancel(waiting.id).status == "cancelled"
    claimed(queue)
    asked = queue.cancel(running.id)
    assert (asked.status, asked.cancel_asked) == ("running", True)
    assert queue.finish(running.id, "cancelled").status == "cancelled"
    assert queue.cancel(running.id).status == "cancelled"


def test_a_job_that_was_to_be_cancelled_when_its_worker_died_is_cancelled(queue):
    job = queue.submit(request("a"))
    claimed(queue)
    queue.cancel(job.id)
    queue.recover()
    assert queue.get(job.id).status == "cancelled"


def test_retrying(queue):
    job = queue.submit(request("a"))
    queue.submit(request("b"))
    with pytest.raises(JobConflict, match="only an ended job can be retried"):
        queue.retry(job.id)
    claimed(queue)
    queue.finish(job.id, "failed", error="no memory")
    again = queue.retry(job.id)
    assert (again.status, again.error, again.finished) == ("queued", "", None)
    assert [claimed(queue) for _ in range(2)] == ["b", "a"]
    assert queue.get(job.id).attempts == 2


def test_pausing_one_job_and_all(queue):
    first = queue.submit(request("a"))
    queue.submit(request("b"))
    queue.pause(first.id)
    assert claimed(queue) == "b"
    assert queue.claim("worker-1") is None
    queue.resume(first.id)
    queue.pause_all()
    assert queue.paused
    assert queue.claim("worker-1") is None
    queue.resume_all()
    assert claimed(queue) == "a"
    queue.finish(first.id, "done")
    with pytest.raises(JobConflict, match="nothing to pause"):
        queue.pause(first.id)


def test_a_running_job_that_is_paused_waits_when_it_is_given_back(queue):
    job = queue.submit(request("a"))
    claimed(queue)
    queue.pause(job.id)
    assert queue.give_back(job.id).paused
    assert queue.claim("worker-1") is None
    queue.resume(job.id)
    assert claimed(queue) == "a"


def test_moving_jobs(queue):
    jobs = {name: queue.submit(request(name)).id for name in "abcd"}
    queue.move(jobs["d"], before=jobs["b"])
    queue.move(jobs["a"], before=None)
    assert [job.name for job in queue.waiting()] == ["d", "b", "c", "a"]
    other = queue.submit(request("x", owner="bea"))
    with pytest.raises(JobConflict, match="of another owner or priority"):
        queue.move(other.id, before=jobs["a"])


def test_a_place_can_be_halved_any_number_of_times(queue):
    names = ["a", "b", "c"]
    jobs = {name: queue.submit(request(name)).id for name in names}
    for _ in range(200):
        names = [names[1], names[0], "c"]
        queue.move(jobs[names[1]], before=jobs["c"])
        assert [job.name for job in queue.waiting()] == names


def test_a_new_priority(queue):
    jobs = {name: queue.submit(request(name)).id for name in "ab"}
    queue.prioritise(jobs["b"], 5)
    assert claimed(queue) == "b"


def test_deleting_and_keeping(queue):
    jobs = [queue.submit(request(name)).id for name in "abcd"]
    for job in jobs[:3]:
        claimed(queue)
        queue.finish(job, "done")
    claimed(queue)
    with pytest.raises(JobConflict, match="is running; cancel it first"):
        queue.delete(jobs[3])
    queue.delete(jobs[0])
    with pytest.raises(UnknownJob, match="There is no job"):
        queue.get(jobs[0])
    assert queue.keep(1) == 1
    assert [job.id for job in queue.page().jobs] == [jobs[3], jobs[2]]


def test_pages_follow_each_other_while_jobs_come_in(queue):
    jobs = [queue.submit(request(f"n{index}")).id for index in range(7)]
    first = queue.page(3)
    queue.submit(request("new"))
    second = queue.page(3, cursor=first.cursor)
    third = queue.page(3, cursor=second.cursor)
    seen = [job.id for page in (first, second, third) for job in page.jobs]
    assert seen == jobs[::-1]
    assert third.cursor is None


def test_finding_jobs(queue):
    apple = queue.submit(request("an apple", owner="ann"))
    queue.submit(request("a 100% cat", owner="bea"))
    assert [job.id for job in queue.page(search="apple").jobs] == [apple.id]
    assert [job.name for job in queue.page(search="100%").jobs] == ["a 100% cat"]
    assert queue.page(search="1_0").jobs == ()
    assert [job.id for job in queue.page(owner="ann", status="queued").jobs] == [apple.id]
    assert queue.page(status="done").jobs == ()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    path = tmp_path / "jobs.sqlite"
    JobQueue(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(QueueUnusable, match="newer version of Latent Graph"):
        JobQueue(path)


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "jobs.sqlite"
    path.write_text("not a database, but perhaps all that somebody has")
    with pytest.raises(QueueUnusable, match="Put a backup in its place"):
        JobQueue(path)
    assert path.read_text().startswith("not a database")


def test_a_clock_that_jumps_changes_no_order(queue, monkeypatch):
    times = cycle([1e9, 5e8, 2e9, 0.0, 1e6, 1e7, 1e8])
    monkeypatch.setattr("time.time", lambda: next(times))
    for name in "abc":
        queue.submit(request(name))
    assert [claimed(queue) for _ in range(3)] == ["a", "b", "c"]


def test_a_full_disk_refuses_the_change_whole_and_keeps_what_was_taken(queue):
    kept = queue.submit(request("kept"))
    with queue.file.writing() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(QueueUnusable, match=r"can not be written .*full.*nothing was changed"):
        queue.submit_many([Request("x" * 50_000, name=str(index)) for index in range(50)])
    with queue.file.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert [job.id for job in queue.page().jobs] == [kept.id]
    queue.submit(request("again"))
    assert queue.counts() == {"queued": 2}
