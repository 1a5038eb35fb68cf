"""The catalogue: every pack's node types by `pack/name` and value types by class, loaded when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from importlib.metadata import entry_points
from typing import Any, get_args, get_origin

from pydantic import PydanticUserError

from graph_engine import type_hints
from graph_engine.artifact import Artifact
from graph_engine.codecs import BytesCodec, JsonCodec, ScalarCodec
from graph_engine.composite import CompositeCodec
from graph_engine.digest import digest_text
from graph_engine.errors import EngineError, PackError, UnknownValueType
from graph_engine.flow.pack import flow_pack
from graph_engine.node import NodeType
from graph_engine.pack import Exporter, Importer, Pack, PackFault
from graph_engine.type_hints import NONE
from graph_engine.value_type import ValueType, snake_case

ENTRY_POINTS = "latentgraph.packs"


class Catalogue:
    """All packs. Packs found by entry point are imported when a document first needs them."""

    def __init__(self, packs: Iterable[Pack] = ()) -> None:
        self._waiting: dict[str, Callable[[], Any]] = {}
        self._packs: dict[str, Pack] = {}
        self._faults: list[PackFault] = []
        self._by_class: dict[type, ValueType] = {}
        self._by_name: dict[str, ValueType] = {}
        self._implementations: dict[str, str] = {}
        for value_type in _built_in(self):
            self._add_value(value_type)
        self._add(flow_pack())
        for pack in packs:
            self._add(pack)

    @classmethod
    def discover(cls) -> Catalogue:
        """The packs installed here, by the entry point group `latentgraph.packs`."""
        catalogue = cls()
        for entry in entry_points(group=ENTRY_POINTS):
            catalogue._waiting.setdefault(entry.name, entry.load)
        return catalogue

    def node_type(self, name: str) -> NodeType | None:
        """The node type `pack/name`, or None; loads that pack only."""
        pack_name, _, node_name = name.partition("/")
        pack = self.pack(pack_name)
        return pack.node_types.get(node_name) if pack else None

    def pack(self, name: str) -> Pack | None:
        """The pack of that name, or None where there is none or it can not be loaded; loads it only."""
        self._load(name)
        return self._packs.get(name)

    def renamed(self, name: str) -> str:
        """The present name of a node type that its pack renamed, else the name; loads that pack only."""
        pack_name, _, node_name = name.partition("/")
        pack = self.pack(pack_name)
        followed: set[str] = set()  # a pack may rename in a circle by mistake
        while pack and node_name in pack.renamed and node_name not in followed:
            followed.add(node_name)
            node_name = pack.renamed[node_name]
        return f"{pack_name}/{node_name}" if pack and followed else name

    def node_types(self) -> dict[str, NodeType]:
        """Every node type by `pack/name`; loads every pack."""
        return {
            f"{pack.name}/{name}": declared
            for pack in self.packs()
            for name, declared in pack.node_types.items()
        }

    def packs(self) -> list[Pack]:
        """Every pack that could be loaded."""
        for name in list(self._waiting):
            self._load(name)
        return list(self._packs.values())

    @property
    def faults(self) -> list[PackFault]:
        """What could not be loaded, of the packs asked for so far."""
        return [*self._faults, *(fault for pack in self._packs.values() for fault in pack.faults)]

    def implementation(self, name: str) -> str:
        """The digest of a node type's code and its pack's version."""
        if name not in self._implementations:
            declared = self.node_type(name)
            assert declared is not None
            version = self._packs[name.partition("/")[0]].version
            self._implementations[name] = digest_text(declared.implementation, version)
        return self._implementations[name]

    def value_type_of(self, value: Any) -> ValueType:
        """The value type of a value's class, or of its nearest base. Raises `UnknownValueType`."""
        return self._value_type_of_class(type(value))

    def value_type(self, name: str) -> ValueType:
        """The value type of a name. Raises `UnknownValueType`."""
        self._load(name.partition("/")[0])
        if name not in self._by_name:
            self.packs()
        if name not in self._by_name:
            raise UnknownValueType(f"No pack here has the value type '{name}'.")
        return self._by_name[name]

    def importers(self, suffix: str) -> Iterator[Importer]:
        """What may read a document out of a file with this suffix."""
        return (pack.importers[suffix] for pack in self.packs() if suffix in pack.importers)

    def exporter(self, media_type: str) -> Exporter | None:
        """What puts a document into a file of this media type, of the packs loaded so far."""
        loaded = (pack.exporters.get(media_type) for pack in self._packs.values())
        return next((exporter for exporter in loaded if exporter is not None), None)

    def _value_type_of_class(self, cls: type) -> ValueType:
        for attempt in range(2):
            for base in cls.__mro__:
                if base in self._by_class:
                    return self._by_class[base]
            if attempt == 0:
                self.packs()
        raise UnknownValueType(
            f"No pack has a value type for {cls.__module__}.{cls.__qualname__}; "
            "register one: Pack(values=[ValueType(..., codec=...)])."
        )

    def _load(self, name: str) -> None:
        load = self._waiting.pop(name, None)
        if load is None:
            return
        try:
            pack = load()
            if not isinstance(pack, Pack):
                raise PackError(f"The entry point '{name}' does not lead to a Pack.")
            if pack.name != name:
                raise PackError(f"The entry point '{name}' leads to a pack that is named '{pack.name}'.")
            self._add(pack)
        except Exception as error:  # whatever a pack does when it is imported, the others still work
            self._faults.append(PackFault.of(name, name, error))

    def _add(self, pack: Pack) -> None:
        if pack.name in self._packs:
            raise PackError(f"There are two packs named '{pack.name}'.")
        broken = []
        for value in pack.values:
            self._add_value(value if isinstance(value, ValueType) else _json_type(pack.name, value))
        for name, declared in pack.node_types.items():
            try:
                self._add_outputs(pack, declared)
                declared.inputs  # noqa: B018 (reads the signature now, so that a wrong one is a fault of the pack)
            except EngineError as error:
                broken.append(name)
                self._faults.append(PackFault.of(pack.name, f"{pack.name}/{name}", error))
        for name in broken:
            del pack.node_types[name]
        self._packs[pack.name] = pack

    def _add_outputs(self, pack: Pack, declared: NodeType) -> None:
        """JSON-able classes that a node returns need no registration."""
        for output in declared.outputs.values():
            for cls in _classes(output.annotation):
                if any(base in self._by_class for base in cls.__mro__[:-1]):
                    continue
                try:
                    self._add_value(_json_type(pack.name, cls))
                except PydanticUserError:
                    self._value_type_of_class(cls)

    def _add_value(self, value_type: ValueType) -> None:
        known = self._by_name.get(value_type.name)
        if known is not None and known.python_type is not value_type.python_type:
            raise PackError(f"Two classes are registered as the value type '{value_type.name}'.")
        self._by_name[value_type.name] = value_type
        self._by_class[value_type.python_type] = value_type


def _json_type(pack: str, cls: type) -> ValueType:
    return ValueType(f"{pack}/{snake_case(cls.__name__)}", codec=JsonCodec(cls), python_type=cls)


def _built_in(catalogue: Catalogue) -> Iterator[ValueType]:
    scalars = ScalarCodec()
    for cls in (bool, int, float, str, NONE):
        yield ValueType(cls.__name__, codec=scalars, python_type=cls)
    yield ValueType("bytes", codec=BytesCodec)
    yield ValueType(
        "artifact", title="Artifact", colour="#d9a441", codec=JsonCodec(Artifact), python_type=Artifact
    )
    for container in (list, tuple, dict):
        yield ValueType(container.__name__, codec=CompositeCodec(container, catalogue), python_type=container)


def _classes(annotation: Any) -> Iterator[type]:
    for member in type_hints.members(annotation):
        origin = get_origin(member)
        if origin in (list, tuple, dict):
            for argument in get_args(member):
                if argument is not Ellipsis:
                    yield from _classes(argument)
        elif isinstance(member, type) and (member is not Enum) and member is not object:
            yield member
