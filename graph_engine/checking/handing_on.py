"""What a bypassed node hands on: as each output what comes to the first input that fits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from graph_engine.checking.bodies import Bodies
from graph_engine.checking.left_out import Lack
from graph_engine.declaration.node import NodeType
from graph_engine.declaration.type_hints import NONE, fits, members, type_name
from graph_engine.documents.document import Link, Node, link_of
from graph_engine.problem import Problem

PASS = "flow/pass"  # stands in the resolved body where something is to be had only through a port


@dataclass(frozen=True)
class Bypassed:
    """A node, its `inputs` as they are led on, those `dropped`, to which nothing comes, and its `ports`."""

    node: Node
    declared: NodeType
    inputs: Mapping[str, Any]
    dropped: Mapping[str, Lack]
    ports: Collection[str]


@dataclass(frozen=True)
class HandedOn:
    """What stands for each output; by which inputs that came; nodes that give on what comes through ports."""

    outputs: Mapping[Link, Link | Lack | Problem]
    through: tuple[str, ...]
    passes: Mapping[str, Node]


def handed_on(node_id: str, one: Bypassed, types: Bodies) -> HandedOn:
    """What stands for each output of a bypassed node; where nothing fits, the problem of whoever needs it."""
    outputs: dict[Link, Link | Lack | Problem] = {}
    through: dict[str, None] = {}
    passes: dict[str, Node] = {}
    taken = _input_types(one, types)
    for output, wanted in _output_types(one, types).items():
        link = Link(node_id, output)
        lack: Lack | None = None
        for name, kinds in taken.items():
            value = one.inputs.get(name)
            if not any(_may_be(kind, wanted) for kind in _arriving(kinds, value)):
                continue
            if name in one.ports:
                path = f"{node_id}#{name}"
                passes[path] = _pass(value, types)
                outputs[link] = Link(path, "value")
            elif name in one.dropped:
                lack = lack or one.dropped[name]
                continue
            elif (only := _only_link(value)) is not None:
                outputs[link] = only
            else:
                continue
            through[name] = None
            break
        else:
            outputs[link] = lack or _nothing_fits(node_id, output, wanted)
    return HandedOn(outputs, tuple(through), passes)


def _pass(value: Any, types: Bodies) -> Node:
    """A node that gives on what comes through a port, or else the literal that is written there."""
    declared = types.catalogue.node_type(PASS)
    assert declared is not None
    default = {} if _only_link(value) is None else {"value": value}
    return Node(type=PASS, version=declared.version, inputs=default)


def _input_types(one: Bypassed, types: Bodies) -> dict[str, list[tuple[Any, Any]]]:
    """By input, or port: what it takes, and what one item of that is."""
    if one.declared.flow is None:
        return {name: [(each.annotation, each.item)] for name, each in one.declared.inputs.items()}
    use = types.shapes.use(one.node, one.declared)
    return {name: [(each.annotation, each.item) for each in port.targets] for name, port in use.ports.items()}


def _output_types(one: Bypassed, types: Bodies) -> dict[str, Any]:
    if one.declared.flow is None:
        return {name: each.annotation for name, each in one.declared.outputs.items()}
    use = types.shapes.use(one.node, one.declared)
    return one.declared.flow.outputs(use.fixed, [types.used(each.name, {})[1] for each in use.bodies])


def _only_link(value: Any) -> Link | None:
    """The link that an input's value is, alone or as the only item of a list."""
    return link_of(value[0] if isinstance(value, list) and len(value) == 1 else value)


def _arriving(kinds: list[tuple[Any, Any]], value: Any) -> Iterator[Any]:
    """What arrives at an input, by what it takes: a list with one link is what one item may be."""
    for whole, item in kinds:
        if not isinstance(value, list):
            yield whole
        if item is not None:
            yield item


def _may_be(taken: Any, given: Any) -> bool:
    """Whether what an input takes fits an output. What may be anything is only handed on as anything."""
    kinds = [one for one in members(taken) if one is not NONE]
    if any(isinstance(one, TypeVar) for one in members(given)):
        return bool(kinds) and set(kinds) <= set(members(given))
    if given is not Any and any(one is Any or isinstance(one, TypeVar) for one in kinds):
        return False
    return bool(kinds) and all(fits(one, given) for one in kinds)


def _nothing_fits(node_id: str, output: str, wanted: Any) -> Problem:
    kind = type_name(wanted)
    return Problem(
        "bypass",
        f"is bypassed, and nothing comes to it that it could hand on as its output '{output}' ({kind}).",
        node=node_id,
        expected=kind,
        hint=f"Link {kind} to one of its inputs, mute it, or take the bypass away.",
    )
