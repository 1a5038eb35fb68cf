"""Bringing a document's nodes to the versions that the packs here have."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graph_engine.declaration.migration import Inputs, Migration
from graph_engine.declaration.node import NodeType
from graph_engine.documents.document import Body, Document, Link, Node, link_of
from graph_engine.packs.catalogue import Catalogue
from graph_engine.problem import Problem


@dataclass(frozen=True)
class Change:
    """What was done to one node, or with no node to the whole document, in words."""

    node: str
    message: str
    definition: str = ""

    def __str__(self) -> str:
        inside = f" in the definition '{self.definition}'" if self.definition else ""
        return f"Node '{self.node}'{inside}: {self.message}" if self.node else self.message


@dataclass(frozen=True)
class Migrated:
    """A document at the present versions, what was done for that, and what could not be."""

    document: Document
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()


def migrated(document: Document, catalogue: Catalogue) -> Migrated:
    """The document with every node renamed and migrated as its pack says; the same object if none is.

    A node whose migration fails stays as it is, and so does one of an unknown type or of a newer version.
    """
    bodies: list[Body] = [document, *document.definitions.values()]
    if not any(_is_old(node, catalogue) for body in bodies for node in body.nodes.values()):
        return Migrated(document)
    raw = document.as_json()
    work = _Work(catalogue)
    for node_id in raw["nodes"]:
        work.bring(node_id, raw)
    for name, definition in raw.get("definitions", {}).items():
        work.definition = name
        for node_id in definition["nodes"]:
            work.bring(node_id, definition)
    return Migrated(Document.model_validate(raw), tuple(work.changes), tuple(work.problems))


def _is_old(node: Node, catalogue: Catalogue) -> bool:
    declared = catalogue.node_type(node.type)
    if declared is None:
        return catalogue.renamed(node.type) != node.type
    return node.version in declared.migrations


class _Work:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.definition = ""  # whose nodes are at work
        self.changes: list[Change] = []
        self.problems: list[Problem] = []

    def bring(self, node_id: str, raw: dict[str, Any]) -> None:
        node = raw["nodes"][node_id]
        name = self._catalogue.renamed(node["type"])
        if name != node["type"]:
            message = f"its type '{node['type']}' is now '{name}'."
            self.changes.append(Change(node_id, message, self.definition))
            node["type"] = name
        declared = self._catalogue.node_type(name)
        if declared is None:
            return
        start = version = node.get("version", 1)
        while (migration := declared.migrations.get(version)) is not None:
            inputs = self._inputs(node_id, node.get("inputs", {}), migration, version)
            if inputs is None:
                break
            node["inputs"] = inputs
            _follow(raw, node_id, migration)
            version = node["version"] = version + 1
        if version != start:
            message = _brought(name, start, version, declared)
            self.changes.append(Change(node_id, message, self.definition))

    def _inputs(self, node_id: str, inputs: Inputs, migration: Migration, version: int) -> Inputs | None:
        renamed = {migration.inputs.get(name, name): copy.deepcopy(value) for name, value in inputs.items()}
        if migration.change is None:
            return renamed
        try:
            changed = migration.change(renamed)
            if not isinstance(changed, dict):
                raise TypeError(f"the migration gave {type(changed).__name__} in place of the inputs")
            json.dumps(changed)
            return changed
        except Exception as error:  # a pack's migration may raise anything; the node stays, and says so
            message = (
                f"its inputs could not be brought from version {version} to {version + 1} "
                f"({type(error).__name__}: {error})."
            )
            hint = "Set its inputs anew with the present version, or tell the pack's author."
            self.problems.append(
                Problem("migration_failed", message, node=node_id, hint=hint, definition=self.definition)
            )
            return None


def _follow(raw: dict[str, Any], node_id: str, migration: Migration) -> None:
    """Lead links and the interface to a node's renamed inputs and outputs."""
    interface = raw.get("interface", {})
    if migration.inputs:
        for port in interface.get("inputs", {}).values():
            for place in [port, *port.get("also", ())]:
                if place["node"] == node_id:
                    place["input"] = migration.inputs.get(place["input"], place["input"])
    if migration.outputs:
        for port in interface.get("outputs", {}).values():
            if port["node"] == node_id:
                port["output"] = migration.outputs.get(port["output"], port["output"])
        for node in raw["nodes"].values():
            for link in _raw_links(node.get("inputs", {})):
                found = link_of(link)
                if found is not None and found.node == node_id:
                    link["from"] = str(Link(node_id, migration.outputs.get(found.output, found.output)))


def _raw_links(inputs: Inputs) -> Iterator[dict[str, Any]]:
    for value in inputs.values():
        for item in value if isinstance(value, list) else [value]:
            if link_of(item) is not None:
                yield item


def _brought(name: str, start: int, version: int, declared: NodeType) -> str:
    rest = "" if version == declared.version else f"; version {declared.version} is the present one"
    return f"'{name}' was brought from version {start} to version {version}{rest}."
