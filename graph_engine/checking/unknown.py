"""What is asked for and not there: a node type, or an input of one, with the nearest name."""

from __future__ import annotations

from collections.abc import Iterable

from graph_engine.declaration.node import NodeType
from graph_engine.declaration.pack import PackFault
from graph_engine.messages import nearest
from graph_engine.packs.catalogue import Catalogue
from graph_engine.problem import Problem


def unknown_node(name: str, names: Iterable[str], faults: Iterable[PackFault], node: str = "") -> Problem:
    """That there is no node type `name` among `names`; a pack that did not load whole may be why."""
    pack, names = name.partition("/")[0], list(names)
    hint = nearest(name, names)
    if not any(one.startswith(f"{pack}/") for one in names):
        hint = f"The pack '{pack}' is not installed. {hint}".strip()
    fault = next((fault for fault in faults if fault.pack == pack), None)
    if fault is not None:
        hint = f"The pack '{pack}' did not load whole: {fault.where}: {fault.message}"
    return Problem("unknown_node", f"there is no node type '{name}' here.", node=node, got=name, hint=hint)


def unknown_here(name: str, catalogue: Catalogue, node: str = "") -> Problem:
    """`unknown_node` of all packs, which are loaded for that."""
    names = catalogue.node_types()
    return unknown_node(name, names, catalogue.faults, node)


def extra_input(declared: NodeType, name: str, type_name: str, node: str = "") -> Problem:
    """That a node type has no input `name`."""
    message, hint = f"'{type_name}' has no input '{name}'.", nearest(name, declared.inputs)
    return Problem("extra_input", message, node=node, input=name, hint=hint)
