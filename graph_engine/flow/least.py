"""How many nodes a definition opens at least: known before anything is opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_engine.declaration.node import NodeType
from graph_engine.documents.document import Body, Node, links_of
from graph_engine.flow.call import Call
from graph_engine.flow.shapes import Shapes, bodies_named

if TYPE_CHECKING:
    from graph_engine.packs.catalogue import Catalogue


@dataclass(frozen=True)
class Least:
    """What surely becomes part of a run with a body: so many nodes, and what stands at these ports."""

    nodes: int
    ports: frozenset[str]


class LeastNodes:
    """Counts what outputs and saving nodes need without a choice; a loop or a branch counts as one node."""

    def __init__(self, shapes: Shapes, catalogue: Catalogue) -> None:
        self._shapes = shapes
        self._catalogue = catalogue
        self._known: dict[int, tuple[Body, Least]] = {}  # by identity: a body is opened many times

    def of(self, body: Body) -> Least:
        """The least that a body of a checked document opens."""
        if id(body) not in self._known:
            self._known[id(body)] = body, self._count(body)
        return self._known[id(body)][1]

    def _count(self, body: Body) -> Least:
        at_ports = {place: name for name, one in body.interface.inputs.items() for place in one.places}
        roots = [one.node for one in body.interface.outputs.values()]
        waiting = roots + [name for name, node in body.nodes.items() if self._shapes.is_effect(node)]
        seen: set[str] = set()
        inside, ports = 0, set[str]()
        while waiting:
            node_id = waiting.pop()
            if node_id in seen:
                continue
            seen.add(node_id)
            node = body.nodes[node_id]
            declared = self._catalogue.node_type(node.type)
            assert declared is not None, "a document is checked before it is compiled"
            called = self._called(node, declared)
            inside += called.nodes
            for name in (*_eager(declared), *called.ports):
                if (node_id, name) in at_ports:
                    ports.add(at_ports[node_id, name])
                else:
                    waiting.extend(link.node for link in links_of(node.inputs.get(name)))
        return Least(len(seen) + inside, frozenset(ports))

    def _called(self, node: Node, declared: NodeType) -> Least:
        if not isinstance(declared.flow, Call):
            return Least(0, frozenset())
        _, name = next(bodies_named(node, declared))
        return self.of(self._shapes.definitions[name])


def _eager(declared: NodeType) -> Iterator[str]:
    return (name for name, one in declared.inputs.items() if not one.lazy)
