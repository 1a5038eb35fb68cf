"""What a run tells of what its nodes gave: how many bytes that is, and its values where they are small.

Nothing that is large is loaded for it, and what is told of one run has a bound.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph_engine.declaration.codecs import JsonCodec
from graph_engine.declaration.type_hints import NONE
from graph_engine.documents.document import Link
from graph_engine.errors import UnknownValueType
from graph_engine.execution.compile import Task
from graph_engine.execution.plain import NotPlain, Room, json_size, plain
from graph_engine.execution.walk import LoadValue, Walk
from graph_engine.packs.catalogue import classes_in
from graph_engine.store.content import Missing
from graph_engine.store.value_ref import ValueRef

NODE_BYTES = 64 * 1024  # of JSON, told of the outputs of one node
RUN_BYTES = 1024 * 1024  # of all nodes of a run together
OUTPUT_BYTES = 64 * 1024  # of the document's outputs
LOADED_BYTES = 256 * 1024  # a value that takes more in the store is not loaded to be told
_AROUND = 4  # bytes around a name and its value: quotes, a colon, a comma
_SCALARS = (bool, int, float, str, NONE)
_CONTAINERS = (list, tuple, dict)
_SCALAR_TYPES = frozenset(one.__name__ for one in _SCALARS)
_CONTAINER_TYPES = frozenset(one.__name__ for one in _CONTAINERS)


@dataclass(frozen=True)
class Gave:
    """What a node gave: the bytes of its outputs in the store, and the plain ones among them by name."""

    memory: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)


class Telling:
    """Looks at the outputs of a walk; `load` gives the value of a leaf, or raises `Missing`."""

    def __init__(self, walk: Walk, load: LoadValue) -> None:
        self._walk, self._load = walk, load
        self._catalogue = walk.program.catalogue
        self._left = RUN_BYTES

    def of_node(self, task: Task) -> Gave:
        """What is told of a node that gave its outputs: numbers, texts, and lists and dicts of them."""
        sizes: dict[str, int] = {}  # by digest: what two outputs share is held once
        values: dict[str, Any] = {}
        left = before = min(NODE_BYTES, self._left)
        for name in task.outputs:
            ref = self._walk.refs.get(link := Link(task.node, name))
            if ref is None:
                continue
            sizes[ref.digest] = ref.size
            try:
                value, size = self._scalar(ref, left) or self._other(link, left)
            except NotPlain:
                continue
            if (size := size + len(name.encode()) + _AROUND) <= left:
                values[name] = value
                left -= size
        self._left -= before - left
        return Gave(sum(sizes.values()), values)

    def of_outputs(self, outputs: Mapping[str, Link]) -> dict[str, Any]:
        """What is told of outputs by name, as far as there is room.

        One that can not be told, or has no room, is `{"type": ..., "size": ...}`.
        """
        told: dict[str, Any] = {}
        left = OUTPUT_BYTES
        for name, link in outputs.items():
            ref = self._walk.refs.get(link)
            if ref is None:
                continue
            for value in (self._told(link, ref, left), _type_of(ref)):
                size = json_size({name: value})
                if size <= left:
                    told[name] = value
                    left -= size
                    break
        return told

    def _scalar(self, ref: ValueRef, left: int) -> tuple[Any, int] | None:
        """A number or short text that is in its reference, and the bytes of it; nearly all are that."""
        if not ref.text or ref.type not in _SCALAR_TYPES:
            return None
        value = json.loads(ref.text)
        if type(value) is float:
            value = plain(value, self._catalogue, Room(left, naming=False))
        return value, len(ref.text)

    def _other(self, link: Link, left: int) -> tuple[Any, int]:
        value = self._value(link, Room(left, naming=False))
        return value, json_size(value)

    def _told(self, link: Link, ref: ValueRef, left: int) -> Any:
        try:
            return self._value(link, Room(left, naming=True))
        except NotPlain:
            return _type_of(ref)

    def _value(self, link: Link, room: Room) -> Any:
        inner: Any = link
        while isinstance(inner, Link):
            link, inner = inner, self._walk.stands_for.get(inner)
        if inner is not None:  # a list whose items came one by one: they are looked at one by one, too
            room.take(items=len(inner))
            return [self._value(one, room) for one in inner]
        ref = self._walk.refs[link]
        if ref.size > LOADED_BYTES or not self._may_be_plain(link, ref, room.naming):
            if room.naming and ref.type not in _CONTAINER_TYPES:
                return _type_of(ref)
            raise NotPlain
        try:
            return plain(self._load(link), self._catalogue, room)
        except Missing as error:
            raise NotPlain from error

    def _may_be_plain(self, link: Link, ref: ValueRef, naming: bool) -> bool:
        """Whether a value is worth loading: by its type; a list for a node by what the node declares."""
        if ref.type in _SCALAR_TYPES:
            return True
        if naming:
            return ref.type in _CONTAINER_TYPES or self._is_json(ref)
        if ref.type not in _CONTAINER_TYPES:
            return False
        declared = self._walk.program.tasks[link.node].declared.outputs.get(link.output)
        members = set() if declared is None else set(classes_in(declared.annotation))
        return bool(members) and members.issubset((*_SCALARS, *_CONTAINERS))

    def _is_json(self, ref: ValueRef) -> bool:
        try:
            return type(self._catalogue.value_type(ref.type).codec) is JsonCodec
        except UnknownValueType:
            return False


def _type_of(ref: ValueRef) -> dict[str, Any]:
    return {"type": ref.type, "size": ref.size}
