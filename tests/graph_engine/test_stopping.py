"""Runs that are stopped: by Ctrl-C, by who listens, by a limit, while they wait, and at any event."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import odd_pack
import pytest
import toy_pack
from random_documents import random_document

from graph_engine import Cancellation, Catalogue, Document, Engine, NodeFailed, Settings, Workflow, events
from graph_engine.errors import NodeTimedOut

CATALOGUE = Catalogue([toy_pack.pack, odd_pack.pack])


@pytest.fixture
def wf() -> Workflow:
    return Workflow("stopping", catalogue=CATALOGUE)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Engine]:
    """An engine with two places for CPU nodes."""
    toy_pack.calls.clear()
    toy_pack.let_go.clear()
    odd_pack.broken.clear()
    with Engine(settings=Settings(data=tmp_path, cpu_slots=2), catalogue=CATALOGUE) as engine:
        yield engine
    toy_pack.let_go.set()


def limited(document: Document, node: str, **limits: float) -> Document:
    raw = document.as_json()
    raw["nodes"][node]["limits"] = limits
    return Document.model_validate(raw)


def test_ctrl_c_in_a_node_ends_the_run(two: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("odd/interrupted"))
    with pytest.raises(KeyboardInterrupt):
        two.run(wf.document())


def test_ctrl_c_stops_the_nodes_beside_it(two: Engine, wf: Workflow) -> None:
    wf.output("bad", wf.add("toy/fail", a=1))
    wf.output("x", wf.add("toy/sleep", seconds=30.0))
    cancellation = Cancellation()

    def press(event: events.Event) -> None:
        if isinstance(event, events.NodeFailed):
            raise KeyboardInterrupt  # in the thread that called `run`

    with pytest.raises(KeyboardInterrupt):
        two.run(wf.document(), listener=press, cancellation=cancellation)
    assert cancellation.cancelled


@pytest.mark.parametrize("kind", [events.RunStarted, events.NodeStarted, events.NodeFinished])
@pytest.mark.parametrize("nodes", [1, 3])
def test_what_a_listener_raises_stops_the_run_and_comes_out_of_it(
    two: Engine, wf: Workflow, kind: type, nodes: int
) -> None:
    for a in range(nodes):
        wf.output(f"x{a}", wf.add("toy/number", value=a))

    def listen(event: events.Event) -> None:
        if isinstance(event, kind):
            raise OSError("nobody hears this any more")

    with pytest.raises(OSError, match="nobody hears"):
        two.run(wf.document(), listener=listen)
    assert two.run(wf.document()).status == "done"


def test_an_output_that_was_evicted_and_fails_to_be_made_again_says_so(two: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("odd/fragile_blob", name="n"))
    two.run(wf.document())
    result = two.run(wf.document())
    two.store.clear()
    odd_pack.broken.add("n")
    with pytest.raises(NodeFailed, match="n is broken"):
        result.outputs["x"]
    odd_pack.broken.clear()
    assert len(result.outputs["x"].data) == 9000


def test_an_output_whose_key_is_made_of_an_evicted_value_is_made_again(two: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("odd/stamp", blob=wf.add("odd/fragile_blob", name="n")))
    two.run(wf.document())
    result = two.run(wf.document())
    two.store.clear()
    assert len(result.outputs["x"].data) == 9001


def test_a_node_that_is_stuck_does_not_hold_up_the_next_run_of_the_same(
    two: Engine, wf: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_engine.execution.execute.GRACE_SECONDS", 0.1)
    wf.output("x", wf.add("toy/sleep", "n", seconds=30.0, obeys=False))
    document = limited(wf.document(), "n", seconds=0.1)
    assert two.run(document).stuck == two.run(document).stuck == ("n",)


def test_each_try_of_a_node_has_the_whole_time_of_its_limit(two: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("toy/sleep", "n", seconds=30.0))
    heard: list[events.Event] = []
    result = two.run(limited(wf.document(), "n", seconds=0.1, retries=2), listener=heard.append)
    assert isinstance(result.errors[0].__cause__, NodeTimedOut)
    assert [event.tries for event in heard if isinstance(event, events.NodeRetried)] == [1, 2]
    assert toy_pack.calls["sleep"] == 3


def test_a_run_that_waits_for_another_run_s_device_can_be_cancelled(two: Engine, wf: Workflow) -> None:
    other = Workflow("other", catalogue=CATALOGUE)
    other.output("x", other.add("odd/on_device", a=2))
    wf.output("x", wf.add("toy/train", seconds=0.02, steps=1000))
    first, second = Cancellation(), Cancellation()
    computing = threading.Event()

    def listen(event: events.Event) -> None:
        if isinstance(event, events.NodeStarted):
            computing.set()

    thread = threading.Thread(
        target=two.run, args=(wf.document(),), kwargs={"cancellation": first, "listener": listen}
    )
    thread.start()
    computing.wait(20)
    threading.Timer(0.1, second.cancel).start()
    assert two.run(other.document(), cancellation=second).status == "cancelled"
    assert thread.is_alive()
    first.cancel()
    thread.join()


def stopped_at(engine: Engine, document: Document, count: int, how: str) -> bool:
    """Run it and stop it at its `count`th event; gives whether it had so many."""
    cancellation, heard = Cancellation(), [0]

    def listen(event: events.Event) -> None:
        heard[0] += 1
        if heard[0] == count:
            getattr(cancellation, how)()

    engine.run(document, cancellation=cancellation, listener=listen)
    return heard[0] >= count


@pytest.mark.parametrize("how", ["cancel", "pause"])
def test_a_run_that_was_stopped_at_any_event_goes_on_to_the_right_end(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_engine.store.content.TEXT_BYTES", -1)  # so that numbers can be evicted
    for seed in (3, 14, 15):
        one = random_document(Random(seed), CATALOGUE, size=8)
        count = 1
        more = True
        while more:
            settings = Settings(data=tmp_path / f"{seed} {count}", cpu_slots=2, memory_budget=0)
            with Engine(settings=settings, catalogue=CATALOGUE) as engine:
                more = stopped_at(engine, one.document, count, how)
                result: Any = engine.run(one.document).raise_for_status()
                assert dict(result.outputs) == one.outputs, (seed, count)
            count += 3
