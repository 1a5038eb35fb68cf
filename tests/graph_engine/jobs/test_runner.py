"""Jobs that run: what they leave behind, how people steer them, and what outlives a killed process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph_engine import Document, Engine, events
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.jobs.errors import QueueTaken
from graph_engine.jobs.in_process import InProcess
from graph_engine.jobs.job import Job, Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.runner import Runner, the_only_runner
from tests.graph_engine.conftest import RESOURCES, document, link

ROOT = Path(__file__).parents[3]


class Bench:
    """A queue, its journal and a runner over the toy pack."""

    def __init__(self, engine: Engine) -> None:
        path = engine.data / "jobs.sqlite"
        self.queue, self.journal = JobQueue(path), Journal(path)
        self.runner = Runner(InProcess(engine), self.queue, self.journal)
        self.stop = Cancellation()

    def submit(self, what: Document, **fields: object) -> str:
        return self.queue.submit(Request(what.dumps(), **fields)).id

    def run(self, listener: Callable[[events.Event], None] = lambda event: None) -> Job | None:
        return self.runner.run_next(lambda job: listener, self.stop)

    def kinds(self, job: str) -> list[str]:
        return [event.kind for event in self.journal.read(job)]


@pytest.fixture
def bench(engine: Engine) -> Iterator[Bench]:
    one = Bench(engine)
    yield one
    one.queue.close()
    one.journal.close()


SAVE = document({"n": ("number", {"value": 4}), "save": ("save_toy", {"value": link("n.integer")})})
SLOW = document(
    {
        "n": ("number", {"value": 7}),
        "train": ("train", {"steps": 100, "seconds": 0.02, "after": link("n.integer")}),
        "next": ("number", {"value": 1}),
        "sum": ("add", {"a": link("train.integer"), "b": 1}),
    },
    outputs={"out": "sum.integer"},
)


def test_a_job_can_still_be_cancelled_after_a_look_at_the_queue_failed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = bench.submit(SLOW)
    get, failed = bench.queue.get, threading.Event()

    def fail_once(name: str) -> Job:
        if not failed.is_set():
            failed.set()
            bench.queue.cancel(job)
            raise OSError(5, "Input/output error")
        return get(name)

    monkeypatch.setattr(bench.queue, "get", fail_once)
    ended = bench.run()
    assert failed.is_set()
    assert ended is not None
    assert ended.status == "cancelled"


def test_a_job_leaves_its_artifacts_reports_and_journal(bench: Bench) -> None:
    job = bench.submit(SAVE)
    done = bench.run()
    assert done is not None
    assert (done.id, done.status, done.attempts) == (job, "done", 1)
    assert [one["name"] for one in done.result["artifacts"]] == ["picture.toy"]
    assert {node: one["status"] for node, one in done.result["nodes"].items()} == {
        "n": "miss",
        "save": "miss",
    }
    life = ["job_status", "job_status", "run_started", *["node_started", "node_finished"] * 2]
    assert bench.kinds(job) == [*life, "artifact_saved", "run_finished", "job_status"]
    assert bench.run() is None


def test_a_failed_job_says_why_and_the_next_one_runs(bench: Bench) -> None:
    failing = document(
        {"n": ("number", {}), "f": ("fail", {"a": link("n.integer")})}, outputs={"o": "f.integer"}
    )
    first, second = bench.submit(failing), bench.submit(SAVE)
    failed, done = bench.run(), bench.run()
    assert failed is not None
    assert done is not None
    assert (failed.id, failed.status) == (first, "failed")
    assert "Node 'f' (toy/fail) failed" in failed.error
    assert "node_failed" in bench.kinds(first)
    assert (done.id, done.status) == (second, "done")


def test_a_document_that_no_longer_fits_fails_with_all_its_problems(bench: Bench) -> None:
    job = bench.queue.submit(Request('{"latentgraph": 1, "nodes": {"a": {"type": "gone/node"}}}')).id
    failed = bench.run()
    assert failed is not None
    assert (failed.id, failed.status) == (job, "failed")
    assert "gone/node" in failed.error


def test_only_what_is_wanted_runs(bench: Bench) -> None:
    bench.submit(SLOW, wanted=("next",))
    done = bench.run()
    assert done is not None
    assert list(done.result["nodes"]) == ["next"]


def when_training(act: Callable[[], object]) -> Callable[[events.Event], None]:
    acted = threading.Event()

    def listen(event: events.Event) -> None:
        if isinstance(event, events.NodeProgress) and not acted.is_set():
            acted.set()
            act()

    return listen


def test_a_running_job_that_is_cancelled_stops_at_its_next_step(bench: Bench) -> None:
    job = bench.submit(SLOW)
    ended = bench.run(when_training(lambda: bench.queue.cancel(job)))
    assert ended is not None
    assert ended.status == "cancelled"
    assert ended.result["nodes"]["train"]["status"] == "cancelled"


def test_a_running_job_that_is_paused_stops_after_its_node_and_goes_on_from_there(bench: Bench) -> None:
    job = bench.submit(SLOW)
    held = bench.run(when_training(lambda: bench.queue.pause(job)))
    assert held is not None
    assert (held.status, held.paused) == ("queued", True)
    assert bench.run() is None
    bench.queue.resume(job)
    done = bench.run()
    assert done is not None
    assert (done.status, done.attempts) == ("done", 2)
    statuses = {node: one["status"] for node, one in done.result["nodes"].items()}
    assert statuses["train"] == "hit"
    assert statuses["sum"] == "miss"


def test_a_runner_that_is_stopped_puts_its_job_back(bench: Bench) -> None:
    job = bench.submit(SLOW)
    back = bench.run(when_training(bench.stop.cancel))
    assert back is not None
    assert (back.id, back.status) == (job, "queued")


def test_one_process_at_a_time_runs_the_jobs_of_a_folder(tmp_path: Path) -> None:
    with the_only_runner(tmp_path):
        code = (
            "import sys; from pathlib import Path; from graph_engine.jobs.runner import the_only_runner\n"
            f"with the_only_runner(Path({str(tmp_path)!r})): pass"
        )
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
        assert "QueueTaken: Another process runs the jobs" in other.stderr
    with the_only_runner(tmp_path):
        pass
    assert issubclass(QueueTaken, Exception)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_process_loses_no_job_and_finished_nodes_do_not_run_again(
    bench: Bench, engine: Engine
) -> None:
    jobs = [bench.submit(SLOW), bench.submit(SAVE)]
    command = [sys.executable, "-m", "graph_engine", "work", "--data", str(engine.data), "--quiet"]
    command += ["--out", str(engine.data / "out")]
    path = os.pathsep.join([str(ROOT), str(RESOURCES)])
    environment = {**os.environ, "PYTHONPATH": path}
    process = subprocess.Popen(command, env=environment, cwd=engine.data)
    checkpoint = engine.data / "store" / "work"
    while not [one for one in checkpoint.glob("*/step") if one.read_text() not in ("", "1")]:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    assert bench.queue.get(jobs[0]).status == "running"
    subprocess.run(command, env=environment, cwd=engine.data, check=True, capture_output=True)
    slow, save = (bench.queue.get(job) for job in jobs)
    assert (slow.status, slow.attempts) == ("done", 2)
    assert slow.result["nodes"]["n"]["status"] == "hit"
    assert list(slow.result["outputs"]) == ["out"]
    assert (save.status, save.attempts) == ("done", 1)
    numbers = [event.number for event in bench.journal.read(jobs[0])]
    assert numbers == list(range(1, len(numbers) + 1))
    assert (engine.data / "out" / "picture.toy").is_file()


def test_a_job_keeps_its_outputs_and_the_journal_tells_them_again_with_each_attempt(bench: Bench) -> None:
    nodes = {"n": ("number", {"value": 4}), "sum": ("add", {"a": link("n.integer"), "b": 1})}
    job = bench.submit(document(nodes, outputs={"out": "sum.integer"}))
    ended = bench.run()
    assert ended is not None
    assert ended.result["outputs"] == {"out": 5}
    assert ended.result["nodes"]["sum"]["memory"] == 1
    bench.queue.retry(job)
    assert bench.queue.get(job).result == {}
    again = bench.run()
    assert again is not None
    assert again.result["outputs"] == {"out": 5}
    told = [event.data for event in bench.journal.read(job)]
    assert [data["outputs"] for data in told if "outputs" in data] == [{"out": 5}, {"out": 5}]
    values = [(data["node"], data["values"], data["memory"]) for data in told if "values" in data]
    assert values == 2 * [("n", {"integer": 4}, 1), ("sum", {"integer": 5}, 1)]
