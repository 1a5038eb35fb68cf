"""The law of execution: parallel, serial, cached and resumed runs of any document give equal results."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import pytest
import toy_pack
from random_documents import RandomDocument, random_document

from graph_engine import Cancellation, Catalogue, Engine, Settings, events

DOCUMENTS = 60  # `benchmarks/random_documents.py` runs a thousand


def engine_in(folder: Path, catalogue: Catalogue, cpu_slots: int, **more: int) -> Engine:
    return Engine(settings=Settings(data=folder, cpu_slots=cpu_slots, **more), catalogue=catalogue)


def stop_at(engine: Engine, one: RandomDocument, count: int) -> None:
    """Run it, and cancel at its `count`th event."""
    cancellation, heard = Cancellation(), [0]

    def listen(event: events.Event) -> None:
        heard[0] += 1
        if heard[0] == count:
            cancellation.cancel()

    engine.run(one.document, cancellation=cancellation, listener=listen)


def check(one: RandomDocument, folder: Path, shared: Engine, catalogue: Catalogue, rng: Random) -> None:
    """Run one document in every way. Raises AssertionError where a result is another one."""
    with engine_in(folder / "serial", catalogue, 1) as serial:
        result = serial.run(one.document).raise_for_status()
        assert dict(result.outputs) == one.outputs, "serial"
        assert serial.plan(one.document).nothing_to_do, "planned after it ran"
        again = serial.run(one.document)
        assert dict(again.outputs) == one.outputs, "cached"
        assert {report.status for report in again.nodes.values()} == {"hit"}
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


@pytest.mark.parametrize("part", range(4))
def test_every_way_to_run_a_document_gives_the_same(part: int, tmp_path: Path) -> None:
    catalogue = Catalogue([toy_pack.pack])
    with engine_in(tmp_path / "shared", catalogue, 2) as shared:
        for seed in range(part * DOCUMENTS // 4, (part + 1) * DOCUMENTS // 4):
            rng = Random(seed)
            one = random_document(rng, catalogue)
            with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
                try:
                    check(one, Path(folder), shared, catalogue, rng)
                except AssertionError as error:
                    raise AssertionError(f"document of seed {seed}: {error}") from error
