"""Sweeps: a table of interface inputs as a map over the whole document, so that what is shared runs once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from graph_engine.documents.document import Document
from graph_engine.documents.interface import input_place
from graph_engine.errors import EngineError
from graph_engine.messages import shown

NODE = "sweep"


class BadSweep(EngineError):
    """A sweep over nothing, or over inputs that the document does not have."""


def sweep(
    document: Document, table: Mapping[str, Sequence[Any]], how: Literal["zip", "product"] = "product"
) -> Document:
    """The document run for each row of a table: inputs (or `node.input`s) by name, a list of values for each.

    "product" runs every combination, the first name slowest; "zip" takes the lists side by side. The outputs
    are lists. Raises `UnknownInput` and `BadSweep`.
    """
    if not table:
        raise BadSweep("A sweep needs at least one input with a list of values.")
    for name, values in table.items():
        if isinstance(values, str) or not isinstance(values, Sequence):
            raise BadSweep(f"A sweep needs a list of values for '{name}', not {shown(values)}.")
    raw = document.as_json()
    interface = raw.setdefault("interface", {})
    ports = interface.setdefault("inputs", {})
    for name in table:
        place = input_place(document, name)
        if name not in ports:  # written `node.input`
            ports[name] = {"node": place[0], "input": place[1]}
    own = {"body": _free(document.name or "document", document.definitions), "how": how}
    named = {name: _free(name, [*own, "each", *ports]) if name in (*own, "each") else name for name in table}
    used = {named[name]: port for name, port in ports.items() if name in table}
    body = {"nodes": raw["nodes"], "interface": {**interface, "inputs": used}}
    if "layout" in raw:
        body["layout"] = raw["layout"]
    lists = {named[name]: list(one) for name, one in table.items()}
    node = {"type": "flow/map", "inputs": {**own, "each": list(lists), **lists}}
    outputs = {key: {"node": NODE, "output": key} for key in interface.get("outputs", {})}
    return Document.model_validate(
        {
            "latentgraph": raw["latentgraph"],
            "name": document.name,
            "nodes": {NODE: node},
            "interface": {"outputs": outputs},
            "definitions": {**raw.get("definitions", {}), own["body"]: body},
            **({"lock": raw["lock"]} if "lock" in raw else {}),
        }
    )


def _free(name: str, taken: Collection[str]) -> str:
    found, number = name[:150], 1
    while found in taken:
        number += 1
        found = f"{name[:150]} {number}"
    return found
