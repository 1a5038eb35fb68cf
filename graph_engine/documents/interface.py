"""The interface of a document: setting its named inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph_engine.documents.document import Document
from graph_engine.errors import UnknownInput
from graph_engine.messages import nearest


def input_place(document: Document, name: str) -> tuple[str, str]:
    """The (node, input) that an interface input, or `node.input`, means. Raises `UnknownInput`."""
    declared = document.interface.inputs.get(name)
    if declared is not None and declared.node in document.nodes:
        return declared.node, declared.input
    node, dot, input_name = name.rpartition(".")
    if dot and node in document.nodes:
        return node, input_name
    known = list(document.interface.inputs)
    hint = nearest(name, known)
    if dot and not hint.startswith("Did"):
        raise UnknownInput(name, _no_node(node, document))
    if not hint and known:
        hint = f"It has {', '.join(known)}."
    if not known:
        hint = "It declares no inputs; `node.input` sets any input of any node."
    raise UnknownInput(name, hint)


def _no_node(node: str, document: Document) -> str:
    return f"It has no node '{node}'. {nearest(node, document.nodes)}".strip()


def set_inputs(document: Document, values: Mapping[str, Any]) -> Document:
    """A copy of the document with interface inputs (or `node.input`s) set. Raises `UnknownInput`."""
    if not values:
        return document
    changes: dict[tuple[str, str], Any] = {}
    for name, value in values.items():
        place = input_place(document, name)
        declared = document.interface.inputs.get(name)
        for one in declared.places if declared and place == declared.places[0] else [place]:
            if one[0] in document.nodes:  # else the checker says that it is not there
                changes[one] = value
    return document.with_inputs(changes)
