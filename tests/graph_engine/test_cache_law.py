"""The cache law: a cached result is the fresh result, and nothing runs unless its key changed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import toy_pack
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_engine import Catalogue, Engine
from tests.graph_engine.conftest import document, link

OUTPUT = {"number": "integer", "add": "integer", "total": "integer", "sign": "integer", "same": "value"}


def source(draw: st.DrawFn, before: list[str], nodes: dict[str, Any]) -> Any:
    if before and draw(st.booleans()):
        node_id = draw(st.sampled_from(before))
        return link(f"{node_id}.{OUTPUT[nodes[node_id][0]]}")
    return draw(st.integers(-3, 3))


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    nodes: dict[str, Any] = {}
    for index in range(draw(st.integers(1, 7))):
        before = list(nodes)
        kind = draw(st.sampled_from(["number", "add", "total", "sign", "same"]))
        if kind == "number":
            inputs: dict[str, Any] = {"value": draw(st.integers(-3, 3))}
        elif kind == "total":
            inputs = {"numbers": [source(draw, before, nodes) for _ in range(draw(st.integers(0, 3)))]}
        elif kind == "add":
            inputs = {"a": source(draw, before, nodes), "b": draw(st.integers(-3, 3))}
        elif kind == "same":
            inputs = {"thing": source(draw, before, nodes)}
        else:
            inputs = {"a": source(draw, before, nodes)}
        nodes[f"n{index}"] = (kind, inputs)
    return nodes


def value_of(nodes: dict[str, Any], node_id: str) -> int:
    """What a node gives, without any engine."""
    kind, inputs = nodes[node_id]

    def read(given: Any) -> int:
        return value_of(nodes, given["from"].partition(".")[0]) if isinstance(given, dict) else given

    match kind:
        case "number":
            return int(inputs["value"])
        case "add":
            return read(inputs["a"]) + inputs["b"]
        case "total":
            return sum(read(one) for one in inputs["numbers"])
        case "sign":
            return (read(inputs["a"]) > 0) - (read(inputs["a"]) < 0)
    return read(inputs["thing"])


@given(st.lists(graphs(), min_size=2, max_size=4))
@settings(max_examples=25, deadline=None)
def test_cached_results_equal_fresh_ones_over_random_graphs(many: list[dict[str, Any]]) -> None:
    """All graphs share one store, so that they meet each other's memos."""
    catalogue = Catalogue([toy_pack.pack])
    with tempfile.TemporaryDirectory() as folder, Engine(Path(folder), catalogue=catalogue) as engine:
        for nodes in [*many, *many]:
            outputs = {name: f"{name}.{OUTPUT[kind]}" for name, (kind, _) in nodes.items()}
            result = engine.run(document(nodes, outputs)).raise_for_status()
            assert dict(result.outputs) == {name: value_of(nodes, name) for name in nodes}


@given(graphs(), st.data())
@settings(max_examples=25, deadline=None)
def test_after_an_edit_only_nodes_behind_it_run(nodes: dict[str, Any], data: st.DataObject) -> None:
    catalogue = Catalogue([toy_pack.pack])
    with tempfile.TemporaryDirectory() as folder, Engine(Path(folder), catalogue=catalogue) as engine:
        outputs = {name: f"{name}.{OUTPUT[kind]}" for name, (kind, _) in nodes.items()}
        engine.run(document(nodes, outputs))
        toy_pack.calls.clear()
        assert engine.plan(document(nodes, outputs)).nothing_to_do
        engine.run(document(nodes, outputs, name="renamed", layout={"positions": {"n0": [1, 2]}}))
        assert not toy_pack.calls

        edited = data.draw(st.sampled_from(list(nodes)))
        changed = nodes | {edited: ("number", {"value": data.draw(st.integers(10, 13))})}
        if OUTPUT[nodes[edited][0]] == "value":
            changed[edited] = ("same", {"thing": data.draw(st.integers(10, 13))})
        behind = {edited}
        for name, (_, inputs) in changed.items():
            if any(f"'{one}." in str(inputs) for one in behind):
                behind.add(name)
        result = engine.run(document(changed, outputs))
        assert {name for name, report in result.nodes.items() if report.status == "miss"} <= behind
        assert dict(result.outputs) == {name: value_of(changed, name) for name in changed}
