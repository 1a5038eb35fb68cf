"""Compiling a checked document to the graph of what its wanted outputs need."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from graph_engine.catalogue import Catalogue
from graph_engine.digest import canonical_json
from graph_engine.document import Document, Link, Node, link_of
from graph_engine.errors import EngineError
from graph_engine.messages import nearest
from graph_engine.node import NodeType
from graph_engine.sockets import NodeInput

if TYPE_CHECKING:
    import networkx


_UNCHANGING = (str, int, float, bool, type(None))


class NothingToRun(EngineError):
    """No node would run: nothing is asked for, or what is asked for is not there."""


@dataclass(frozen=True)
class Given:
    """A literal, validated, and its canonical JSON: a default written out and one left out are the same."""

    value: Any
    canonical: str

    def fresh(self) -> Any:
        """The value as the caller's own: what one node does to it no other node sees."""
        return self.value if isinstance(self.value, _UNCHANGING) else copy.deepcopy(self.value)


Source: TypeAlias = Given | Link | tuple[Given | Link, ...]


@dataclass(frozen=True)
class Task:
    """One node, ready to be keyed and computed."""

    node: str
    type_name: str
    declared: NodeType
    implementation: str
    inputs: dict[str, Source]
    links: tuple[Link, ...] = field(default=())

    @property
    def outputs(self) -> Iterator[Link]:
        """The node's outputs, as links to them."""
        return (Link(self.node, name) for name in self.declared.outputs)


def compile_document(
    document: Document, catalogue: Catalogue, wanted: Iterable[str] | None = None
) -> networkx.DiGraph[str]:
    """The ancestors of the wanted nodes, each node with its `task`; the document must pass `check`.

    `wanted` names interface outputs or nodes; None means all interface outputs and all effect nodes.
    `graph.graph["outputs"]` maps interface outputs to links, `graph.graph["order"]` is the order to run in.
    """
    import networkx

    outputs = {name: Link(port.node, port.output) for name, port in document.interface.outputs.items()}
    if wanted is None:
        roots = [link.node for link in outputs.values()]
        roots += [node_id for node_id, node in document.nodes.items() if _is_effect(node, catalogue)]
    else:
        names = list(wanted)
        outputs = {name: link for name, link in outputs.items() if name in names}
        roots = [_root(document, outputs, name) for name in names]
    if not roots:
        raise NothingToRun(
            "Nothing in this document would run: give it an interface output, or a node that saves something."
        )
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    waiting = list(dict.fromkeys(roots))
    seen = set(waiting)
    while waiting:
        node_id = waiting.pop()
        task = _task(node_id, document.nodes[node_id], catalogue)
        graph.add_node(node_id, task=task)
        for link in task.links:
            graph.add_edge(link.node, node_id)
            if link.node not in seen:
                seen.add(link.node)
                waiting.append(link.node)
    position = {node_id: index for index, node_id in enumerate(document.nodes)}
    order = list(networkx.lexicographical_topological_sort(graph, key=position.__getitem__))
    graph.graph |= {"name": document.name, "outputs": outputs, "order": order}
    return graph


def _is_effect(node: Node, catalogue: Catalogue) -> bool:
    declared = catalogue.node_type(node.type)
    return declared is not None and declared.kind == "effect"


def _root(document: Document, outputs: dict[str, Link], name: str) -> str:
    if name in outputs:
        return outputs[name].node
    if name in document.nodes:
        return name
    known = [*document.interface.outputs, *document.nodes]
    raise NothingToRun(f"The document has no output or node '{name}'. {nearest(name, known)}")


def _task(node_id: str, node: Node, catalogue: Catalogue) -> Task:
    declared = catalogue.node_type(node.type)
    assert declared is not None, "a document is checked before it is compiled"
    inputs = {name: _source(wanted, node.inputs) for name, wanted in declared.inputs.items()}
    links = tuple(
        item
        for source in inputs.values()
        for item in (source if isinstance(source, tuple) else (source,))
        if isinstance(item, Link)
    )
    return Task(node_id, node.type, declared, catalogue.implementation(node.type), inputs, links)


def _source(wanted: NodeInput, given: dict[str, Any]) -> Source:
    if wanted.name not in given:
        return _given(wanted.default_literal)
    value = given[wanted.name]
    link = link_of(value)
    if link is not None:
        return link
    if wanted.item is not None and isinstance(value, list) and any(map(link_of, value)):
        return tuple(link_of(item) or _given(wanted.literal_item(item)) for item in value)
    return _given(wanted.literal(value))


def _given(literal: tuple[Any, Any]) -> Given:
    checked, canonical = literal
    return Given(checked, canonical_json(canonical))
