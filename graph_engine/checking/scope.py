"""Checking one body of nodes, a document's own or a definition's: types, links, literals, interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar, Union

from graph_engine.checking.bodies import Bodies, Places
from graph_engine.checking.inputs import check_literal, check_literal_item
from graph_engine.checking.unknown import unknown_node
from graph_engine.declaration.node import NodeType
from graph_engine.declaration.sockets import NodeInput
from graph_engine.declaration.type_hints import bounded, fits, has_variables, list_item, substitute, type_name
from graph_engine.documents.document import Body, Link, Node, link_of, links_of
from graph_engine.flow.shapes import UseShape, bodies_named
from graph_engine.messages import nearest, shown
from graph_engine.problem import Problem

MOST_INSIDE = 5  # problems that are told of one body in one use; they multiply where uses nest

Wanted = tuple[NodeInput, ...]  # what a value must suit: one input, or every one that a port leads to


class ScopeChecker:
    """`arriving` has the annotation of what comes through a port to an inner input, by (node, input)."""

    def __init__(
        self, body: Body, bodies: Bodies, arriving: Places | None = None, *, as_body: bool = False
    ) -> None:
        self._body = body
        self._bodies = bodies
        self._arriving = arriving or {}
        self._types: dict[str, NodeType] = {}
        self._uses: dict[str, UseShape] = {}
        self._outputs: dict[Link, Any] = {}  # what annotation each output has, TypeVars replaced
        self._names: dict[str, list[str]] = {}  # the outputs of each node
        self._from_outside = {
            place: name for name, port in body.interface.inputs.items() for place in port.places
        }
        self._as_body = as_body
        self._known_fits: dict[tuple[int, int], tuple[bool, Any, Any]] = {}

    def problems(self) -> Iterator[Problem]:
        """All problems, in the body's own order."""
        by_node: dict[str, list[Problem]] = {}
        for node_id, node in self._body.nodes.items():
            by_node[node_id] = list(self._type_of(node_id, node))
        order, cycles = self._order()
        for node_id in order:
            by_node[node_id].extend(dict.fromkeys(self._node(node_id, self._body.nodes[node_id])))
        for node_id in self._body.nodes:
            yield from by_node[node_id]
        yield from cycles
        yield from self._interface()

    def interface_outputs(self) -> dict[str, Any]:
        """The annotations of the interface's outputs, after `problems`; what is not known can be anything."""
        return {
            name: self._outputs.get(Link(port.node, port.output), Any)
            for name, port in self._body.interface.outputs.items()
        }

    def _type_of(self, node_id: str, node: Node) -> Iterator[Problem]:
        declared = self._bodies.catalogue.node_type(node.type)
        if declared is None:
            yield self._unknown_type(node_id, node)
            return
        self._types[node_id] = declared
        self._names[node_id] = list(declared.outputs)
        if declared.flow is not None:
            use = self._uses[node_id] = self._bodies.shapes.use(node, declared)
            self._names[node_id] = use.outputs
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
        return unknown_node(node.type, self._bodies.all_names, self._bodies.catalogue.faults, node_id)

    def _order(self) -> tuple[list[str], list[Problem]]:
        nodes = self._body.nodes
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

    def _node(self, node_id: str, node: Node) -> Iterator[Problem]:
        declared = self._types.get(node_id)
        if declared is None:
            for name, value in node.inputs.items():
                for link in links_of(value):
                    yield from self._link_target(node_id, name, link)
            return
        inputs: dict[str, Wanted] = {name: (one,) for name, one in declared.inputs.items()}
        use = self._uses.get(node_id)
        if use is not None:
            yield from self._flow(node_id, node, use)
            inputs = {**{name: port.targets for name, port in use.ports.items()}, **inputs}
        bindings: dict[TypeVar, Any] = {}
        for name, value in node.inputs.items():
            if name not in inputs:
                yield from self._extra_input(node_id, node, name, inputs)
            elif (node_id, name) not in self._arriving:  # else the use gives another value
                for wanted in inputs[name]:
                    yield from self._input(node_id, wanted, value, bindings)
        for (place, name), annotation in self._arriving.items():
            if place == node_id:
                for wanted in inputs.get(name, ()):
                    yield from self._arrived(node_id, name, wanted, annotation, bindings)
        yield from self._missing(node_id, node, declared, use)
        if use is None:
            for output in declared.outputs.values():
                self._outputs[Link(node_id, output.name)] = bounded(substitute(output.annotation, bindings))
        else:
            yield from self._open(node_id, node, use)

    def _extra_input(
        self, node_id: str, node: Node, name: str, known: Mapping[str, Wanted]
    ) -> Iterator[Problem]:
        if self._lacks_a_body(node_id):
            return  # it may belong to the definition that is missing, which is reported
        message, hint = f"'{node.type}' has no input '{name}'.", nearest(name, known)
        got = shown(node.inputs[name])
        yield Problem("extra_input", message, node=node_id, input=name, got=got, hint=hint)

    def _lacks_a_body(self, node_id: str) -> bool:
        use = self._uses.get(node_id)
        if use is None:
            return False
        return len(use.bodies) < len(list(bodies_named(self._body.nodes[node_id], use.declared)))

    def _flow(self, node_id: str, node: Node, use: UseShape) -> Iterator[Problem]:
        """What is wrong with how a flow node names definitions and ports."""
        flow, shapes = use.declared.flow, self._bodies.shapes
        assert flow is not None
        for name, body in bodies_named(node, use.declared):
            if body not in shapes.definitions:
                message = f"there is no definition '{body}' in this document."
                hint = nearest(body, shapes.definitions)
                yield Problem("unknown_definition", message, node=node_id, input=name, got=body, hint=hint)
        for name in use.declared.inputs:
            if name in use.ports:
                message = f"a port of its definition has the name of its own input '{name}'."
                yield Problem(
                    "port_name", message, node=node_id, input=name, hint="Give the port another name."
                )
        if use.bodies and not self._lacks_a_body(node_id):
            for name, message, hint in flow.wrong(use.fixed, use.bodies):
                yield Problem("bad_body", message, node=node_id, input=name, hint=hint)

    def _open(self, node_id: str, node: Node, use: UseShape) -> Iterator[Problem]:
        """Check the bodies with the types that arrive in this use, and learn the outputs' types."""
        flow = use.declared.flow
        assert flow is not None
        listed = set(flow.listed(use.fixed))
        given = {
            name: self._annotation(node_id, name, node.inputs.get(name), name in listed) for name in use.ports
        }
        port_types = {name: annotation for name, annotation in given.items() if annotation is not None}
        outputs: list[Mapping[str, Any]] = []
        for body in use.bodies:
            arriving = {name: one for name, one in port_types.items() if name in body.ports}
            problems, found = self._bodies.used(body.name, arriving)
            outputs.append(found)
            for problem in problems[:MOST_INSIDE]:
                yield Problem("inside", f"in its definition '{body.name}': {problem}", node=node_id)
        if outputs:
            for name, annotation in flow.outputs(use.fixed, outputs).items():
                self._outputs[Link(node_id, name)] = bounded(annotation)
            yield from self._carried(node_id, use, outputs[0])

    def _carried(self, node_id: str, use: UseShape, outputs: Mapping[str, Any]) -> Iterator[Problem]:
        for name in use.fixed.get("carry", ()):
            for target in use.ports[name].targets if name in use.ports and name in outputs else ():
                if not fits(outputs[name], target.annotation):
                    expected, got = type_name(target.annotation), type_name(outputs[name])
                    message = f"carries '{name}', whose port wants {expected}, but its output gives {got}."
                    yield Problem(
                        "wrong_type", message, node=node_id, input="carry", expected=expected, got=got
                    )
        until = use.fixed.get("until")
        if until and until in outputs and not fits(outputs[until], bool):
            got = type_name(outputs[until])
            message = f"names '{until}', which must be true or false, but it gives {got}."
            yield Problem("wrong_type", message, node=node_id, input="until", expected="true/false", got=got)

    def _annotation(self, node_id: str, name: str, value: Any, listed: bool) -> Any | None:
        """The annotation of what is given at a port, of one item where it takes a list; None if not known."""
        if (node_id, name) in self._arriving:
            found = self._arriving[node_id, name]
        elif (link := link_of(value)) is not None:
            found = self._outputs.get(link)
        elif listed and isinstance(value, list) and value:
            links = [link_of(item) for item in value]
            kinds = [self._outputs.get(link) for link in links if link is not None]
            return Union[tuple(kinds)] if len(kinds) == len(value) and None not in kinds else None  # noqa: UP007
        else:
            return None
        return (list_item(found) or found) if listed and found is not None else found

    def _missing(
        self, node_id: str, node: Node, declared: NodeType, use: UseShape | None
    ) -> Iterator[Problem]:
        wanting: list[tuple[str, Wanted]] = [
            (name, (one,)) for name, one in declared.inputs.items() if one.required
        ]
        if use is not None and declared.flow is not None:
            needed = set(declared.flow.needed(use.fixed))
            wanting += [(n, port.targets) for n, port in use.ports.items() if port.required or n in needed]
        for name, targets in wanting:
            outside = self._from_outside.get((node_id, name))
            if name in node.inputs or (self._as_body and outside is not None):
                continue
            kind = " and ".join(dict.fromkeys(type_name(one.annotation) for one in targets)) or "anything"
            only_links = any(one.adapter is None for one in targets)
            way = "Link an output to it" if only_links else "Give a value or link an output to it"
            if outside is not None:
                way = f"Set '{outside}', on the command line with --set {outside}=…"
            yield Problem(
                "missing_input",
                f"is missing: it wants {kind}.",
                node=node_id,
                input=name,
                expected=kind,
                got="nothing",
                hint=f"{way}.",
            )

    def _input(
        self, node_id: str, wanted: NodeInput, value: Any, bindings: dict[TypeVar, Any]
    ) -> Iterator[Problem]:
        link = link_of(value)
        if wanted.fixed and any(links_of(value)):
            message = "is written out in the document; it can not come by a link."
            expected = type_name(wanted.annotation)
            yield Problem("fixed_input", message, node=node_id, input=wanted.name, expected=expected)
        elif link is not None:
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

    def _arrived(
        self, node_id: str, name: str, wanted: NodeInput, annotation: Any, bindings: dict[TypeVar, Any]
    ) -> Iterator[Problem]:
        accepted = (wanted.annotation, wanted.item)
        if not any(one is not None and fits(annotation, one, bindings) for one in accepted):
            expected, got = type_name(wanted.annotation), type_name(annotation)
            port = self._from_outside[node_id, name]
            message = f"wants {expected}, but the port '{port}' gets {got}."
            yield Problem("wrong_type", message, node=node_id, input=name, expected=expected, got=got)

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
        if not any(one is not None and self._fits(output, one, bindings) for one in accepted):
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

    def _fits(self, output: Any, wanted: Any, bindings: dict[TypeVar, Any]) -> bool:
        """`fits`, remembered where no TypeVar is to be bound: large documents ask the same often."""
        if has_variables(wanted):
            return fits(output, wanted, bindings)
        pair = (id(output), id(wanted))
        if pair not in self._known_fits:
            self._known_fits[pair] = (fits(output, wanted), output, wanted)  # keeps both, and so their ids
        return self._known_fits[pair][0]

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
        elif link.node not in self._body.nodes:
            yield Problem(
                "unknown_link_node",
                f"is linked to the node '{link.node}', which does not exist.",
                node=node_id,
                input=name,
                got=str(link),
                hint=nearest(link.node, self._body.nodes),
            )
        elif link.node in self._types and link.output not in self._names[link.node]:
            yield from self._unknown_output(node_id, name, link)

    def _unknown_output(self, node_id: str, name: str, link: Link) -> Iterator[Problem]:
        if self._lacks_a_body(link.node):
            return  # its output may be the definition's that is missing, which is reported
        outputs = self._names[link.node]
        yield Problem(
            "unknown_link_output",
            f"is linked to '{link}', but '{link.node}' has no output '{link.output}'.",
            node=node_id,
            input=name,
            got=str(link),
            hint=nearest(link.output, outputs) or ("" if outputs else "It has no outputs."),
        )

    def _interface(self) -> Iterator[Problem]:
        interface, nodes = self._body.interface, self._body.nodes
        for name, one in interface.inputs.items():
            for node, socket in one.places:
                known: list[str] | None = None
                if node in self._types and not self._lacks_a_body(node):
                    known = list(self._types[node].inputs)
                    if node in self._uses:
                        known += list(self._uses[node].ports)
                yield from self._place("input", name, node, socket, known)
                yield from self._fixed_port(name, node, socket)
        for name, port in interface.outputs.items():
            known = self._names.get(port.node)
            if port.node in self._types and self._lacks_a_body(port.node):
                known = None  # it may be an output of the definition that is missing, which is reported
            yield from self._place("output", name, port.node, port.output, known)
        taken: dict[tuple[str, str], str] = {}
        for name, one in interface.inputs.items() if nodes else ():
            for place in one.places:
                if taken.setdefault(place, name) != name:
                    message = (
                        f"The interface inputs '{taken[place]}' and '{name}' both set '{'.'.join(place)}'."
                    )
                    yield Problem("interface_twice", message, node=place[0], input=place[1])

    def _fixed_port(self, name: str, node: str, socket: str) -> Iterator[Problem]:
        """A definition has one shape, so none of its ports may change it; a document's own inputs may."""
        wanted = self._types[node].inputs.get(socket) if node in self._types else None
        if self._as_body and wanted is not None and wanted.fixed:
            message = f"is written out in the document; it can not come through the port '{name}'."
            hint = "Write it out, and make a definition for each value that is needed."
            yield Problem("fixed_input", message, node=node, input=socket, hint=hint)

    def _place(
        self, kind: str, name: str, node: str, socket: str, known: list[str] | None
    ) -> Iterator[Problem]:
        if node not in self._body.nodes:
            message = f"The interface {kind} '{name}' leads to '{node}', which is not there."
            yield Problem("interface_node", message, got=node, hint=nearest(node, self._body.nodes))
        elif known is not None and socket not in known:
            message = f"The interface {kind} '{name}' leads to '{node}.{socket}', which is not there."
            hint = nearest(socket, known)
            yield Problem("interface_socket", message, node=node, got=socket, hint=hint)


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
