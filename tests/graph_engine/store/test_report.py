"""What the cache says of itself."""

from __future__ import annotations

import json
from pathlib import Path

from graph_engine import Engine
from graph_engine.store.report import CacheReport, Folder, cache_report
from tests.graph_engine.conftest import document, link

NODES = {
    "blob": ("make_blob", {"text": "abc", "size": 6000}),
    "other": ("make_blob", {"text": "abc", "size": 7000}),
    "measured": ("measure", {"blob": link("blob.blob"), "other": link("other.blob")}),
    "note": ("save_text", {"text": "kept"}),
}
OUTPUTS = {"measured": "measured.integer"}


def report(engine: Engine) -> CacheReport:
    return cache_report(engine.store, engine.artifacts.folder, engine.files.uploads)


def test_an_empty_cache(engine: Engine) -> None:
    found = report(engine)
    assert (found.disk.used, found.disk.values, found.computations, found.freeable) == (0, 0, 0, 0)
    assert (found.value_types, found.node_types) == ((), ())
    assert found.disk.budget == engine.settings.disk_budget
    assert found.memory.budget == engine.settings.memory_budget


def test_values_are_summed_by_tier_and_by_type(engine: Engine, tmp_path: Path) -> None:
    engine.run(document(NODES, OUTPUTS)).raise_for_status()
    (tmp_path / "given.txt").write_text("hello")
    engine.files.upload(tmp_path / "given.txt")
    (engine.store.workspace("interrupted") / "step").write_text("12")
    found = report(engine)
    assert found.computations == 4
    assert found.disk.used == engine.store.disk.measure() == sum(one.bytes for one in found.value_types)
    assert found.disk.values == sum(one.count for one in found.value_types) == 2
    assert (found.value_types[0].name, found.value_types[0].count, found.value_types[0].bytes) == (
        "toy/blob",
        2,
        13_000,
    )
    first = found.node_types[0]
    assert (first.name, first.count, first.bytes) == ("toy/make_blob", 2, 13_000)
    assert first.seconds > 0
    assert {one.name for one in found.node_types} == {"toy/make_blob", "toy/measure", "toy/save_text"}
    assert found.memory.values == 2
    assert found.memory.used == 13_000
    assert found.artifacts == Folder(1, 4)
    assert found.uploads == Folder(1, 5)
    assert found.interrupted == Folder(1, 2)
    assert found.freeable == found.disk.used + 2


def test_what_is_pinned_is_not_freeable_and_clearing_frees_what_was_said(engine: Engine) -> None:
    engine.run(document(NODES, OUTPUTS)).raise_for_status()
    plan = engine.plan(document(NODES, OUTPUTS))
    engine.store.pin([plan.steps["blob"].key], "mine")
    found = report(engine)
    assert found.pinned == Folder(1, 6000)
    assert engine.store.clear().bytes == found.freeable == found.disk.used - 6000
    assert report(engine).freeable == 0


def test_a_report_is_json(engine: Engine) -> None:
    engine.run(document(NODES, OUTPUTS)).raise_for_status()
    assert json.loads(json.dumps(report(engine).as_dict()))["disk"]["values"] == 2
