"""The checker: every problem of a document at once, each with its place and the way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar

from graph_engine.catalogue import Catalogue
from graph_engine.checker_inputs import check_literal, check_literal_item
from graph_engine.document import Document, Link, Node, Part, link_of, links_of
from graph_engine.messages import nearest, shown
from graph_engine.node import NodeType
from graph_engine.problem import Problem
from graph_engine.sockets import NodeInput
from graph_engine.type_hints import fits, substitute, type_name


def check(document: Document, catalogue: Catalogue) -> list[Problem]:
    """All problems of a document, in its own order; an empty list means it can run."""
    return list(_Checker(document, catalogue).problems())


class _Checker:
    def __init__(self, document: Document, catalogue: Catalogue) -> None:
        self._document = document
        self._catalogue = catalogue
        self._types: dict[str, NodeType] = {}
        self._outputs: dict[Link, Any] = {}  # what annotation each output has, TypeVars replaced
        self._all_names: list[str] | None = None

    def problems(self) -> Iterator[Problem]:
        yield from self._extra_fields()
        by_node: dict[str, list[Problem]] = {}
        for node_id, node in self._document.nodes.items():
            by_node[node_id] = list(self._type_of(node_id, node))
        order, cycles = self._order()
        for node_id in order:
            by_node[node_id].extend(self._inputs(node_id, self._document.nodes[node_id]))
        for node_id in self._document.nodes:
            yield from by_node[node_id]
        yield from cycles
        yield from self._interface()

    def _extra_fields(self) -> Iterator[Problem]:
        document = self._document
        parts: list[tuple[str, str, Part]] = [
            ("the document", "", document),
            ("the interface", "", document.interface),
            ("the lock", "", document.lock),
        ]
        parts += [(f"interface input '{name}'", "", one) for name, one in document.interface.inputs.items()]
        parts += [(f"interface output '{name}'", "", one) for name, one in document.interface.outputs.items()]
        parts += [(f"node '{name}'", name, one) for name, one in document.nodes.items()]
        for where, node, part in parts:
            for field in part.model_extra or {}:
                hint = nearest(field, type(part).model_fields)
                yield Problem("extra_field", f"There is no field '{field}' in {where}.", node=node, hint=hint)

    def _type_of(self, node_id: str, node: Node) -> Iterator[Problem]:
        declared = self._catalogue.node_type(node.type)
        if declared is None:
            yield self._unknown_type(node_id, node)
            return
        self._types[node_id] = declared
        if node.version != declared.version:
            newer = node.version > declared.version
            yield Problem(
                "unknown_version",
                f"version {node.version} of '{node.type}' is not known here; version {declared.version} is.",
                node=node_id,
                expected=str(declared.version),
                got=str(node.version),
                hint="Update the pack." if newer else "Look its inputs over and set the new version.",
            )

    def _unknown_type(self, node_id: str, node: Node) -> Problem:
        if self._all_names is None:
            self._all_names = sorted(self._catalogue.node_types())
        pack = node.type.partition("/")[0]
        faults = [fault for fault in self._catalogue.faults if fault.pack == pack]
        hint = nearest(node.type, self._all_names)
        if not any(name.startswith(f"{pack}/") for name in self._all_names):
            hint = f"The pack '{pack}' is not installed. {hint}".strip()
        if faults:
            hint = f"The pack '{pack}' did not load whole: {faults[0].where}: {faults[0].message}"
        message = f"there is no node type '{node.type}' here."
        return Problem("unknown_node", message, node=node_id, got=node.type, hint=hint)

    def _order(self) -> tuple[list[str], list[Problem]]:
        nodes = self._document.nodes
        before = {
            node_id: [
                link.node for value in node.inputs.values() for link in links_of(value) if link.node in nodes
            ]
            for node_id, node in nodes.items()
        }
        try:
            return list(TopologicalSorter(before).static_order()), []
        except CycleError:
            return list(nodes), list(_cycles(before))

    def _inputs(self, node_id: str, node: Node) -> Iterator[Problem]:
        declared = self._types.get(node_id)
        if declared is None:
            for name, value in node.inputs.items():
                for link in links_of(value):
                    yield from self._link_target(node_id, name, link)
            return
        bindings: dict[TypeVar, Any] = {}
        for name, value in node.inputs.items():
            wanted = declared.inputs.get(name)
            if wanted is None:
                yield Problem(
                    "extra_input",
                    f"'{node.type}' has no input '{name}'.",
                    node=node_id,
                    input=name,
                    got=shown(value),
                    hint=nearest(name, declared.inputs),
                )
            else:
                yield from self._input(node_id, wanted, value, bindings)
        yield from self._missing(node_id, node, declared.inputs)
        for output in declared.outputs.values():
            self._outputs[Link(node_id, output.name)] = substitute(output.annotation, bindings)

    def _missing(self, node_id: str, node: Node, inputs: Mapping[str, NodeInput]) -> Iterator[Problem]:
        for wanted in inputs.values():
            if wanted.required and wanted.name not in node.inputs:
                kind = type_name(wanted.annotation)
                way = (
                    "Link an output to it"
                    if wanted.adapter is None
                    else "Give a value or link an output to it"
                )
                for name, one in self._document.interface.inputs.items():
                    if (one.node, one.input) == (node_id, wanted.name):
                        way = f"Set '{name}', on the command line with --set {name}=…"
                yield Problem(
                    "missing_input",
                    f"is missing: it wants {kind}.",
                    node=node_id,
                    input=wanted.name,
                    expected=kind,
                    got="nothing",
                    hint=f"{way}.",
                )

    def _input(
        self, node_id: str, wanted: NodeInput, value: Any, bindings: dict[TypeVar, Any]
    ) -> Iterator[Problem]:
        link = link_of(value)
        if link is not None:
            yield from self._link(node_id, wanted, link, bindings, (wanted.annotation, wanted.item))
        elif wanted.item is not None and isinstance(value, list) and any(map(link_of, value)):
            for item in value:
                link = link_of(item)
                if link is not None:
                    yield from self._link(node_id, wanted, link, bindings, (wanted.item,))
                else:
                    yield from check_literal_item(node_id, wanted, item)
        else:
            yield from check_literal(node_id, wanted, value)

    def _link(
        self,
        node_id: str,
        wanted: NodeInput,
        link: Link,
        bindings: dict[TypeVar, Any],
        accepted: tuple[Any, ...],
    ) -> Iterator[Problem]:
        problems = list(self._link_target(node_id, wanted.name, link))
        yield from problems
        output = self._outputs.get(link)
        if problems or output is None:  # None: its node is unknown, or part of a cycle that is reported
            return
        if not any(one is not None and fits(output, one, bindings) for one in accepted):
            expected, got = type_name(accepted[0]), type_name(output)
            yield Problem(
                "wrong_type",
                f"wants {expected}, but '{link}' gives {got}.",
                node=node_id,
                input=wanted.name,
                expected=expected,
                got=got,
                hint=self._fitting_outputs(link, accepted),
            )

    def _fitting_outputs(self, link: Link, accepted: tuple[Any, ...]) -> str:
        others = [
            str(one)
            for one, annotation in self._outputs.items()
            if one.node == link.node and any(kind is not None and fits(annotation, kind) for kind in accepted)
        ]
        return f"'{others[0]}' would fit." if others else ""

    def _link_target(self, node_id: str, name: str, link: Link) -> Iterator[Problem]:
        if not link.node or not link.output:
            message = f"'{link.node or link.output}' is not a link: it is written node.output."
            yield Problem("bad_link", message, node=node_id, input=name, got=str(link))
        elif link.node not in self._document.nodes:
            yield Problem(
                "unknown_link_node",
                f"is linked to the node '{link.node}', which does not exist.",
                node=node_id,
                input=name,
                got=str(link),
                hint=nearest(link.node, self._document.nodes),
            )
        elif link.node in self._types and link.output not in self._types[link.node].outputs:
            outputs = self._types[link.node].outputs
            yield Problem(
                "unknown_link_output",
                f"is linked to '{link}', but '{link.node}' has no output '{link.output}'.",
                node=node_id,
                input=name,
                got=str(link),
                hint=nearest(link.output, outputs) or ("" if outputs else "It has no outputs."),
            )

    def _interface(self) -> Iterator[Problem]:
        for kind, ports in (
            ("input", self._document.interface.inputs),
            ("output", self._document.interface.outputs),
        ):
            for name, port in ports.items():
                socket = getattr(port, kind)
                declared = self._types.get(port.node)
                if port.node not in self._document.nodes:
                    message = f"The interface {kind} '{name}' leads to '{port.node}', which is not there."
                    hint = nearest(port.node, self._document.nodes)
                    yield Problem("interface_node", message, got=port.node, hint=hint)
                elif declared is not None:
                    sockets = list(declared.inputs if kind == "input" else declared.outputs)
                    if socket not in sockets:
                        place = f"{port.node}.{socket}"
                        message = f"The interface {kind} '{name}' leads to '{place}', which is not there."
                        hint = nearest(socket, sockets)
                        yield Problem("interface_socket", message, node=port.node, got=socket, hint=hint)


def _cycles(before: dict[str, list[str]]) -> Iterator[Problem]:
    import networkx  # only a document with a cycle pays for this import

    graph = networkx.DiGraph([(one, node_id) for node_id, links in before.items() for one in links])
    for component in networkx.strongly_connected_components(graph):
        part = graph.subgraph(component)
        if part.number_of_edges():
            start = min(component)
            path = [edge[0] for edge in networkx.find_cycle(part, start)]
            way = " -> ".join([*path, path[0]])
            message = f"The nodes {way} form a cycle; a workflow has none."
            yield Problem("cycle", message, node=path[0], hint="Remove one of these links.")
