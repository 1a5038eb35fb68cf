"""Jobs on worker processes: they leave what they leave in process, and people steer them all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from graph_engine import Engine, events
from graph_engine.declaration.run import Previews
from graph_engine.jobs.in_process import InProcess
from graph_engine.jobs.job import Request
from graph_engine.jobs.worker import Order
from graph_engine.settings import Settings
from graph_engine.wire import event_as_json
from graph_engine.workers.supervision import Supervision
from tests.graph_engine.conftest import link
from tests.graph_engine.workers.conftest import Works, rough, until

MIXED = rough(
    {
        "n": ("number", {"value": 4}),
        "sum": ("add", {"a": link("n.integer"), "b": 3}),
        "count": ("count_up", {"steps": 2}),
        "fail": ("fail", {"a": link("n.integer")}),
        "after": ("add", {"a": link("fail.integer")}),
        "save": ("save_toy", {"value": link("sum.integer")}),
    },
    outputs={"after": "after.integer", "count": "count.integer"},
)
GOOD = rough({"n": ("number", {"value": 4}), "save": ("save_toy", {"value": link("n.integer")})})
SLOW = rough(
    {
        "n": ("number", {"value": 7}),
        "train": ("train", {"steps": 2000, "seconds": 0.02, "after": link("n.integer")}),
        "sum": ("add", {"a": link("train.integer"), "b": 1}),
    },
    outputs={"out": "sum.integer"},
)
SHORTER = rough(
    {
        "n": ("number", {"value": 7}),
        "train": ("train", {"steps": 40, "seconds": 0.02, "after": link("n.integer")}),
        "sum": ("add", {"a": link("train.integer"), "b": 1}),
    },
    outputs={"out": "sum.integer"},
)


def told(seen: list[events.Event]) -> list[tuple[str, dict[str, object]]]:
    """Events without how long they took, and how often progress was said."""
    passed = [event_as_json(event) for event in seen if not isinstance(event, events.NodeProgress)]
    return [(kind, {name: v for name, v in data.items() if name != "seconds"}) for kind, data in passed]


def when_training(act: Callable[[], object]) -> Callable[[events.Event], None]:
    acted = threading.Event()

    def listen(event: events.Event) -> None:
        if isinstance(event, events.NodeProgress) and not acted.is_set():
            acted.set()
            act()

    return listen


def test_a_worker_tells_and_leaves_what_a_run_in_process_does(works: Works, tmp_path: Path) -> None:
    here: list[events.Event] = []
    with Engine(settings=Settings(data=tmp_path / "here", device="cpu", cpu_slots=1)) as engine:
        expected = InProcess(engine).run(Order("job", MIXED.dumps(), continue_on_error=True), here.append)
    submitted = works.submit(MIXED, continue_on_error=True)
    works.run()
    job = works.queue.get(submitted)
    there = [event for _, event in works.seen]  # branches overlap: the order between them is not fixed
    assert sorted(told(there), key=str) == sorted(told(here), key=str)
    assert (job.status, job.error) == (expected.status, expected.error)
    assert job.result["artifacts"] == expected.result["artifacts"]
    statuses = {node: one["status"] for node, one in job.result["nodes"].items()}
    assert statuses == {node: one["status"] for node, one in expected.result["nodes"].items()}
    again = works.one(GOOD)
    assert (again.status, again.attempts, again.worker) == ("done", 1, "")


def test_a_document_that_no_longer_fits_fails_with_its_problems(works: Works) -> None:
    job = works.queue.submit(Request('{"latentgraph": 1, "nodes": {"a": {"type": "gone/node"}}}')).id
    bad = works.queue.submit(Request("no document")).id
    works.run()
    assert "gone/node" in works.queue.get(job).error
    assert "is not JSON" in works.queue.get(bad).error


def test_cancelling_stops_at_the_next_step_and_the_worker_goes_on(works: Works) -> None:
    pid = works.pid()
    job = works.submit(SLOW)
    works.run(when_training(lambda: works.queue.cancel(job)))
    ended = works.queue.get(job)
    assert ended.status == "cancelled"
    assert ended.result["nodes"]["train"]["status"] == "cancelled"
    assert works.one(GOOD).status == "done"
    assert works.pid() == pid


def test_pausing_stops_after_the_node_and_resuming_goes_on_from_there(works: Works) -> None:
    job = works.submit(SHORTER)
    works.run(when_training(lambda: works.queue.pause(job)))
    held = works.queue.get(job)
    assert (held.status, held.paused) == ("queued", True)
    works.queue.resume(job)
    works.run()
    done = works.queue.get(job)
    assert (done.status, done.attempts) == ("done", 2)
    assert {node: one["status"] for node, one in done.result["nodes"].items()} == {
        "n": "hit",
        "train": "hit",
        "sum": "miss",
    }


def test_stopping_puts_the_job_back(works: Works) -> None:
    job = works.submit(SLOW)
    works.run(when_training(works.stop.cancel))
    assert (works.queue.get(job).status, works.queue.get(job).error) == ("queued", "")


def test_two_workers_share_the_queue_and_each_job_runs_once(open_works: Callable[..., Works]) -> None:
    works = open_works(Supervision(), ("cpu", "cpu"))
    assert [worker.name for worker in works.workers.workers] == ["cpu", "cpu-2"]
    documents = [
        rough({"t": ("train", {"steps": 5, "seconds": 0.02, "after": n})}, {"o": "t.integer"})
        for n in range(8)
    ]
    jobs = [works.submit(one) for one in documents]
    until(lambda: all(worker.info for worker in works.workers.workers), "both workers")
    assert sorted(job.id for job in works.run()) == sorted(jobs)
    assert works.queue.counts() == {"done": 8}
    assert all(works.queue.get(job).attempts == 1 for job in jobs)
    assert all(works.kinds(job).count("run_started") == 1 for job in jobs)


def test_previews_come_as_large_and_as_often_as_is_wanted(works: Works) -> None:
    works.previews = Previews(size=96, seconds=0.0)
    job = works.one(rough({"p": ("rough:previews", {"count": 3})}, {"o": "p.integer"}))
    shown = [event for _, event in works.seen if isinstance(event, events.NodePreview)]
    assert [(one.data, one.media_type) for one in shown] == [(b"96", "text/plain")] * 3
    assert "node_preview" not in works.kinds(job.id)
    works.seen.clear()
    works.previews = Previews(size=32, seconds=3600.0)
    works.one(rough({"p": ("rough:previews", {"count": 4})}, {"o": "p.integer"}))
    assert [e.data for _, e in works.seen if isinstance(e, events.NodePreview)] == [b"32"]


def test_previews_that_nobody_wants_are_not_made(works: Works, tmp_path: Path) -> None:
    wanted = rough(
        {"p": ("rough:previews", {}), "s": ("show", {"value": link("p.integer")})}, {"o": "s.text"}
    )
    assert works.one(wanted).status == "done"
    assert not [event for _, event in works.seen if isinstance(event, events.NodePreview)]
    with Engine(settings=Settings(data=works.data)) as engine:
        assert engine.run(wanted).outputs["o"] == "0"


def test_a_worker_answers_while_it_runs_a_job(works: Works) -> None:
    worker = works.workers.workers[0]
    answers: dict[str, object] = {}

    def ask() -> None:
        answers["check"] = works.workers.check(rough({"a": ("add", {"b": 2000})}).dumps())
        answers["good"] = worker.check(GOOD.dumps())
        answers["plan"] = works.workers.plan(GOOD.dumps())
        answers["part"] = worker.plan(SLOW.dumps(), ["n"])
        answers["broken"] = worker.plan("[]")
        works.stop.cancel()

    def later() -> None:
        threading.Thread(target=ask).start()

    works.submit(SLOW)
    works.run(when_training(later))
    assert {(one["node"], one["input"]) for one in answers["check"]} == {("a", "a"), ("a", "b")}
    assert answers["good"] == []
    steps = [(one["node"], one["status"]) for one in answers["plan"]["steps"]]
    assert steps == [("n", "miss"), ("save", "unknown")]
    assert [one["node"] for one in answers["part"]["steps"]] == ["n"]
    assert answers["broken"]["problems"][0]["code"] == "not_a_document"


def test_a_worker_reports_what_it_is_and_its_memory(works: Works) -> None:
    works.one(rough({"blob": ("make_blob", {"size": 9000})}, {"x": "blob.blob"}))
    worker = works.workers.workers[0]
    assert worker.info is not None
    assert worker.memory is not None
    assert {"toy": "1.0", "rough": "1.0"}.items() <= worker.info.packs.items()
    assert worker.info.device == "cpu"
    assert worker.memory.resident > 10_000_000
    assert 0 < worker.memory.used <= worker.memory.budget


def test_jobs_go_rather_to_a_worker_that_says_it_holds_their_models(works: Works) -> None:
    worker = works.workers.workers[0]
    works.one(rough({"h": ("rough:hold", {"model": "m1"})}, {"o": "h.text"}))
    assert worker.models == {"m1"}
    other = works.submit(GOOD, required_models=("m2",))
    held = works.submit(GOOD, required_models=("m1",))
    assert [job.id for job in works.run()] == [held, other]


def test_a_service_whose_report_can_not_be_sent_ends_no_worker(works: Works) -> None:
    pid = works.pid()
    works.one(rough({"h": ("rough:hold", {"model": "odd"})}, {"o": "h.text"}))
    assert works.one(GOOD).status == "done"
    assert (works.pid(), works.workers.workers[0].models) == (pid, set())


def test_what_the_queue_or_a_listener_raises_stops_the_job_and_is_raised(works: Works) -> None:
    job = works.submit(SLOW)

    def full() -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        works.run(when_training(full))
    assert works.queue.get(job).status == "running"  # nothing more is known of it: `recover` gives it back
    works.queue.recover()
    assert works.queue.get(job).status == "queued"
