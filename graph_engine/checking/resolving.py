"""Leaving out bypassed and muted nodes: links are led past the former, and end at the latter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any, Generic

from graph_engine.checking.bodies import Bodies
from graph_engine.checking.handing_on import PASS, Bypassed, handed_on
from graph_engine.checking.left_out import Lack, LeftOut, ResolvedBody, SomeBody
from graph_engine.declaration.node import NodeType
from graph_engine.documents.document import (
    Definition,
    InterfaceInput,
    InterfaceOutput,
    Link,
    Node,
    Place,
    link_of,
    links_of,
)
from graph_engine.flow.kind import BodyShape
from graph_engine.flow.shapes import Shapes, UseShape, bodies_named
from graph_engine.messages import nearest
from graph_engine.packs.catalogue import Catalogue
from graph_engine.problem import Problem


@dataclass(frozen=True)
class Known:
    """The definitions resolved so far with their shapes, and the types of all as they were written.

    `lost` has for each definition the outputs that give nothing, with the reason.
    """

    catalogue: Catalogue
    definitions: dict[str, Definition]
    shapes: Shapes
    types: Bodies
    lost: dict[str, Mapping[str, str]] = field(default_factory=dict)


def resolved_body(body: SomeBody, known: Known) -> ResolvedBody[SomeBody]:
    """A body whose definitions are resolved already, without its bypassed and muted nodes."""
    return _Resolving(body, known).resolved()


class _Resolving(Generic[SomeBody]):
    def __init__(self, body: SomeBody, known: Known) -> None:
        self._body, self._known = body, known
        self._nodes: dict[str, Node] = {}
        self._left_out: dict[str, LeftOut] = {}
        self._circular = False
        self._lacking: dict[str, Lack] = {}  # muted nodes, and those that need them
        self._handed: dict[Link, Link | Lack | Problem] = {}  # the outputs of bypassed nodes
        self._lost: dict[Link, Lack] = {}  # outputs of calls and loops that their definitions do not give
        self._problems: dict[Problem, None] = {}
        self._ports = {  # a document's own inputs are written into its nodes; no port brings anything
            place
            for port in (body.interface.inputs.values() if isinstance(body, Definition) else ())
            for place in port.places
        }

    def resolved(self) -> ResolvedBody[SomeBody]:
        for node_id in self._order():
            self._settle(node_id, self._body.nodes[node_id])
        lost: dict[str, str] = {}
        outputs: dict[str, InterfaceOutput] = {}
        for name, port in self._body.interface.outputs.items():
            found = self._output(name, port)
            if isinstance(found, Lack):
                lost[name] = found.reason
            else:
                outputs[name] = found
        inputs = dict(self._inputs())
        interface = self._body.interface.with_fields(inputs=inputs, outputs=outputs)
        body = self._body.with_fields(nodes=self._in_order(), interface=interface)
        handed = {link: found for link, found in self._handed.items() if isinstance(found, Link)}
        return ResolvedBody(body, self._left_out, lost, handed, tuple(self._problems))

    def _order(self) -> list[str]:
        """Each node after those that it links to; where they form a circle, the checker says so."""
        nodes = self._body.nodes
        before: dict[str, list[str]] = {}
        for node_id, node in nodes.items():
            values = node.inputs.values() if node.left_out != "mute" else ()
            before[node_id] = [link.node for one in values for link in links_of(one) if link.node in nodes]
        try:
            return list(TopologicalSorter(before).static_order())
        except CycleError:
            self._circular = True
            return list(nodes)

    def _in_order(self) -> dict[str, Node]:
        """The nodes in the order of the body; one that stands for a bypassed node is in its place."""
        places = {node_id: index for index, node_id in enumerate(self._body.nodes)}
        found = sorted(self._nodes, key=lambda name: places.get(name.partition("#")[0], -1))
        return {name: self._nodes[name] for name in found}

    def _settle(self, node_id: str, node: Node) -> None:
        if node.left_out == "mute":
            self._left_out[node_id] = LeftOut(node.type, "muted")
            self._lacking[node_id] = Lack(f"'{node_id}' is muted")
            return
        inputs, dropped = self._led(node_id, node)
        declared = self._known.catalogue.node_type(node.type)
        use = self._use(node, declared)
        # What is not known here, or not whole, stays as it is: the checker says what is wrong with it.
        known = declared is not None and declared.version == node.version
        whole = declared is not None and (declared.flow is None or use is not None)
        if declared is None or not known or not whole:
            self._nodes[node_id] = _with(node, inputs)
        elif node.left_out == "bypass" and not self._circular:
            self._bypass(node_id, node, declared, inputs, dropped)
        elif name := self._needs(node_id, declared, use, dropped):
            self._mute(node_id, node, name, dropped[name])
        elif use is not None and (lack := self._broken(node_id, use)):
            self._mute(node_id, node, "", lack)
        else:
            self._nodes[node_id] = _with(node, inputs)
            if use is not None:
                self._note_lost(node_id, use)

    def _mute(self, node_id: str, node: Node, name: str, lack: Lack) -> None:
        if lack.inside:
            message = f"needs what gives nothing here: {lack.reason}."
            hint = "Unmute that node, link something else, or mute this node too."
            self._problems[Problem("muted", message, node=node_id, input=name, hint=hint)] = None
        self._left_out[node_id] = LeftOut(node.type, "muted", lack.reason, (name,) if name else ())
        self._lacking[node_id] = Lack(lack.reason)

    # Links.

    def _follow(self, link: Link) -> Link | Lack | Problem:
        """What a link leads to in the resolved body."""
        if link.node in self._lacking:
            return self._lacking[link.node]
        if link in self._lost:
            return self._lost[link]
        return self._handed.get(link, link)

    def _led(self, node_id: str, node: Node) -> tuple[dict[str, Any], dict[str, Lack]]:
        """The inputs with their links led on, and those that nothing comes to any more."""
        inputs: dict[str, Any] = {}
        dropped: dict[str, Lack] = {}
        for name, value in node.inputs.items():
            many = value if isinstance(value, list) else [value]
            found = [self._item(node, node_id, name, item) for item in many]
            lacks = [one for one in found if isinstance(one, Lack)]
            if len(lacks) == len(found) and lacks:
                dropped[name] = lacks[0]
            else:
                kept = [one for one in found if not isinstance(one, Lack)]
                inputs[name] = kept if isinstance(value, list) else kept[0]
        return inputs, dropped

    def _item(self, node: Node, node_id: str, name: str, item: Any) -> Any:
        link = link_of(item)
        if link is None:
            return item
        found = self._follow(link)
        if isinstance(found, Link):
            bypassed = self._left_out.get(found.node)
            if bypassed is None:
                return item if found == link else {"from": str(found)}
            message = f"is linked to '{link}', but '{link.node}' has no output '{link.output}'."
            hint = nearest(link.output, [one.output for one in self._handed if one.node == link.node])
            found = Problem("unknown_link_output", message, node_id, name, got=str(link), hint=hint)
        if isinstance(found, Problem):
            if node.left_out != "bypass":  # whose inputs nobody needs until it hands them on
                self._problems[found] = None
            return Lack(f"'{link.node}' is bypassed, and hands nothing on")
        return found

    def _bypass(
        self,
        node_id: str,
        node: Node,
        declared: NodeType,
        inputs: Mapping[str, Any],
        dropped: Mapping[str, Lack],
    ) -> None:
        ports = {name for owner, name in self._ports if owner == node_id}
        found = handed_on(node_id, Bypassed(node, declared, inputs, dropped, ports), self._known.types)
        self._handed |= found.outputs
        self._nodes |= found.passes
        self._left_out[node_id] = LeftOut(node.type, "bypassed", "", found.through)

    # Nodes that lack something.

    def _use(self, node: Node, declared: NodeType | None) -> UseShape | None:
        """A flow node in its use; None where a body is not there."""
        if declared is None or declared.flow is None:
            return None
        use = self._known.shapes.use(node, declared)
        named = list(bodies_named(node, declared))
        return use if named and len(use.bodies) == len(named) else None

    def _needs(
        self, node_id: str, declared: NodeType, use: UseShape | None, dropped: Mapping[str, Lack]
    ) -> str:
        """The first required input that nothing comes to any more; what a port brings may still come."""
        required = [name for name, one in declared.inputs.items() if one.required]
        if use is not None and declared.flow is not None:
            needed = set(declared.flow.needed(use.fixed))
            required += [name for name, port in use.ports.items() if port.required or name in needed]
        return next((n for n in required if n in dropped and (node_id, n) not in self._ports), "")

    def _lost_by(self, body: BodyShape) -> dict[str, str]:
        return {
            output: f"in the definition '{body.name}', {reason}"
            for output, reason in self._known.lost.get(body.name, {}).items()
        }

    def _broken(self, node_id: str, use: UseShape) -> Lack | None:
        """A loop or a branch that can not be without an output that its definition does not give any more."""
        lost = {output: reason for body in use.bodies for output, reason in self._lost_by(body).items()}
        flow = use.declared.flow
        assert flow is not None
        if not lost or not list(flow.wrong(use.fixed, use.bodies)):
            return None
        whole = [
            BodyShape(one.name, one.ports, (*one.outputs, *self._known.lost.get(one.name, ())))
            for one in use.bodies
        ]
        return None if list(flow.wrong(use.fixed, whole)) else Lack(next(iter(lost.values())), inside=True)

    def _note_lost(self, node_id: str, use: UseShape) -> None:
        lost = {output: reason for body in use.bodies for output, reason in self._lost_by(body).items()}
        for output, reason in lost.items():
            if output not in use.outputs:
                self._lost[Link(node_id, output)] = Lack(reason, inside=True)

    # The interface.

    def _output(self, name: str, port: InterfaceOutput) -> InterfaceOutput | Lack:
        link = Link(port.node, port.output)
        found = self._follow(link)
        if isinstance(found, Link) and found.node in self._left_out:
            message = f"The interface output '{name}' leads to '{link}', which is not there."
            hint = nearest(port.output, [one.output for one in self._handed if one.node == port.node])
            found = Problem("interface_socket", message, node=port.node, got=port.output, hint=hint)
        if isinstance(found, Problem):
            self._problems[found] = None
            return Lack(f"'{port.node}' is bypassed, and hands nothing on")
        if isinstance(found, Lack) or found == link:
            return found if isinstance(found, Lack) else port
        return port.with_fields(node=found.node, output=found.output)

    def _inputs(self) -> Iterator[tuple[str, InterfaceInput]]:
        """The interface's inputs, led to what is left; a definition keeps all its ports, so that uses fit."""
        for name, port in self._body.interface.inputs.items():
            led = [self._place(node, socket) for node, socket in port.places]
            places = [place for place in led if place is not None]
            if not places and isinstance(self._body, Definition):
                path = f"#{name}"
                self._nodes[path] = Node(type=PASS, inputs={"value": None})
                places = [(path, "value")]
            if places == port.places:
                yield name, port
            elif places:
                (node, socket), *rest = places
                also = [Place(node=one, input=its) for one, its in rest]
                yield name, port.with_fields(node=node, input=socket, also=also)

    def _place(self, node: str, socket: str) -> tuple[str, str] | None:
        if node not in self._left_out:
            return node, socket
        path = f"{node}#{socket}"
        return (path, "value") if path in self._nodes else None


def _with(node: Node, inputs: dict[str, Any]) -> Node:
    return node if inputs == node.inputs else node.with_fields(inputs=inputs)
