"""The catalogue: every pack's node types by `pack/name` and value types by class, loaded when asked for."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import PydanticUserError, TypeAdapter

from graph_engine.artifact import Artifact
from graph_engine.declaration import type_hints
from graph_engine.declaration.codecs import BytesCodec, JsonCodec, ScalarCodec
from graph_engine.declaration.composite import CompositeCodec
from graph_engine.declaration.node import NodeType
from graph_engine.declaration.pack import Exporter, Importer, Pack, PackFault, home_of
from graph_engine.declaration.type_hints import NONE, qualified_name
from graph_engine.declaration.value_type import ValueType, snake_case
from graph_engine.describe import describe
from graph_engine.digest import digest_text
from graph_engine.errors import PackError, UnknownValueType, ValueTypeTaken
from graph_engine.flow.pack import flow_pack
from graph_engine.packs.discovery import find_packs
from graph_engine.packs.pack_source import PackSource

_LOADING = threading.RLock()  # one pack at a time: what it prints is led away meanwhile


class Catalogue:
    """All packs. Those that were discovered are imported when a document first needs them."""

    def __init__(self, packs: Iterable[Pack] = ()) -> None:
        self._waiting: dict[str, PackSource] = {}
        self._loading: set[str] = set()
        self._packs: dict[str, Pack] = {}
        self._node_types: dict[str, dict[str, NodeType]] = {}
        self._faults: list[PackFault] = []
        self._by_class: dict[type, ValueType] = {}
        self._by_name: dict[str, ValueType] = {}
        self._registered: dict[str, dict[str, ValueType]] = {}
        self._pack_of: dict[type, str] = {}
        self._homes: dict[str, set[str]] = {}
        self._implied: set[type] = set()  # registered by nobody, and stored as JSON
        self._implementations: dict[str, str] = {}
        for value_type in _built_in(self):
            self._by_name[value_type.name] = self._by_class[value_type.python_type] = value_type
        self._add(flow_pack())
        for pack in packs:
            self._add(pack)

    @classmethod
    def discover(cls, *plugin_folders: Path, packs: Iterable[Pack] = ()) -> Catalogue:
        """The packs installed here, those in plugins folders, and `packs`, which come before both."""
        given = {pack.name: pack for pack in packs}
        found = find_packs(plugin_folders)
        catalogue = cls()
        catalogue._waiting = {name: one for name, one in found.sources.items() if name not in given}
        catalogue._faults.extend(found.faults)
        for pack in given.values():
            catalogue._add(pack)
        return catalogue

    def node_type(self, name: str) -> NodeType | None:
        """The node type `pack/name`, or None; loads that pack only."""
        pack_name, _, node_name = name.partition("/")
        self._load(pack_name)
        return self._node_types.get(pack_name, {}).get(node_name)

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
            for name, declared in self._node_types[pack.name].items()
        }

    def node_types_of(self, pack: str) -> dict[str, NodeType]:
        """The node types of one pack by `pack/name`; loads that pack only."""
        self._load(pack)
        return {f"{pack}/{name}": declared for name, declared in self._node_types.get(pack, {}).items()}

    def value_types_of(self, pack: str) -> dict[str, ValueType]:
        """The value types that a pack registers, by `pack/word`; loads that pack only."""
        self._load(pack)
        return dict(self._registered.get(pack, {}))

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

    def stores(self, cls: type) -> bool:
        """Whether some pack has a value type for a class; loads every pack where the answer is no."""
        try:
            self._value_type_of_class(cls)
        except UnknownValueType:
            return False
        return True

    def importers(self, suffix: str) -> Iterator[Importer]:
        """What may read a document out of a file with this suffix."""
        return (pack.importers[suffix] for pack in self.packs() if suffix in pack.importers)

    def about_importers(self, suffix: str) -> Iterator[Importer]:
        """What may read out of a file with this suffix which job made it."""
        return (pack.about_importers[suffix] for pack in self.packs() if suffix in pack.about_importers)

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
        if name not in self._waiting:
            return
        with _LOADING:
            source = self._waiting.get(name)
            if source is None or name in self._loading:
                return
            self._loading.add(name)
            try:
                with redirect_stdout(sys.stderr):  # the command line's stdout is for results
                    self._add(_loaded(source))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # whatever a pack does when it is imported, the others still work
                self._faults.append(PackFault.of(name, source.where, error))
            finally:
                self._loading.discard(name)
                del self._waiting[name]

    def _add(self, pack: Pack) -> None:
        if pack.name in self._packs:
            raise PackError(f"There are two packs named '{pack.name}': take one of them out.")
        declared_types = pack.node_types
        homes = {home_of(declared.function.__module__) for declared in declared_types.values()}
        self._homes[pack.name] = homes
        registered = self._registered[pack.name] = {}
        for value in pack.values:
            try:
                one = value if isinstance(value, ValueType) else _json_type(pack.name, value)
                if not one.name.startswith(f"{pack.name}/"):
                    raise PackError(
                        f"The value type '{one.name}' is of the pack '{pack.name}': name it '{pack.name}/…'."
                    )
                self._add_value(pack.name, one)
                registered[one.name] = one
            except Exception as error:
                where = f"A value type of the pack '{pack.name}'"
                self._faults.append(PackFault.of(pack.name, where, error))
                if isinstance(error, ValueTypeTaken):
                    registered[one.name] = one  # what was stored by it can still be read
        usable = {}
        for name, declared in declared_types.items():
            try:
                self._add_outputs(pack, declared)
                declared.inputs  # noqa: B018 (reads the signature now, so that a wrong one is a fault of the pack)
                usable[name] = declared
            except Exception as error:  # an annotation may raise anything
                self._faults.append(PackFault.of(pack.name, f"{pack.name}/{name}", error))
        self._node_types[pack.name] = usable
        self._packs[pack.name] = pack

    def _add_outputs(self, pack: Pack, declared: NodeType) -> None:
        """JSON-able classes that a node returns need no registration."""
        home = home_of(declared.function.__module__)
        for output in declared.outputs.values():
            for cls in classes_in(output.annotation):
                own = home_of(cls.__module__) == home
                if not own:
                    self._load_home(cls)  # the pack that it is written in says best how it is stored
                known = self._is_known(cls)
                if known and (own or self._pack_of.get(cls, pack.name) == pack.name):
                    continue
                try:
                    implied = _json_type(pack.name, cls)
                except PydanticUserError:
                    self._value_type_of_class(cls)
                    continue
                if known:  # what was stored before the other pack was loaded can still be read
                    self._by_name.setdefault(implied.name, implied)
                else:
                    self._add_value(pack.name, implied)
                    self._implied.add(cls)

    def _load_home(self, cls: type) -> None:
        """Load the pack that a class is written in, if it was discovered."""
        for name, source in list(self._waiting.items()):
            if source.home and home_of(cls.__module__) == source.home:
                self._load(name)

    def _is_known(self, cls: type) -> bool:
        return any(base in self._by_class for base in cls.__mro__[:-1])

    def _add_value(self, pack: str, value_type: ValueType) -> None:
        """Register a value type. Raises `PackError` where another one has its name or its class."""
        name, cls = value_type.name, value_type.python_type
        known = self._by_name.setdefault(name, value_type)
        if known.python_type is not cls:
            raise PackError(
                f"Two classes are registered as the value type '{name}', "
                f"{qualified_name(known.python_type)} and {qualified_name(cls)}: "
                "give one of them another name. The first is used."
            )
        other = self._by_class.get(cls)
        if other is None or other.name == name or cls in self._implied:
            self._implied.discard(cls)
            self._by_class[cls], self._pack_of[cls] = known, pack
            return
        other_pack = self._pack_of.get(cls, "")
        if not self.owns(pack, value_type) or not other_pack or self.owns(other_pack, other):
            raise _class_taken(name, cls, other.name)
        self._by_class[cls], self._pack_of[cls] = known, pack
        where = f"The value type '{other.name}'"
        self._faults.append(PackFault.of(other_pack, where, _class_taken(other.name, cls, name)))

    def owns(self, pack: str, value_type: ValueType) -> bool:
        """Whether the class of a value type is written in the loaded pack that registers it."""
        homes = self._homes[pack] | {home_of(type(value_type.codec).__module__)}
        return home_of(value_type.python_type.__module__) in homes


def _loaded(source: PackSource) -> Pack:
    pack = source.load()
    if not isinstance(pack, Pack):
        raise PackError(
            f"{source.place} does not lead to a Pack but to {describe(pack)}: make `pack` with "
            "`Pack(...)` or `Pack.from_package(...)`."
        )
    if pack.name != source.name:
        raise PackError(source.wrong_name(pack.name))
    return pack


def _class_taken(name: str, cls: type, used: str) -> ValueTypeTaken:
    return ValueTypeTaken(
        f"The value type '{name}' is for {qualified_name(cls)}, which the value type '{used}' stores "
        "already: take that, or make a class of your own."
    )


def _json_type(pack: str, cls: type) -> ValueType:
    """The value type of a class that JSON can say. Raises `PydanticUserError` for any other."""
    TypeAdapter(cls).json_schema()
    return ValueType(f"{pack}/{snake_case(cls.__name__)}", codec=JsonCodec(cls), python_type=cls)


def _built_in(catalogue: Catalogue) -> Iterator[ValueType]:
    scalars = ScalarCodec()
    for cls in (bool, int, float, str, NONE):
        yield ValueType(cls.__name__, codec=scalars, python_type=cls)
    yield ValueType("bytes", title="Bytes", codec=BytesCodec)
    yield ValueType(
        "artifact", title="Artifact", colour="#d9a441", codec=JsonCodec(Artifact), python_type=Artifact
    )
    for container in (list, tuple, dict):
        yield ValueType(container.__name__, codec=CompositeCodec(container, catalogue), python_type=container)


def classes_in(annotation: Any) -> Iterator[type]:
    """The classes that an annotation names, also inside unions, lists, tuples and dicts."""
    for member in type_hints.members(annotation):
        origin = get_origin(member)
        if origin in (list, tuple, dict):
            for argument in get_args(member):
                if argument is not Ellipsis:
                    yield from classes_in(argument)
        elif isinstance(member, type) and member not in (Any, Enum, object):
            yield member
