"""Whatever a node does to its process, the worker is replaced, the job is not lost, and people are told."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graph_engine import Document, events
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.jobs.queue import MAX_CRASHES
from graph_engine.settings import Settings
from graph_engine.workers.errors import WorkerUnusable
from graph_engine.workers.log import WorkerLog
from graph_engine.workers.protocol import VERSION, Hello, Stop, encode
from graph_engine.workers.spawn import spawn
from graph_engine.workers.supervision import Supervision, doing, how_ended
from tests.graph_engine.conftest import link
from tests.graph_engine.workers.conftest import Works, gone, rough, until
from tests.graph_engine.workers.test_jobs_on_workers import GOOD, SHORTER, when_training

QUICK = Supervision(heartbeat=4.0, grace=0.5, backoff=0.05)


def with_a_number_first(kind: str, **inputs: object) -> object:
    """A document whose node 'bad' runs after one that is finished."""
    return rough(
        {"n": ("number", {"value": 1}), "bad": (kind, inputs), "last": ("add", {"a": link("bad.integer")})},
        {"n": "n.integer", "last": "last.integer"},
    )


def test_a_killed_worker_is_replaced_and_its_job_goes_on_where_it_was(works: Works) -> None:
    first = works.pid()
    job = works.submit(SHORTER)
    works.run(when_training(lambda: os.kill(first, signal.SIGKILL)))
    done = works.queue.get(job)
    assert (done.status, done.attempts, done.error) == ("done", 2, "")
    assert done.result["nodes"]["n"]["status"] == "hit"
    assert works.pid() != first
    (ended,) = [event for event in works.journal.read(job) if event.kind == "worker_ended"]
    said = ended.data["error"]
    assert said.startswith("The worker 'cpu' ended (killed by signal 9, SIGKILL")
    assert said.endswith("while it ran node 'train'.")
    finished = [event.data["node"] for event in works.journal.read(job) if event.kind == "node_finished"]
    assert sorted(finished) == ["n", "sum", "train"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [("rough:leave_at_once", "with exit status 7"), ("rough:crash", "killed by signal 11, SIGSEGV")],
)
def test_a_job_that_ends_its_worker_again_and_again_fails_and_says_why(
    works: Works, kind: str, said: str
) -> None:
    job = works.submit(with_a_number_first(kind))
    good = works.submit(GOOD)
    works.run()
    failed = works.queue.get(job)
    assert (failed.status, failed.attempts) == ("failed", MAX_CRASHES)
    assert f"died {MAX_CRASHES} times in a row" in failed.error
    assert f"ended ({said}" in failed.error
    assert "while it ran node 'bad'" in failed.error
    assert works.queue.get(good).status == "done"


def test_a_node_that_calls_sys_exit_has_failed_and_its_worker_lives(works: Works) -> None:
    pid = works.pid()
    failed = works.one(with_a_number_first("rough:leave"))
    assert failed.status == "failed"
    assert "Node 'bad' (rough/leave) failed: it called sys.exit(3)" in failed.error
    assert works.pid() == pid


@pytest.mark.parametrize(("how", "status"), [("return", 0), ("raise", 1), ("leave", 5)])
def test_a_process_that_a_node_forked_is_no_second_worker(works: Works, how: str, status: int) -> None:
    pid = works.pid()
    job = works.one(
        rough(
            {
                "f": ("rough:fork", {"how": how}),
                "s": ("save_text", {"text": link("t.text")}),
                "t": ("show", {"value": link("f.integer")}),
            }
        )
    )
    assert job.status == "done"
    kept = works.data / "artifacts"
    assert [path.read_text() for path in kept.glob("*/*")] == [str(status)]
    assert works.kinds(job.id).count("run_finished") == 1
    assert not [event for _, event in works.seen if isinstance(event, events.NodeProgress)]
    assert works.pid() == pid
    assert works.one(GOOD).status == "done"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_node_may_use_processes_of_its_own(works: Works, method: str) -> None:
    document = rough(
        {
            "q": ("rough:squares", {"method": method}),
            "s": ("show", {"value": link("q.integer")}),
            "t": ("save_text", {"text": link("s.text")}),
        }
    )
    assert works.one(document).status == "done"
    assert [path.read_text() for path in (works.data / "artifacts").glob("*/*")] == ["5"]


def test_what_a_dead_worker_forked_ends_with_it(open_works: Callable[..., Works], tmp_path: Path) -> None:
    works = open_works(QUICK)
    marker = tmp_path / "child"
    job = works.submit(rough({"f": ("rough:fork_and_forget", {"marker": str(marker)})}, {"o": "f.integer"}))

    def once(event: events.Event) -> None:
        if isinstance(event, events.NodeStarted):
            works.queue.cancel(job)

    works.run(once)
    assert works.queue.get(job).status == "cancelled"
    until(lambda: gone(int(marker.read_text())), "the end of the forgotten child")


def test_a_worker_that_does_not_stop_when_it_is_told_is_ended(open_works: Callable[..., Works]) -> None:
    works = open_works(QUICK)
    pid = works.pid()
    job = works.submit(with_a_number_first("rough:hang"))
    good = works.submit(GOOD)

    def cancel(event: events.Event) -> None:
        if isinstance(event, events.NodeStarted) and event.node == "bad":
            works.queue.cancel(job)

    works.run(cancel)
    assert works.queue.get(job).status == "cancelled"
    assert works.queue.get(good).status == "done"
    assert works.pid() != pid
    (ended,) = [event for event in works.journal.read(job) if event.kind == "worker_ended"]
    assert "it did not stop within 0.5 s of being told to" in ended.data["error"]


def test_a_worker_with_a_node_that_ran_past_its_limit_is_replaced(open_works: Callable[..., Works]) -> None:
    works = open_works(QUICK)
    pid = works.pid()
    raw = rough({"n": ("sleep", {"seconds": 600.0, "obeys": False})}, {"x": "n.integer"}).as_json()
    raw["nodes"]["n"]["limits"] = {"seconds": 0.2}
    job, good = works.submit(Document.model_validate(raw)), works.submit(GOOD)
    works.run()
    failed = works.queue.get(job)
    assert (failed.status, failed.attempts, failed.result["stuck"]) == ("failed", 1, ["n"])
    assert "beyond its limit of 0.2 s" in failed.error
    assert works.queue.get(good).status == "done"
    assert gone(pid)


def test_a_process_that_is_gone_before_it_is_killed_is_buried(tmp_path: Path) -> None:
    spawned = spawn(sys.executable, WorkerLog(tmp_path / "worker.log"))
    os.kill(spawned.process.pid, signal.SIGKILL)
    until(lambda: gone(spawned.process.pid), "the end of the process")
    spawned.kill()  # collects it
    assert not spawned.alive()
    assert spawned.bury() == -signal.SIGKILL


def test_a_worker_that_is_told_to_stop_in_one_breath_with_its_greeting_stops(tmp_path: Path) -> None:
    spawned = spawn(sys.executable, WorkerLog(tmp_path / "worker.log"))
    settings = Settings(data=tmp_path / "data", device="cpu").model_dump(mode="json")
    both = encode(Hello(VERSION, "cpu", settings, 5.0)) + encode(Stop())
    spawned.connection._stream.sendall(both)
    until(lambda: not spawned.alive(), "the end of the worker")
    assert spawned.bury() == 0


def test_a_worker_that_is_stopped_by_a_signal_is_replaced(open_works: Callable[..., Works]) -> None:
    works = open_works(QUICK)
    pid = works.pid()
    job = works.submit(SHORTER)
    works.run(when_training(lambda: os.kill(pid, signal.SIGSTOP)))
    done = works.queue.get(job)
    assert (done.status, done.attempts) == ("done", 2)
    (ended,) = [event for event in works.journal.read(job) if event.kind == "worker_ended"]
    assert "it gave no sign of life for 4 s" in ended.data["error"]
    assert gone(pid)


def test_a_worker_whose_interpreter_is_stuck_is_replaced(open_works: Callable[..., Works]) -> None:
    works = open_works(QUICK)
    job = works.submit(with_a_number_first("rough:hang_deaf"))

    def cancel(event: events.Event) -> None:
        if isinstance(event, events.NodeHit):  # the second attempt: the first was ended for its silence
            works.queue.cancel(job)

    works.run(cancel)
    assert works.queue.get(job).status == "cancelled"
    first = next(event for event in works.journal.read(job) if event.kind == "worker_ended")
    assert "no sign of life" in first.data["error"]


def test_a_worker_that_breaks_the_protocol_is_replaced(works: Works) -> None:
    job = works.submit(with_a_number_first("rough:garble"))
    good = works.submit(GOOD)
    works.run()
    failed = works.queue.get(job)
    assert failed.status == "failed"
    assert "it broke the protocol: A frame begins with b'this'" in failed.error
    assert works.queue.get(good).status == "done"


def test_a_worker_of_another_version_is_not_used(
    open_works: Callable[..., Works], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_engine.workers.conversation.VERSION", 99)
    works = open_works(Supervision(starts=2, backoff=0.01))
    with pytest.raises(WorkerUnusable, match="it has version 1 of it, this program 99"):
        works.workers.workers[0].ready(Cancellation())


def test_a_worker_that_dies_between_jobs_harms_none(works: Works) -> None:
    pid = works.pid()
    os.kill(pid, signal.SIGKILL)
    until(lambda: gone(pid))
    job = works.submit(GOOD)
    for _ in range(2 * MAX_CRASHES):  # it is not at fault, however often
        claim = works.queue.claim("cpu")
        assert claim is not None
        works.queue.give_back(job)
    assert works.one(GOOD).status == "done"
    assert works.queue.get(job).status == "done"


def test_closing_while_a_node_hangs_gives_the_job_back_and_leaves_nothing(
    open_works: Callable[..., Works],
) -> None:
    works = open_works(QUICK)
    pid = works.pid()
    job = works.submit(with_a_number_first("rough:hang"))

    def stop(event: events.Event) -> None:
        if isinstance(event, events.NodeStarted) and event.node == "bad":
            works.stop.cancel()

    works.run(stop)
    assert works.queue.get(job).status == "queued"
    works.workers.close()
    assert gone(pid)
    assert works.workers.workers[0].pid is None


def test_a_python_that_does_not_work_is_said_and_not_tried_for_ever(
    open_works: Callable[..., Works], tmp_path: Path
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho this python is broken >&2\nexit 3\n")
    broken.chmod(0o755)
    works = open_works(Supervision(starts=3, backoff=0.01), python=str(broken))
    job = works.submit(GOOD)
    with pytest.raises(WorkerUnusable) as caught:
        works.run()
    text = str(caught.value)
    assert "The worker 'cpu' can not be started: with exit status 3" in text
    assert "this python is broken" in text
    assert "worker-cpu.log" in text
    assert works.queue.get(job).status == "queued"
    assert works.workers.workers[0]._log.path.read_text().count("started as process") == 3


def test_a_python_that_is_not_there_is_said(open_works: Callable[..., Works], tmp_path: Path) -> None:
    works = open_works(Supervision(starts=2, backoff=0.01), python=str(tmp_path / "none"))
    with pytest.raises(WorkerUnusable, match="can not be run"):
        works.workers.workers[0].ready(Cancellation())


def test_a_device_whose_worker_can_not_start_leaves_the_jobs_to_the_others(
    open_works: Callable[..., Works], tmp_path: Path
) -> None:
    works = open_works(Supervision(starts=1), ("cpu",))
    other = open_works(Supervision(starts=1), python=str(tmp_path / "none"))
    works.workers.workers = (*other.workers.workers, *works.workers.workers)
    assert works.one(GOOD).status == "done"


def test_the_end_of_a_worker_in_words() -> None:
    assert how_ended(3) == "with exit status 3"
    assert how_ended(-15) == "killed by signal 15, SIGTERM"
    assert how_ended(-9).endswith("memory runs out")
    assert how_ended(-250) == "killed by signal 250"
    assert doing([]) == "between two nodes"
    assert doing(["a"]) == "while it ran node 'a'"
    assert doing(["a", "b", "c"]) == "while it ran nodes 'a', 'b' and 'c'"
