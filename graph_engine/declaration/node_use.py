"""A node in its document, as far as that tells without running: literals, and which node a link leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph_engine.documents.document import Body, Definition, Node, link_of, links_of

if TYPE_CHECKING:
    from graph_engine.declaration.node import NodeType


@dataclass(frozen=True)
class NodeUse:
    """A node of a body, and the ways along its links."""

    body: Body
    name: str
    declared: Callable[[str], NodeType | None]  # a node type by `pack/name`, as far as it is here

    @property
    def type(self) -> str:
        """Its type, `pack/name`."""
        return self._node.type

    def literal(self, name: str, otherwise: Any = None) -> Any:
        """What is written for an input, or its default; `otherwise` where a link gives it or nobody knows."""
        if self._arrives(name):
            return otherwise
        if name in self._node.inputs:
            value = self._node.inputs[name]
            return otherwise if any(links_of(value)) else value
        declared = self.declared(self.type)
        wanted = declared.inputs.get(name) if declared else None
        return otherwise if wanted is None or wanted.required else wanted.default_literal[1]

    def source(self, name: str) -> tuple[NodeUse, str] | None:
        """The node that an input is linked to, and which output of it; None where it is not known here."""
        link = link_of(self._node.inputs.get(name))
        if link is None or link.node not in self.body.nodes or self._arrives(name):
            return None
        return NodeUse(self.body, link.node, self.declared), link.output

    def readers(self, output: str) -> Iterator[tuple[NodeUse, str]]:
        """Each node that is linked to an output, and by which input, in the document's order."""
        for name, node in self.body.nodes.items():
            for input_name, value in node.inputs.items():
                if any((link.node, link.output) == (self.name, output) for link in links_of(value)):
                    yield NodeUse(self.body, name, self.declared), input_name

    @property
    def _node(self) -> Node:
        return self.body.nodes[self.name]

    def _arrives(self, name: str) -> bool:
        """Whether it comes from outside of a definition: there a port is no value that was written."""
        return isinstance(self.body, Definition) and any(
            (self.name, name) in port.places for port in self.body.interface.inputs.values()
        )
