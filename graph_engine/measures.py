"""How much of a value there is, and how much fits, as its pack says while the value is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from graph_engine.checking.inputs import check_literal
from graph_engine.checking.modes import resolved
from graph_engine.checking.unknown import extra_input, unknown_here
from graph_engine.declaration.fields import Measure
from graph_engine.declaration.node_use import NodeUse
from graph_engine.declaration.sockets import NodeInput
from graph_engine.documents.document import Body, Document, links_of
from graph_engine.engine import Engine
from graph_engine.errors import DocumentError, EngineError
from graph_engine.flow.shapes import LONGEST_NESTING, bodies_named
from graph_engine.messages import nearest
from graph_engine.problem import Problem

AS_WRITTEN: Final = object()
"""In place of a value: the one that the document has."""


@dataclass(frozen=True)
class Place:
    """An input of a node, in the document or, with its name, in one of its definitions."""

    node: str
    input: str
    definition: str = ""


def measured(engine: Engine, document: Document, place: Place, value: Any = AS_WRITTEN) -> Measure:
    """The measure of a value at a place of a document, which need not be whole or free of problems.

    A port of a call is measured as the first input inside that it leads to. Nodes that are bypassed or muted
    are left out, as in a run, but for the one that is asked about. Raises `DocumentError` where
    there is no such place, nothing measures it, or it can not have the value, and whatever the pack raises.
    """
    body = _body(document, place)
    if place.node not in body.nodes:
        hint = nearest(place.node, body.nodes)
        raise _refused(place, "unknown_place", f"There is no node '{place.node}' to be measured.", hint)
    if value is AS_WRITTEN:
        value = _written(NodeUse(body, place.node, engine.catalogue.node_type), place)
    plain = resolved(document, engine.catalogue).document
    if place.node in _body(plain, place).nodes:
        document, body = plain, _body(plain, place)
    use, wanted = _inside(engine, document, NodeUse(body, place.node, engine.catalogue.node_type), place)
    if wanted.measured is None:
        message = f"nothing measures '{wanted.name}' of '{use.type}'."
        raise _refused(place, "not_measured", message, "Inputs that are have `x-measured` in their schema.")
    if problems := list(check_literal(place.node, wanted, value)):
        raise DocumentError(problems)
    found = wanted.measured.measure(wanted.literal(value)[0], use, engine.run_for_names())
    if not isinstance(found, Measure):
        raise EngineError(f"What measures '{wanted.name}' of '{use.type}' gave {type(found).__name__}.")
    return found


def _body(document: Document, place: Place) -> Body:
    if not place.definition:
        return document
    if place.definition not in document.definitions:
        message = f"There is no definition '{place.definition}' in this document."
        raise _refused(place, "unknown_definition", message, nearest(place.definition, document.definitions))
    return document.definitions[place.definition]


def _written(use: NodeUse, place: Place) -> Any:
    given = use.body.nodes[use.name].inputs.get(place.input)
    if any(links_of(given)):
        message = f"'{place.input}' comes by a link, so there is no value to be measured here."
        raise _refused(
            place, "linked", message, "Measure it at the node that it comes from, or give a value."
        )
    return use.literal(place.input)


def _inside(engine: Engine, document: Document, use: NodeUse, place: Place) -> tuple[NodeUse, NodeInput]:
    """The node and the input that a place means: itself, or what a port of a call leads to."""
    name = place.input
    for _ in range(LONGEST_NESTING):
        node = use.body.nodes[use.name]
        declared = engine.catalogue.node_type(node.type)
        if declared is None:
            raise DocumentError([unknown_here(node.type, engine.catalogue, use.name)])
        if name in declared.inputs:
            return use, declared.inputs[name]
        names = [body for _, body in bodies_named(node, declared)] if declared.flow else []
        bodies = [document.definitions[one] for one in names if one in document.definitions]
        ports = [(body, body.interface.inputs[name]) for body in bodies if name in body.interface.inputs]
        if not ports or ports[0][1].node not in ports[0][0].nodes:
            raise DocumentError([extra_input(declared, name, node.type, use.name)])
        body, port = ports[0]
        use, name = NodeUse(body, port.node, engine.catalogue.node_type), port.input
    raise _refused(place, "nested_too_deep", f"definitions are nested more than {LONGEST_NESTING} deep.", "")


def _refused(place: Place, code: str, message: str, hint: str) -> DocumentError:
    problem = Problem(code, message, place.node, place.input, hint=hint, definition=place.definition)
    return DocumentError([problem])
