"""The law of failures: which nodes give what, fail and are skipped does not hang on how a document is run."""

from __future__ import annotations

import threading
from pathlib import Path
from random import Random
from typing import Any

import pytest
import toy_pack
from random_documents import random_document

from graph_engine import Cancellation, Catalogue, Engine, Pack, Settings, ValueType, events, node
from graph_engine.declaration.node import is_node
from graph_engine.execution.result import RunResult


@node(name="plus", title="Plus, if it likes the numbers")
def plus(a: int, b: int) -> int:
    if (3 * a + b) % 5 == 3:
        raise RuntimeError(f"no {a} and {b}")
    return a + b


DECLARED = [one for one in vars(toy_pack).values() if is_node(one)]
OTHERS = [one for one in DECLARED if one is not toy_pack.plus]
BLOB = ValueType("toy/blob", "Blob", codec=toy_pack.BlobCodec)
CATALOGUE = Catalogue([Pack("toy", "2.0", [*OTHERS, plus], values=[BLOB])])
WAYS = {"alone": 1, "side by side": 4}


def outcome(result: RunResult) -> Any:
    came = {"hit": "came", "miss": "came"}
    statuses = {name: came.get(one.status, one.status) for name, one in result.nodes.items()}
    return dict(result.outputs), statuses


def check(engine: Engine, document: Any) -> Any:
    """Run it as far as it goes; each node is told of once, and what was skipped names what failed."""
    heard: list[events.Event] = []
    result = engine.run(document, continue_on_error=True, listener=heard.append)
    ends = (events.NodeHit, events.NodeFailed, events.NodeSkipped)
    told = [event.node for event in heard if isinstance(event, ends)]
    assert len(told) == len(set(told))
    assert {*told, *(e.node for e in heard if isinstance(e, events.NodeFinished))} == set(result.nodes)
    for report in result.nodes.values():
        if report.status == "skipped":
            assert result.nodes[report.reason.split("'")[1]].status == "failed", report
    return outcome(result)


@pytest.mark.parametrize("slots", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("disk_budget", [1 << 30, 0])
def test_failures_are_the_same_however_a_document_is_run(
    slots: int, disk_budget: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_engine.store.content.TEXT_BYTES", -1)  # so that numbers can be evicted
    for seed in range(12):
        rng = Random(seed)
        document = random_document(rng, CATALOGUE).document
        with Engine(tmp_path / f"{seed} first", catalogue=CATALOGUE) as engine:
            first = check(engine, document)
        more = {"cpu_slots": slots, "memory_budget": disk_budget, "disk_budget": disk_budget}
        with Engine(settings=Settings(data=tmp_path / str(seed), **more), catalogue=CATALOGUE) as engine:
            for how in ("cancel", "pause"):
                stop_somewhere(engine, document, rng.randint(1, 30), how)
            assert check(engine, document) == first, seed
            assert check(engine, document) == first, seed


def stop_somewhere(engine: Engine, document: Any, count: int, how: str) -> None:
    cancellation, heard = Cancellation(), [0]

    def listen(event: events.Event) -> None:
        heard[0] += 1
        if heard[0] == count:
            getattr(cancellation, how)()

    engine.run(document, cancellation=cancellation, listener=listen, continue_on_error=count % 2 == 0)


def test_runs_of_one_engine_at_once_end_and_leave_nothing_held(tmp_path: Path) -> None:
    for seed in range(8):
        rng = Random(seed)
        document = random_document(rng, CATALOGUE).document
        with Engine(settings=Settings(data=tmp_path / str(seed), cpu_slots=2), catalogue=CATALOGUE) as engine:
            threads = []
            for number in range(4):
                cancellation = Cancellation()
                more = {"cancellation": cancellation, "continue_on_error": number % 2 == 0}
                threads.append(
                    threading.Thread(target=engine.run, args=(document,), kwargs=more, daemon=True)
                )
                if number == 3:
                    threading.Timer(rng.random() / 50, cancellation.cancel).start()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
            assert not any(thread.is_alive() for thread in threads), seed
            assert not engine.store.locks._held
            assert {lane: one.qsize() for lane, one in engine.lanes._places.items()} == engine.lanes.sizes
