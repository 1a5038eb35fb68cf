"""What a run tells of what its nodes gave: bytes, small values, and the outputs as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest

from graph_engine import Artifact, Catalogue, Codec, Document, Engine, Pack, Run, ValueType, events, node
from graph_engine.execution.told import LOADED_BYTES, NODE_BYTES, OUTPUT_BYTES, RUN_BYTES

T = TypeVar("T")
loaded: list[int] = []


@dataclass(frozen=True)
class Heavy:
    """A value that no JSON says."""

    data: bytes


class HeavyCodec(Codec[Heavy]):
    def dumps(self, value: Heavy) -> bytes:
        return value.data

    def write(self, value: Heavy, path: Path) -> None:
        path.write_bytes(value.data)

    def read(self, path: Path) -> Heavy:
        loaded.append(path.stat().st_size)
        return Heavy(path.read_bytes())


@dataclass(frozen=True)
class Score:
    name: str
    value: float


class Several(NamedTuple):
    count: int
    mean: float
    words: str
    curve: list[float]
    table: dict[str, list[int]]
    heavy: Heavy
    heavies: list[Heavy]
    score: Score


@node()
def several(length: int = 3) -> Several:
    curve = [float("nan"), float("inf"), *(1 / (1 + step) for step in range(length))]
    heavy = Heavy(b"x" * 1000)
    return Several(length, 0.5, "fünf", curve, {"steps": [1, 2]}, heavy, [heavy], Score("loss", 0.25))


@node()
def letters(count: int) -> str:
    return "x" * count


@node()
def numbers(count: int) -> list[int]:
    return list(range(count))


@node()
def weight(size: int) -> Heavy:
    return Heavy(b"y" * size)


@node()
def save(*, run: Run) -> Artifact:
    return run.save_artifact("note.txt", b"a note", "text/plain")


PACK = Pack(
    "say",
    "1",
    [several, letters, numbers, weight, save],
    values=[ValueType("say/heavy", codec=HeavyCodec)],
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue([PACK])


@pytest.fixture
def engine(tmp_path: Path, catalogue: Catalogue) -> Iterator[Engine]:
    with Engine(tmp_path, catalogue=catalogue) as engine:
        yield engine


def of(nodes: dict[str, Any], outputs: dict[str, str], **more: Any) -> Document:
    ports = {name: dict(zip(("node", "output"), at.split("."), strict=True)) for name, at in outputs.items()}
    written = {name: {"type": kind, "version": 1, "inputs": given} for name, (kind, given) in nodes.items()}
    raw = {"latentgraph": 1, "nodes": written, "interface": {"inputs": {}, "outputs": ports}, **more}
    return Document.model_validate(raw)


def told_by(engine: Engine, document: Document) -> dict[str, events.NodeFinished | events.NodeHit]:
    heard: list[events.Event] = []
    engine.run(document, listener=heard.append).raise_for_status()
    return {one.node: one for one in heard if isinstance(one, events.NodeFinished | events.NodeHit)}


ALL = {name: f"one.{name}" for name in Several._fields}
ONE = of({"one": ("say/several", {})}, ALL)
CURVE = ["NaN", "Infinity", 1.0, 0.5, 1 / 3]


def test_a_node_tells_its_bytes_and_its_small_values(engine: Engine) -> None:
    told = told_by(engine, ONE)["one"]
    plain = {"count": 3, "mean": 0.5, "words": "fünf", "curve": CURVE, "table": {"steps": [1, 2]}}
    assert told.values == plain
    assert 2000 < told.memory < 4000
    json.dumps(told.values, allow_nan=False)


def test_a_hit_tells_the_same_and_loads_nothing_that_is_not_plain(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with Engine(tmp_path, catalogue=catalogue) as first:
        finished = told_by(first, of({"one": ("say/several", {})}, {"count": "one.count"}))["one"]
    loaded.clear()
    with Engine(tmp_path, catalogue=catalogue) as second:
        document = of({"one": ("say/several", {})}, {"count": "one.count"})
        hit = told_by(second, document)["one"]
        assert isinstance(hit, events.NodeHit)
        assert (hit.memory, hit.values) == (finished.memory, finished.values)
        assert second.run(document).nodes["one"].memory == hit.memory
    assert loaded == []


def test_outputs_are_told_as_json_and_what_json_can_not_say_by_its_type(engine: Engine) -> None:
    told = engine.run(ONE).told
    assert told["count"] == 3
    assert told["curve"] == CURVE
    assert told["heavy"] == {"type": "say/heavy", "size": 1000}
    assert told["heavies"] == [{"type": "say/heavy"}]
    assert told["score"] == {"type": "say/score", "value": {"name": "loss", "value": 0.25}}


def test_an_artifact_is_told_as_artifacts_are_named_elsewhere(engine: Engine) -> None:
    result = engine.run(of({"save": ("say/save", {})}, {"file": "save.artifact"}))
    (saved,) = result.artifacts
    assert result.told["file"] == {
        "digest": saved.digest,
        "name": "note.txt",
        "media_type": "text/plain",
        "size": 6,
    }


@pytest.mark.parametrize("count", [5000, LOADED_BYTES // 8], ids=["too many items", "too large to be loaded"])
def test_a_list_beyond_the_limits_is_told_by_its_type(engine: Engine, count: int) -> None:
    document = of({"n": ("say/numbers", {"count": count})}, {"all": "n.integers"})
    told = engine.run(document).told["all"]
    assert told["type"] == "list"
    assert told["size"] > count
    assert told_by(engine, document)["n"].values == {}


def test_outputs_that_have_no_room_are_told_by_their_type_and_the_others_in_full(engine: Engine) -> None:
    nodes: dict[str, Any] = {str(n): ("say/letters", {"count": OUTPUT_BYTES // 2}) for n in range(3)}
    document = of(
        {**nodes, "few": ("say/letters", {"count": 2})}, {name: f"{name}.text" for name in (*nodes, "few")}
    )
    told = engine.run(document).told
    assert [type(told[name]) for name in ("0", "1", "2", "few")] == [str, dict, dict, str]
    assert len(json.dumps(told)) < OUTPUT_BYTES + 100


def test_what_a_run_tells_of_all_its_nodes_has_a_bound(engine: Engine) -> None:
    count = NODE_BYTES - 100
    nodes = {f"n{n}": ("say/letters", {"count": count - n}) for n in range(RUN_BYTES // count + 20)}
    told = told_by(engine, of(nodes, {f"o{name}": f"{name}.text" for name in nodes}))
    sizes = [len(json.dumps(dict(one.values))) for one in told.values()]
    assert RUN_BYTES // 2 < sum(sizes) < RUN_BYTES + 10 * len(sizes)


def test_a_loop_tells_its_list_and_loads_none_of_its_heavy_items(engine: Engine) -> None:
    body = {
        "nodes": {
            "n": {"type": "say/letters", "version": 1, "inputs": {"count": 2}},
            "w": {"type": "say/weight", "version": 1, "inputs": {"size": 2}},
        },
        "interface": {
            "inputs": {"count": {"node": "n", "input": "count"}, "size": {"node": "w", "input": "size"}},
            "outputs": {"text": {"node": "n", "output": "text"}, "heavy": {"node": "w", "output": "heavy"}},
        },
    }
    document = of(
        {"each": ("flow/map", {"body": "b", "each": ["count", "size"], "count": [1, 2], "size": [3, 4]})},
        {"texts": "each.text", "heavy": "each.heavy"},
        definitions={"b": body},
    )
    loaded.clear()
    told = told_by(engine, document)["each"]
    assert told.values == {"text": ["x", "xx"]}
    assert told.memory > 7
    assert engine.run(document).told == {
        "texts": ["x", "xx"],
        "heavy": [{"type": "say/heavy", "size": 3}, {"type": "say/heavy", "size": 4}],
    }
    assert loaded == []
