"""The checker: every problem of a document at once, each with its place and the way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from graph_engine.checking.bodies import Bodies
from graph_engine.checking.modes import Resolved, resolved
from graph_engine.checking.nesting import nesting
from graph_engine.checking.scope import ScopeChecker
from graph_engine.declaration.type_hints import fits, type_name
from graph_engine.documents.document import MODES, Body, Definition, Document, Node, Part
from graph_engine.flow.shapes import Shapes
from graph_engine.messages import nearest, shown
from graph_engine.packs.catalogue import Catalogue
from graph_engine.problem import Problem


def check(document: Document, catalogue: Catalogue) -> list[Problem]:
    """All problems of a document, in its own order; an empty list means it can run."""
    return check_resolved(resolved(document, catalogue), catalogue)


def check_resolved(document: Resolved, catalogue: Catalogue) -> list[Problem]:
    """`check` for a document whose bypassed and muted nodes were left out."""
    return list(_problems(document, catalogue))


def output_types(document: Document, catalogue: Catalogue) -> dict[str, Any]:
    """The annotations of the interface's outputs; what is not known, or is wrong, can be anything."""
    plain = resolved(document, catalogue).document
    types = dict.fromkeys(document.interface.outputs, Any)
    for one in (document, plain) if plain is not document else (document,):
        shapes = Shapes(one.definitions, catalogue)
        nesting(shapes, catalogue)
        scope = ScopeChecker(one, Bodies(shapes, catalogue))
        list(scope.problems())
        types |= scope.interface_outputs()
    return types


def check_body(
    body: Definition,
    port_types: Mapping[str, Any],
    outputs: Mapping[str, Any],
    document: Document,
    catalogue: Catalogue,
) -> list[Problem]:
    """All problems of a body that is to run inside a document, with values of these types at its ports.

    What it gives must be of the types in `outputs`, as far as it is there.
    """
    shapes = Shapes(document.definitions, catalogue)
    if nested := nesting(shapes, catalogue).problems:
        return list(nested)
    bodies = Bodies(shapes, catalogue)
    scope = ScopeChecker(body, bodies, bodies.places(body, port_types), as_body=True)
    problems = [*_extra_fields_of_body(body, body.nodes), *scope.problems()]
    for name, annotation in scope.interface_outputs().items():
        if name in outputs and not fits(annotation, outputs[name]):
            expected, got = type_name(outputs[name]), type_name(annotation)
            message = f"its output '{name}' gives {got}, but {expected} is wanted."
            problems.append(Problem("wrong_type", message, expected=expected, got=got))
    return problems


def _problems(found: Resolved, catalogue: Catalogue) -> Iterator[Problem]:
    document, plain = found.origin, found.document
    yield from _extra("the document", "", document)
    yield from _extra("the lock", "", document.lock)
    yield from _extra_fields_of_body(document, plain.nodes)
    shapes = Shapes(plain.definitions, catalogue)
    nested = nesting(shapes, catalogue).problems
    bodies = Bodies(shapes, catalogue)
    yield from ScopeChecker(plain, bodies).problems()
    yield from nested
    yield from found.problems
    for name, definition in document.definitions.items():
        nodes = plain.definitions[name].nodes
        extra = [*_extra("the definition", "", definition), *_extra_fields_of_body(definition, nodes)]
        own = bodies.own_problems(name) if name not in shapes.shapeless else []
        yield from (replace(problem, definition=name) for problem in [*extra, *own])


def _extra_fields_of_body(body: Body, nodes: Mapping[str, Node]) -> Iterator[Problem]:
    yield from _extra("the interface", "", body.interface)
    for name, one in body.interface.inputs.items():
        yield from _extra(f"interface input '{name}'", "", one)
        for also in one.also:
            yield from _extra(f"interface input '{name}'", "", also)
    for name, output in body.interface.outputs.items():
        yield from _extra(f"interface output '{name}'", "", output)
    for name, node in nodes.items():
        yield from _extra(f"node '{name}'", name, node)
        if node.mode is not None and node.left_out is None:
            yield _unknown_mode(name, node.mode)
        if node.limits is not None:
            yield from _extra(f"the limits of node '{name}'", name, node.limits)


def _unknown_mode(node: str, mode: Any) -> Problem:
    return Problem(
        "unknown_mode",
        f"has the mode {shown(mode)}, which is not known here.",
        node=node,
        expected=" or ".join(MODES),
        got=shown(mode),
        hint=nearest(mode, MODES) if isinstance(mode, str) else "Take the mode away to run the node.",
    )


def _extra(where: str, node: str, part: Part) -> Iterator[Problem]:
    for field in part.model_extra or {}:
        hint = nearest(field, type(part).model_fields)
        yield Problem("extra_field", f"There is no field '{field}' in {where}.", node=node, hint=hint)
