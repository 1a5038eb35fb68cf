"""The laws of modes: muting is deleting, bypassing is linking by hand, and no other node's key knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import toy_pack
from hypothesis import given, settings
from hypothesis import strategies as st
from random_documents import random_document

from graph_engine import Catalogue, Document, Engine
from graph_engine.documents.document import link_of, links_of

CATALOGUE = Catalogue([toy_pack.pack])
BYPASSABLE = {"toy/plus", "toy/sign", "toy/repeat", "flow/call"}  # numbers come to them, and numbers come out


def with_mode(document: Document, nodes: list[str], mode: str) -> Document:
    raw = document.as_json()
    for node in nodes:
        raw["nodes"][node]["mode"] = mode
    return Document.model_validate(raw)


def deleted(document: Document, nodes: list[str]) -> Document:
    """The document without nodes and those that need them; a list is needed until nothing is left of it."""
    raw = document.as_json()
    gone = set(nodes)
    while True:
        for node in gone & set(raw["nodes"]):
            del raw["nodes"][node]
        for node_id, node in raw["nodes"].items():
            for name, value in node["inputs"].items():
                links = [link for link in links_of(value) if link.node in gone]
                if isinstance(value, list) and links:
                    node["inputs"][name] = value = [
                        one for one in value if (link := link_of(one)) is None or link.node not in gone
                    ]
                    links = [] if value else links
                if links:
                    gone.add(node_id)
        if not gone & set(raw["nodes"]):
            break
    outputs = raw["interface"]["outputs"]
    raw["interface"]["outputs"] = {name: one for name, one in outputs.items() if one["node"] not in gone}
    return Document.model_validate(raw)


def linked_by_hand(document: Document, nodes: list[str]) -> Document:
    """The document without nodes, and what linked to them linked to what came first to them."""
    raw = document.as_json()
    for node_id in nodes:
        first = next(link for link in came_to(document, raw["nodes"].pop(node_id)))
        for node in raw["nodes"].values():
            node["inputs"] = {name: led(value, node_id, first) for name, value in node["inputs"].items()}
        for port in raw["interface"]["outputs"].values():
            if port["node"] == node_id:
                node, port["output"] = first["from"].rsplit(".", 1)
                port["node"] = node
    return Document.model_validate(raw)


def came_to(document: Document, node: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The links of a node's inputs, in the order in which they are declared."""
    if node["type"] == "flow/call":
        names = list(document.definitions[node["inputs"]["body"]].interface.inputs)
    else:
        declared = CATALOGUE.node_type(node["type"])
        assert declared is not None
        names = list(declared.inputs)
    for name in names:
        value = node["inputs"].get(name)
        if link_of(value) is not None:
            yield value


def led(value: Any, node: str, first: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [led(one, node, first) for one in value]
    link = link_of(value)
    return first if link is not None and link.node == node else value


def same(changed: Document, by_hand: Document) -> None:
    """Both give the same, and by the same keys."""
    with TemporaryDirectory() as folder, Engine(Path(folder), catalogue=CATALOGUE) as engine:
        assert engine.check(changed) == engine.check(by_hand) == []
        if not by_hand.interface.outputs:
            return
        expected = engine.run(by_hand).raise_for_status()
        found = engine.run(changed).raise_for_status()
        assert dict(found.outputs) == dict(expected.outputs)
        left_out = {name for name, one in found.nodes.items() if one.status in ("bypassed", "muted")}
        assert {one.status for name, one in found.nodes.items() if name not in left_out} == {"hit"}
        keys = {step.node: step.key for step in engine.plan(changed) if step.node not in left_out}
        assert keys == {step.node: step.key for step in engine.plan(by_hand)}


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_muting_nodes_is_deleting_them_and_what_needs_them(seed: int) -> None:
    rng = Random(seed)
    document = random_document(rng, CATALOGUE, size=10).document
    nodes = rng.sample(list(document.nodes), min(len(document.nodes), rng.randint(1, 3)))
    same(with_mode(document, nodes, "mute"), deleted(document, nodes))


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_bypassing_nodes_is_linking_what_they_get_to_what_they_gave_to(seed: int) -> None:
    rng = Random(seed)
    document = random_document(rng, CATALOGUE, size=14).document
    able = [
        name
        for name, node in document.nodes.items()
        if node.type in BYPASSABLE and next(came_to(document, node.model_dump()), None) is not None
    ]
    nodes = rng.sample(able, min(len(able), rng.randint(1, 4)))
    same(with_mode(document, nodes, "bypass"), linked_by_hand(document, nodes))


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_saving_and_opening_keeps_modes(seed: int) -> None:
    rng = Random(seed)
    document = random_document(rng, CATALOGUE).document
    changed = with_mode(document, rng.sample(list(document.nodes), 1), rng.choice(["bypass", "mute"]))
    again = Document.model_validate_json(changed.dumps())
    assert again == changed
    assert again.dumps() == changed.dumps()
    assert Document.model_validate(again.as_json()) != document
