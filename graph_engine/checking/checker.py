"""The checker: every problem of a document at once, each with its place and the way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from graph_engine.checking.bodies import Bodies
from graph_engine.checking.scope import ScopeChecker
from graph_engine.declaration.type_hints import fits, type_name
from graph_engine.documents.document import Body, Definition, Document, Part
from graph_engine.flow.shapes import LONGEST_NESTING, Shapes, bodies_named
from graph_engine.messages import nearest
from graph_engine.packs.catalogue import Catalogue
from graph_engine.problem import Problem


def check(document: Document, catalogue: Catalogue) -> list[Problem]:
    """All problems of a document, in its own order; an empty list means it can run."""
    return list(_problems(document, catalogue))


def output_types(document: Document, catalogue: Catalogue) -> dict[str, Any]:
    """The annotations of the interface's outputs; what is not known, or is wrong, can be anything."""
    shapes = Shapes(document.definitions, catalogue)
    list(_nesting(shapes, catalogue))
    scope = ScopeChecker(document, Bodies(shapes, catalogue))
    list(scope.problems())
    return scope.interface_outputs()


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
    if problems := list(_nesting(shapes, catalogue)):
        return problems
    bodies = Bodies(shapes, catalogue)
    scope = ScopeChecker(body, bodies, bodies.places(body, port_types), as_body=True)
    problems = [*_extra_fields_of_body(body), *scope.problems()]
    for name, annotation in scope.interface_outputs().items():
        if name in outputs and not fits(annotation, outputs[name]):
            expected, got = type_name(outputs[name]), type_name(annotation)
            message = f"its output '{name}' gives {got}, but {expected} is wanted."
            problems.append(Problem("wrong_type", message, expected=expected, got=got))
    return problems


def _problems(document: Document, catalogue: Catalogue) -> Iterator[Problem]:
    yield from _extra("the document", "", document)
    yield from _extra("the lock", "", document.lock)
    yield from _extra_fields_of_body(document)
    shapes = Shapes(document.definitions, catalogue)
    nesting = list(_nesting(shapes, catalogue))
    bodies = Bodies(shapes, catalogue)
    yield from ScopeChecker(document, bodies).problems()
    yield from nesting
    for name, definition in document.definitions.items():
        extra = [*_extra("the definition", "", definition), *_extra_fields_of_body(definition)]
        found = bodies.own_problems(name) if name not in shapes.shapeless else []
        yield from (replace(problem, definition=name) for problem in [*extra, *found])


def _extra_fields_of_body(body: Body) -> Iterator[Problem]:
    yield from _extra("the interface", "", body.interface)
    for name, one in body.interface.inputs.items():
        yield from _extra(f"interface input '{name}'", "", one)
        for also in one.also:
            yield from _extra(f"interface input '{name}'", "", also)
    for name, output in body.interface.outputs.items():
        yield from _extra(f"interface output '{name}'", "", output)
    for name, node in body.nodes.items():
        yield from _extra(f"node '{name}'", name, node)
        if node.limits is not None:
            yield from _extra(f"the limits of node '{name}'", name, node.limits)


def _extra(where: str, node: str, part: Part) -> Iterator[Problem]:
    for field in part.model_extra or {}:
        hint = nearest(field, type(part).model_fields)
        yield Problem("extra_field", f"There is no field '{field}' in {where}.", node=node, hint=hint)


def _nesting(shapes: Shapes, catalogue: Catalogue) -> Iterator[Problem]:
    """Definitions that contain themselves, or are nested too deep; both have no shape from then on."""
    contains = {
        name: list(dict.fromkeys(_named(definition, catalogue, shapes.definitions)))
        for name, definition in shapes.definitions.items()
    }
    while True:
        try:
            order = list(TopologicalSorter(contains).static_order())
            break
        except CycleError as error:
            circle = error.args[1][::-1]
            shapes.shapeless.update(circle)
            contains = {name: [] if name in circle else inner for name, inner in contains.items()}
            way = " -> ".join(f"'{name}'" for name in circle)
            message = f"it contains itself: {way}."
            hint = "Repeat something with flow/fold, which has a bound."
            yield Problem("recursion", message, hint=hint, definition=circle[0])
    depths: dict[str, int] = {}
    for name in order:
        depths[name] = 1 + max((depths[inner] for inner in contains[name]), default=0)
        if depths[name] > LONGEST_NESTING:
            shapes.shapeless.add(name)
        if depths[name] == LONGEST_NESTING + 1:
            message = f"definitions are nested in it more than {LONGEST_NESTING} deep."
            yield Problem("nested_too_deep", message, definition=name)


def _named(definition: Definition, catalogue: Catalogue, known: Mapping[str, Definition]) -> Iterator[str]:
    for node in definition.nodes.values():
        declared = catalogue.node_type(node.type)
        if declared is not None and declared.flow is not None:
            yield from (name for _, name in bodies_named(node, declared) if name in known)
