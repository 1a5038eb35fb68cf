"""The law of execution: every way to run a document gives what it must give."""

from __future__ import annotations

from pathlib import Path
from random import Random

from random_documents import RandomDocument

from graph_engine import Cancellation, Catalogue, Engine, Settings, events


def engine_in(folder: Path, catalogue: Catalogue, cpu_slots: int, **more: int) -> Engine:
    """An engine on a folder of its own, with so many places for CPU nodes."""
    return Engine(settings=Settings(data=folder, cpu_slots=cpu_slots, **more), catalogue=catalogue)


def stop_at(engine: Engine, one: RandomDocument, count: int) -> None:
    """Run it, and cancel at its `count`th event."""
    cancellation, heard = Cancellation(), [0]

    def listen(event: events.Event) -> None:
        heard[0] += 1
        if heard[0] == count:
            cancellation.cancel()

    engine.run(one.document, cancellation=cancellation, listener=listen)


def check_every_way(
    one: RandomDocument, folder: Path, shared: Engine, catalogue: Catalogue, rng: Random
) -> int:
    """Run one document in every way; gives its number of nodes, those inside others counted each time.

    `shared` has run other documents before. Raises AssertionError where a result is another one.
    """
    with engine_in(folder / "serial", catalogue, 1) as serial:
        result = serial.run(one.document).raise_for_status()
        assert dict(result.outputs) == one.outputs, "serial"
        assert serial.plan(one.document).nothing_to_do, "planned after it ran"
        again = serial.run(one.document)
        assert dict(again.outputs) == one.outputs, "cached"
        assert {report.status for report in again.nodes.values()} == {"hit"}, "run again"
        order = list(result.nodes)
    with engine_in(folder / "parallel", catalogue, 4) as parallel:
        result = parallel.run(one.document).raise_for_status()
        assert dict(result.outputs) == one.outputs, "parallel"
        assert list(result.nodes) == order, "the order of nodes"
    assert dict(shared.run(one.document).raise_for_status().outputs) == one.outputs, "among others"
    with engine_in(folder / "resumed", catalogue, 2) as resumed:
        for _ in range(2):
            stop_at(resumed, one, rng.randint(1, 2 * len(order) + 2))
        assert dict(resumed.run(one.document).raise_for_status().outputs) == one.outputs, "resumed"
    with engine_in(folder / "small", catalogue, 2, memory_budget=0, disk_budget=0) as small:
        for _ in range(2):
            assert dict(small.run(one.document).raise_for_status().outputs) == one.outputs, "nothing kept"
    return len(order)
