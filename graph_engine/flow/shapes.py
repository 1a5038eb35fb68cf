"""The shapes of definitions: their ports and outputs as seen from outside, and which contain which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from graph_engine.declaration.fields import DefinitionName
from graph_engine.declaration.node import NodeType
from graph_engine.declaration.sockets import MISSING, NodeInput
from graph_engine.documents.document import Body, Definition, Node
from graph_engine.flow.kind import BodyShape, Port

if TYPE_CHECKING:
    from graph_engine.packs.catalogue import Catalogue

LONGEST_NESTING = 32  # of definitions inside definitions


@dataclass(frozen=True)
class UseShape:
    """A flow node in one use: its fixed inputs, its bodies, and the ports that these have together."""

    declared: NodeType
    fixed: Mapping[str, Any]
    bodies: tuple[BodyShape, ...]

    @cached_property
    def ports(self) -> dict[str, Port]:
        """The ports by name; those that take a list have `list[...]` targets."""
        assert self.declared.flow is not None
        listed = self.declared.flow.listed(self.fixed)
        found: dict[str, Port] = {}
        for body in self.bodies:
            for name, port in body.ports.items():
                targets = tuple(_listed(one) if name in listed else one for one in port.targets)
                before = found.get(name)
                found[name] = Port(
                    name,
                    _each_once([*before.targets, *targets] if before else targets),
                    port.required or (before is not None and before.required),
                )
        return found

    @property
    def outputs(self) -> list[str]:
        """The names of its outputs."""
        assert self.declared.flow is not None
        bodies = [dict.fromkeys(body.outputs, Any) for body in self.bodies]
        return list(self.declared.flow.outputs(self.fixed, bodies)) if bodies else []


class Shapes:
    """The shapes of a document's definitions, each worked out once.

    Definitions in `shapeless` have none, and those inside them that are met too deep: a document that was
    not checked yet may hold circles.
    """

    def __init__(self, definitions: Mapping[str, Definition], catalogue: Catalogue) -> None:
        self.definitions = definitions
        self.shapeless: set[str] = set()
        self._catalogue = catalogue
        self._shapes: dict[str, BodyShape] = {}
        self._effects: dict[str, bool] = {}
        self._depth = 0  # of the definition that is being looked into

    def body(self, name: str) -> BodyShape | None:
        """A definition from outside; None for one that is not there or has no shape."""
        if name not in self._shapes:
            definition = self._into(name)
            if definition is None:
                return None
            self._depth += 1
            try:
                self._shapes[name] = self.shape_of(name, definition)
            finally:
                self._depth -= 1
        return self._shapes[name]

    def _into(self, name: str) -> Definition | None:
        """A definition that may be looked into from here."""
        if name in self.shapeless or self._depth >= LONGEST_NESTING:
            return None
        return self.definitions.get(name)

    def shape_of(self, name: str, definition: Definition) -> BodyShape:
        """The shape of a definition that need not be the document's."""
        ports = {
            port: self._port(port, one.places, definition)
            for port, one in definition.interface.inputs.items()
        }
        return BodyShape(name, ports, tuple(definition.interface.outputs))

    def use(self, node: Node, declared: NodeType) -> UseShape:
        """A flow node in one use; a body that is not there, or a fixed input that is wrong, is left out."""
        bodies = (self.body(name) for _, name in bodies_named(node, declared))
        return UseShape(declared, fixed_inputs(node, declared), tuple(b for b in bodies if b is not None))

    def file_inputs(self, node: Node) -> list[str]:
        """The inputs of a node that name files, and the ports that lead to such inputs."""
        targets = self.targets(node)
        return [name for name, found in targets.items() if any(one.names_files for one in found)]

    def targets(self, node: Node) -> dict[str, tuple[NodeInput, ...]]:
        """What each input of a node must suit: the input itself, or every one that a port leads to."""
        declared = self._catalogue.node_type(node.type)
        if declared is None:
            return {}
        own = {name: (one,) for name, one in declared.inputs.items()}
        if declared.flow is None:
            return {**own}
        return {**{name: port.targets for name, port in self.use(node, declared).ports.items()}, **own}

    def has_effect(self, body: Body) -> bool:
        """Whether a body saves something, itself or in what it calls."""
        return any(self.is_effect(node) for node in body.nodes.values())

    def is_effect(self, node: Node) -> bool:
        """Whether a node saves something, itself or in its bodies."""
        declared = self._catalogue.node_type(node.type)
        if declared is None:
            return False
        if declared.flow is None:
            return declared.kind == "effect"
        return any(self._effect(name) for _, name in bodies_named(node, declared))

    def _effect(self, name: str) -> bool:
        if name not in self._effects:
            definition = self._into(name)
            if definition is None:
                return False
            self._depth += 1
            try:
                self._effects[name] = self.has_effect(definition)
            finally:
                self._depth -= 1
        return self._effects[name]

    def _port(self, name: str, places: list[tuple[str, str]], definition: Definition) -> Port:
        targets: list[NodeInput] = []
        required = False
        for node_id, input_name in places:
            node = definition.nodes.get(node_id)
            declared = self._catalogue.node_type(node.type) if node else None
            if node is None or declared is None:
                continue
            there = input_name in node.inputs
            if input_name in declared.inputs:
                target = declared.inputs[input_name]
                targets.append(replace(target, name=name, default=MISSING, lazy=False))
                required |= target.required and not there
            elif declared.flow is not None:
                port = self.use(node, declared).ports.get(input_name)
                if port is not None:
                    targets += [replace(one, name=name) for one in port.targets]
                    required |= (port.required or input_name in _needed(node, declared)) and not there
        return Port(name, _each_once(targets), required)


def bodies_named(node: Node, declared: NodeType) -> Iterator[tuple[str, str]]:
    """The definitions that a flow node names, each with the input that names it."""
    for name, wanted in declared.inputs.items():
        if any(isinstance(mark, DefinitionName) for mark in wanted.marks):
            value = node.inputs.get(name, "" if wanted.required else wanted.default)
            for one in value.values() if isinstance(value, dict) else [value]:
                if isinstance(one, str) and one:
                    yield name, one


def fixed_inputs(node: Node, declared: NodeType) -> dict[str, Any]:
    """The fixed inputs of a flow node, validated; a wrong or missing one is empty."""
    found: dict[str, Any] = {}
    for name, wanted in declared.inputs.items():
        if not wanted.fixed:
            continue
        try:
            given = name in node.inputs
            found[name] = (wanted.literal(node.inputs[name]) if given else wanted.default_literal)[0]
        except ValueError:
            found[name] = _empty(wanted)
    return found


def _needed(node: Node, declared: NodeType) -> set[str]:
    assert declared.flow is not None
    return set(declared.flow.needed(fixed_inputs(node, declared)))


def _each_once(targets: Iterable[NodeInput]) -> tuple[NodeInput, ...]:
    """Ports within ports lead to the same input again and again, twice as often with each level."""
    found: list[NodeInput] = []
    for one in targets:
        if one not in found:
            found.append(one)
    return tuple(found)


def _listed(target: NodeInput) -> NodeInput:
    return replace(target, annotation=list[target.annotation])  # type: ignore[name-defined]


def _empty(wanted: NodeInput) -> Any:
    kind = (wanted.schema or {}).get("type")
    return [] if kind == "array" else {} if kind == "object" else ""
