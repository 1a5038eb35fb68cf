"""Which definitions contain which: an order from the inside out, and circles that no run could end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from graph_engine.documents.document import Definition
from graph_engine.flow.shapes import LONGEST_NESTING, Shapes, bodies_named
from graph_engine.packs.catalogue import Catalogue
from graph_engine.problem import Problem


@dataclass(frozen=True)
class Nesting:
    """The names of definitions, each after those that it contains, and what is wrong with how they nest."""

    order: tuple[str, ...]
    problems: tuple[Problem, ...]


def nesting(shapes: Shapes, catalogue: Catalogue) -> Nesting:
    """The nesting of definitions; those in circles, or too deep, have no shape from then on."""
    problems: list[Problem] = []
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
            problems.append(Problem("recursion", message, hint=hint, definition=circle[0]))
    depths: dict[str, int] = {}
    for name in order:
        depths[name] = 1 + max((depths[inner] for inner in contains[name]), default=0)
        if depths[name] > LONGEST_NESTING:
            shapes.shapeless.add(name)
        if depths[name] == LONGEST_NESTING + 1:
            message = f"definitions are nested in it more than {LONGEST_NESTING} deep."
            problems.append(Problem("nested_too_deep", message, definition=name))
    return Nesting(tuple(order), tuple(problems))


def _named(definition: Definition, catalogue: Catalogue, known: Mapping[str, Definition]) -> Iterator[str]:
    for node in definition.nodes.values():
        declared = catalogue.node_type(node.type)
        if declared is not None and declared.flow is not None:
            yield from (name for _, name in bodies_named(node, declared) if name in known)
