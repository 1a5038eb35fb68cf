"""The scheduler: what runs side by side, once, in which order, how often, and for how long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import toy_pack

from graph_engine import Cancellation, Catalogue, Engine, NodeFailed, Settings, Workflow, events
from graph_engine.errors import NodeExited, NodeTimedOut
from tests.graph_engine.conftest import document, link


@pytest.fixture
def two(tmp_path: Path, catalogue: Catalogue) -> Iterator[Engine]:
    """An engine with two places for CPU nodes."""
    toy_pack.calls.clear()
    toy_pack.meetings.clear()
    toy_pack.let_go.clear()
    with Engine(settings=Settings(data=tmp_path / "data", cpu_slots=2), catalogue=catalogue) as engine:
        yield engine
    toy_pack.let_go.set()


def statuses(result: Any) -> dict[str, str]:
    return {node: report.status for node, report in result.nodes.items()}


def test_branches_overlap(two: Engine) -> None:
    nodes = {
        "left": ("meet", {"a": 1, "place": "branches"}),
        "right": ("meet", {"a": 2, "place": "branches"}),
        "sum": ("total", {"numbers": [link("left.integer"), link("right.integer")]}),
    }
    assert two.run(document(nodes, {"x": "sum.integer"})).raise_for_status().outputs["x"] == 3


def test_a_device_computes_one_node_at_a_time(two: Engine) -> None:
    nodes: dict[str, Any] = {f"n{index}": ("device_alone", {"a": index}) for index in range(6)}
    outputs = {name: f"{name}.integer" for name in nodes}
    assert two.run(document(nodes, outputs)).status == "done"


def test_two_runs_of_one_engine_share_the_device(two: Engine) -> None:
    done: list[str] = []

    def run(first: int) -> None:
        nodes: dict[str, Any] = {f"n{index}": ("device_alone", {"a": first + index}) for index in range(4)}
        outputs = {name: f"{name}.integer" for name in nodes}
        done.append(two.run(document(nodes, outputs, name=str(first))).status)

    threads = [threading.Thread(target=run, args=(first,)) for first in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["done", "done"]


def test_equal_nodes_of_one_run_are_computed_once(two: Engine) -> None:
    nodes: dict[str, Any] = {f"n{index}": ("sleep", {"seconds": 0.05}) for index in range(4)}
    result = two.run(document(nodes, {name: f"{name}.integer" for name in nodes}))
    assert toy_pack.calls["sleep"] == 1
    assert sorted(statuses(result).values()) == ["hit", "hit", "hit", "miss"]


def test_two_runs_at_once_compute_the_same_once(tmp_path: Path, catalogue: Catalogue) -> None:
    toy_pack.calls.clear()
    doc = document({"n": ("sleep", {"seconds": 0.2})}, {"x": "n.integer"})
    engines = [Engine(tmp_path, catalogue=catalogue) for _ in range(2)]
    threads = [threading.Thread(target=engine.run, args=(doc,)) for engine in (*engines, engines[0])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.close()
    assert toy_pack.calls["sleep"] == 1


def test_nodes_start_in_the_documents_order(tmp_path: Path, catalogue: Catalogue) -> None:
    nodes: dict[str, Any] = {f"n{index}": ("number", {"value": index}) for index in (3, 1, 2)}
    doc = document(nodes, {name: f"{name}.integer" for name in sorted(nodes)})
    started: list[str] = []

    def listen(event: events.Event) -> None:
        if isinstance(event, events.NodeStarted):
            started.append(event.node)

    with Engine(settings=Settings(data=tmp_path, cpu_slots=1), catalogue=catalogue) as engine:
        result = engine.run(doc, listener=listen)
    assert started == list(result.nodes) == ["n3", "n1", "n2"]


def test_after_a_failure_nothing_new_starts_unless_it_is_asked_for(two: Engine) -> None:
    nodes = {
        "bad": ("fail", {"a": 1}),
        "after": ("add", {"a": link("bad.integer")}),
        "slow": ("sleep", {"seconds": 0.1}),
        "other": ("add", {"a": link("slow.integer"), "b": 5}),
    }
    doc = document(nodes, {"x": "after.integer", "y": "other.integer"})
    stopped = two.run(doc)
    assert statuses(stopped) == {"bad": "failed", "after": "skipped", "slow": "miss", "other": "skipped"}
    assert "the run stopped when 'bad' failed" in stopped.nodes["other"].reason
    assert dict(stopped.outputs) == {}
    went_on = two.run(doc, continue_on_error=True)
    assert statuses(went_on) == {"bad": "failed", "after": "skipped", "slow": "hit", "other": "miss"}
    assert dict(went_on.outputs) == {"y": 5}


def test_a_node_that_fails_is_tried_again_as_often_as_it_may_be(two: Engine) -> None:
    heard: list[events.Event] = []
    doc = document({"n": ("flaky", {"a": 3, "failures": 2})}, {"x": "n.integer"})
    assert two.run(doc, listener=heard.append).raise_for_status().outputs["x"] == 3
    retried = [event for event in heard if isinstance(event, events.NodeRetried)]
    assert [(one.tries, one.reason) for one in retried] == [(1, "attempt 1 failed"), (2, "attempt 2 failed")]
    toy_pack.calls.clear()
    raw = document({"n": ("flaky", {"a": 4, "failures": 2})}, {"x": "n.integer"}).as_json()
    raw["nodes"]["n"]["limits"] = {"retries": 1}
    result = two.run(type(doc).model_validate(raw))
    assert "attempt 2 failed" in str(result.errors[0])


def limited(limit: float, **inputs: Any) -> Any:
    raw = document({"n": ("sleep", {"seconds": 30.0, **inputs})}, {"x": "n.integer"}).as_json()
    raw["nodes"]["n"]["limits"] = {"seconds": limit}
    return type(document({})).model_validate(raw)


def test_a_node_past_its_limit_is_stopped_at_its_next_step(two: Engine) -> None:
    result = two.run(limited(0.1))
    (error,) = result.errors
    assert isinstance(error.__cause__, NodeTimedOut)
    assert "limit" in str(error)
    assert result.stuck == ()


def test_a_node_that_does_not_stop_at_its_limit_holds_nothing_up(
    two: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_engine.execution.execute.GRACE_SECONDS", 0.1)
    result = two.run(limited(0.1, obeys=False))
    assert result.status == "failed"
    assert result.stuck == ("n",)
    assert "'n' (toy/sleep) failed: it ran beyond its limit of 0.1 s" in str(result.errors[0])
    nodes = {name: ("meet", {"a": a, "place": "after"}) for a, name in enumerate("ab")}
    assert two.run(document(nodes, {name: f"{name}.integer" for name in nodes})).status == "done"


def test_limits_are_in_no_key(two: Engine) -> None:
    two.run(document({"n": ("sleep", {"seconds": 0.0})}, {"x": "n.integer"}))
    assert statuses(two.run(limited(9.0, seconds=0.0))) == {"n": "hit"}


def test_a_node_that_exits_the_process_is_a_failed_node(two: Engine) -> None:
    result = two.run(document({"n": ("leave", {})}, {"x": "n.integer"}))
    (error,) = result.errors
    assert isinstance(error, NodeFailed)
    assert isinstance(error.__cause__, NodeExited)
    assert "sys.exit(3)" in str(error)


def test_a_pause_ends_the_run_after_the_nodes_that_are_computing(two: Engine) -> None:
    cancellation = Cancellation()

    def pause(event: events.Event) -> None:
        if isinstance(event, events.NodeStarted):
            cancellation.pause()

    nodes = {"n": ("sleep", {"seconds": 0.05}), "m": ("add", {"a": link("n.integer")})}
    doc = document(nodes, {"x": "m.integer"})
    assert two.run(doc, cancellation=cancellation, listener=pause).status == "paused"
    assert statuses(two.run(doc)) == {"n": "hit", "m": "miss"}


def test_listeners_are_never_called_by_two_threads_at_once(two: Engine, catalogue: Catalogue) -> None:
    wf = Workflow(catalogue=catalogue)
    with wf.define("nap") as body:
        body.output("a", body.add("toy/count_up", steps=body.port("steps")))
    wf.output("x", wf.add("flow/map", body="nap", each=["steps"], steps=list(range(30))))
    inside, overlaps = threading.Lock(), []

    def listen(event: events.Event) -> None:
        if not inside.acquire(blocking=False):
            overlaps.append(event)
            return
        inside.release()

    two.run(wf.document(), listener=listen).raise_for_status()
    assert not overlaps
