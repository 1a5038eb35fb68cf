"""Lazy inputs: who asks, when, from where, and what comes of it when the answer can not be had."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import odd_pack
import pytest
import toy_pack

from graph_engine import Cancellation, Catalogue, Document, Engine, Settings, Workflow, events
from graph_engine.errors import InputRefused

CATALOGUE = Catalogue([toy_pack.pack, odd_pack.pack])


@pytest.fixture
def wf() -> Workflow:
    return Workflow("lazy", catalogue=CATALOGUE)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Engine]:
    """An engine with two places for CPU nodes."""
    odd_pack.broken.clear()
    odd_pack.may_ask.clear()
    toy_pack.let_go.clear()
    with Engine(settings=Settings(data=tmp_path, cpu_slots=2), catalogue=CATALOGUE) as engine:
        yield engine
    odd_pack.may_ask.set()


def statuses(result: Any) -> dict[str, str]:
    return {node: report.status for node, report in result.nodes.items()}


def limited(document: Document, node: str, **limits: float) -> Document:
    raw = document.as_json()
    raw["nodes"][node]["limits"] = limits
    return Document.model_validate(raw)


def test_what_a_node_makes_of_an_input_that_failed_is_not_kept(two: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("odd/forgive", a=wf.add("odd/fragile", name="bad", a=5)))
    odd_pack.broken.add("bad")
    failed = two.run(wf.document(), continue_on_error=True)
    assert statuses(failed) == {"fragile": "failed", "forgive": "skipped"}
    odd_pack.broken.clear()
    assert two.run(wf.document()).raise_for_status().outputs["x"] == 5


def test_a_node_that_asks_after_the_run_stopped_gets_no_answer_and_holds_nothing_up(
    two: Engine, wf: Workflow
) -> None:
    wf.output("bad", wf.add("toy/fail", "bad", a=1))
    wf.output("x", wf.add("odd/ask_late", "late", a=wf.add("toy/number", "n", value=1)))

    def listen(event: events.Event) -> None:
        if isinstance(event, events.NodeFailed):
            threading.Timer(0.1, odd_pack.may_ask.set).start()

    result = two.run(wf.document(), listener=listen)
    assert statuses(result) == {"bad": "failed", "n": "skipped", "late": "skipped"}
    assert "the run stopped when 'bad' failed" in result.nodes["late"].reason


def test_a_run_that_is_paused_while_a_node_is_to_ask_goes_on_from_there(two: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("odd/ask_late", a=wf.add("toy/number", value=1)))
    cancellation = Cancellation()

    def pause(event: events.Event) -> None:
        if isinstance(event, events.NodeStarted):
            cancellation.pause()
            odd_pack.may_ask.set()

    paused = two.run(wf.document(), cancellation=cancellation, listener=pause)
    assert (paused.status, paused.nodes) == ("paused", {})
    assert two.run(wf.document()).raise_for_status().outputs["x"] == 1


def test_a_coroutine_may_ask_for_what_a_coroutine_gives(two: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("odd/ask_in_coroutine", a=wf.add("toy/later", a=1)))
    assert two.run(wf.document()).raise_for_status().outputs["x"] == 2


def test_a_node_that_asks_from_several_threads_keeps_no_slot(two: Engine, wf: Workflow) -> None:
    a, b = wf.add("toy/number", value=1), wf.add("toy/number", value=2)
    wf.output("x", wf.add("odd/ask_from_threads", a=a, b=b))
    assert two.run(wf.document()).raise_for_status().outputs["x"] == 3
    meeting = Workflow("meet", catalogue=CATALOGUE)
    toy_pack.meetings.clear()
    for a in (1, 2):
        meeting.output(f"x{a}", meeting.add("toy/meet", a=a, place="both slots are free"))
    assert two.run(meeting.document()).status == "done"


def test_asking_after_the_node_has_ended_is_refused(two: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("odd/keep_lazy", a=wf.add("toy/number", value=1)))
    two.run(wf.document()).raise_for_status()
    with pytest.raises(InputRefused, match="after the node had ended"):
        odd_pack.kept.pop().get()


def test_the_time_of_a_node_stands_still_while_it_waits_for_a_lazy_input(two: Engine, wf: Workflow) -> None:
    slow = wf.add("toy/sleep", seconds=0.5, a=3)
    wf.output("x", wf.add("toy/pick", "pick", which=True, yes=slow))
    result = two.run(limited(wf.document(), "pick", seconds=0.2))
    assert result.raise_for_status().outputs["x"] == 3


def asking_in_turn(first: str, second: str) -> Document:
    wf = Workflow("turn", catalogue=CATALOGUE)
    inner: Any = wf.add("toy/number", "n", value=1)
    for name in (second, first, "top"):
        inner = wf.add("odd/ask_late", name, a=inner)
    wf.output("x", inner)
    return wf.document()


def test_two_runs_whose_nodes_ask_for_each_other_s_in_turn_do_not_wait_forever(tmp_path: Path) -> None:
    odd_pack.may_ask.clear()
    results: list[Any] = []
    with Engine(settings=Settings(data=tmp_path, cpu_slots=4), catalogue=CATALOGUE) as engine:
        threads = [
            threading.Thread(target=lambda one=one: results.append(engine.run(one)), daemon=True)
            for one in (asking_in_turn("p", "q"), asking_in_turn("q", "p"))
        ]
        for thread in threads:
            thread.start()
        threading.Timer(0.2, odd_pack.may_ask.set).start()
        for thread in threads:
            thread.join(30)
        assert [one.outputs["x"] for one in results] == [1, 1]


def test_few_nodes_wait_for_lazy_inputs_at_a_time(two: Engine, wf: Workflow) -> None:
    with wf.define("ask") as body:
        body.output("a", body.add("toy/pick", which=True, yes=body.add("odd/on_device", a=body.port("a"))))
    wf.output("x", wf.add("flow/map", body="ask", each=["a"], a=list(range(300))))
    # Tests that ran before in this process may have left threads of their own.
    before = set(threading.enumerate())
    most = [0]

    def listen(event: events.Event) -> None:
        most[0] = max(most[0], len(set(threading.enumerate()) - before))

    result = two.run(wf.document(), listener=listen).raise_for_status()
    assert result.outputs["x"] == list(range(300))
    assert 0 < most[0] < 100


def test_nodes_that_ask_may_be_nested_deeper_than_nodes_may_wait(
    two: Engine, wf: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_engine.execution.execute.MOST_ASKING", 2)
    deep: Any = wf.add("toy/number", value=2)
    for _ in range(6):
        deep = wf.add("toy/pick", which=True, yes=deep)
    wf.output("x", deep)
    assert two.run(wf.document()).raise_for_status().outputs["x"] == 2
