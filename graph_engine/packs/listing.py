"""The catalogue as data: what every pack offers, in a file that is reused while the packs are as they were.

Whoever only lists node types (the command line, a server, a canvas) then imports no pack.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from graph_engine.declaration.node import NodeType
from graph_engine.declaration.pack import PackFault
from graph_engine.declaration.sockets import NodeInput, NodeOutput
from graph_engine.declaration.type_hints import qualified_name, type_name
from graph_engine.declaration.type_shape import named_in, type_shape, with_value_types
from graph_engine.declaration.value_type import ValueType
from graph_engine.errors import ValueTypeTaken
from graph_engine.flow.pack import flow_pack
from graph_engine.packs.catalogue import Catalogue
from graph_engine.packs.controls import find_controls, missing_controls
from graph_engine.packs.discovery import find_packs
from graph_engine.packs.pack_files import PackFile
from graph_engine.packs.pack_source import PackSource
from graph_engine.packs.texts import Texts, merged, read_texts
from graph_engine.packs.watched import Watched, python_files, watch

FLOW = "flow"
BUILT_IN = ("artifact", "bytes")  # the value types that are there without a pack and are no plain JSON
FORMAT = 3
ANEW = ("texts", "controls")  # are not kept in the file
ENGINE = Path(__file__).parent
FLOW_FOLDER = ENGINE.parent / "flow"


@dataclass(frozen=True)
class PackListing:
    """A pack's node types by `pack/name` and value types by `pack/word` as plain JSON, and its faults."""

    name: str
    identity: str = ""  # another text is another pack: the entry point and its distribution, or the folder
    watched: Watched = field(default_factory=dict)  # what it was made from
    origin: dict[str, str] = field(default_factory=dict)  # `distribution` and `version`, or `folder`
    version: str = ""
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(
        default_factory=dict
    )  # title, colour, class, own: it is written in this pack
    faults: tuple[PackFault, ...] = ()
    texts: dict[str, Texts] = field(default_factory=dict)  # by language; these and what follows
    controls: dict[str, PackFile] = field(default_factory=dict)  # are looked for anew in the pack's folder


def node_listing(name: str, declared: NodeType) -> dict[str, Any]:
    """A node type as JSON: everything a client needs to draw it."""
    return {
        "type": name,
        "version": declared.version,
        "title": declared.title,
        "category": declared.category,
        "lane": declared.lane,
        "kind": declared.kind,
        "help": declared.help,
        "inputs": {one.name: _input_listing(one) for one in declared.inputs.values()},
        "outputs": {one.name: _socket_listing(one) for one in declared.outputs.values()},
    }


def _input_listing(one: NodeInput) -> dict[str, Any]:
    return {
        **_socket_listing(one),
        "required": one.required,
        "many": one.item is not None,
        "schema": one.schema,
        **({"lazy": True} if one.lazy else {}),
        **({"fixed": True} if one.fixed else {}),
        **({} if one.required else {"default": one.default_literal[1]}),
    }


def _socket_listing(one: NodeInput | NodeOutput) -> dict[str, Any]:
    return {
        "title": one.title,
        "type": type_name(one.annotation),
        "shape": type_shape(one.annotation),
        **({"help": one.help} if one.help else {}),
    }


def installed_packs(file: Path, plugin_folders: Sequence[Path] = ()) -> list[PackListing]:
    """The packs here by name, installed or in plugins folders; only those that changed are imported.

    What is known of the others is in `file`, which is written anew where something changed. That it can not
    be written, or read, costs time only.
    """
    known = _read(file)
    packs = find_packs(plugin_folders)
    found: dict[str, PackListing] = {}
    catalogue: Catalogue | None = None
    for name, source in sorted(packs.sources.items()):
        listing = known.get(name)
        if listing is None or not _is_current(listing, source):
            catalogue = catalogue or Catalogue.discover(*plugin_folders)
            listing = _listing(source, catalogue, packs.faults)
        found[name] = listing
    if found != known:
        with suppress(OSError):
            _write(file, found.values())
    for name, source in packs.sources.items():
        found[name] = _with_files(found[name], source.folder)
    for fault in [*packs.faults, *_taken(found)]:  # between packs, so of no one's listing in the file
        listing = found.get(fault.pack) or PackListing(fault.pack)
        found[fault.pack] = replace(listing, faults=(*listing.faults, fault))
    flow = _with_files(_flow_listing(), FLOW_FOLDER)
    found[FLOW] = replace(flow, faults=(*flow.faults, *(found[FLOW].faults if FLOW in found else ())))
    return _with_value_types([found[name] for name in sorted(found)])


def _flow_listing() -> PackListing:
    """The engine's own pack, which is there without being found, with the engine's own value types."""
    pack, catalogue = flow_pack(), Catalogue()
    nodes = {f"{FLOW}/{name}": node_listing(f"{FLOW}/{name}", one) for name, one in pack.node_types.items()}
    values = {name: _value_listing(catalogue.value_type(name), own=True) for name in BUILT_IN}
    return PackListing(
        FLOW, origin={"distribution": "latentgraph"}, version=pack.version, nodes=nodes, values=values
    )


def _value_listing(one: ValueType, *, own: bool) -> dict[str, Any]:
    return {"title": one.title, "colour": one.colour, "class": qualified_name(one.python_type), "own": own}


def _with_value_types(packs: list[PackListing]) -> list[PackListing]:
    """The listings with value types in the shapes; not so in the file, for other packs come and go."""
    values = [(name, one) for pack in packs for name, one in pack.values.items()]
    values.sort(key=lambda value: bool(value[1]["own"]))  # that of the pack which wrote the class counts
    names = {one["class"]: name for name, one in values}
    known = {name for pack in packs for one in _sockets(pack) for name in named_in(one["shape"])}

    def named(sockets: dict[str, Any]) -> dict[str, Any]:
        return {
            name: {**one, "shape": with_value_types(one["shape"], names, known)}
            for name, one in sockets.items()
        }

    return [
        replace(
            pack,
            nodes={
                name: {**one, "inputs": named(one["inputs"]), "outputs": named(one["outputs"])}
                for name, one in pack.nodes.items()
            },
        )
        for pack in packs
    ]


def _sockets(pack: PackListing) -> Iterator[dict[str, Any]]:
    for one in pack.nodes.values():
        yield from one["inputs"].values()
        yield from one["outputs"].values()


def _with_files(listing: PackListing, folder: Path | None) -> PackListing:
    """The listing with what the pack's folder has for a canvas."""
    texts, wrong = read_texts(listing.name, folder)
    controls, faults = find_controls(listing.name, folder)
    faults += wrong + missing_controls(listing.name, listing.nodes.values(), controls)
    if not (texts or controls or faults):
        return listing
    return replace(listing, texts=texts, controls=controls, faults=(*listing.faults, *faults))


def texts_in(packs: Iterable[PackListing], language: str) -> dict[str, dict[str, Any]] | None:
    """What the packs say in a language, installed ones first; None where none says anything."""
    ordered = sorted(packs, key=lambda pack: "folder" in pack.origin)
    texts = [pack.texts[language] for pack in ordered if language in pack.texts]
    return merged(texts) if texts else None


def languages_of(packs: Iterable[PackListing]) -> list[str]:
    """The languages in which any pack says something, beside the one it is written in."""
    return sorted({language for pack in packs for language in pack.texts})


def _is_current(listing: PackListing, source: PackSource) -> bool:
    return listing.identity == source.identity and source.watch(listing.watched) == listing.watched


def _listing(source: PackSource, catalogue: Catalogue, seen: Sequence[PackFault]) -> PackListing:
    """What a pack offers, read by importing it; `seen` are faults that are told without that."""
    before = set(sys.modules)
    pack = catalogue.pack(source.name)
    watched = source.watch_imported(set(sys.modules) - before)
    nodes: dict[str, dict[str, Any]] = {}
    faults = [one for one in catalogue.faults if one.pack == source.name and one not in seen]
    faults = [one for one in faults if one.error != ValueTypeTaken.__name__]
    for name, declared in catalogue.node_types_of(source.name).items():
        try:
            nodes[name] = node_listing(name, declared)
        except Exception as error:  # an annotation that takes values may still have no schema
            faults.append(PackFault.of(source.name, name, error))
    values = {
        name: _value_listing(one, own=catalogue.owns(source.name, one))
        for name, one in catalogue.value_types_of(source.name).items()
    }
    if faults:  # what is installed meanwhile may mend it
        watched |= watch(path for path in sys.path if os.path.isdir(path))
    version = pack.version if pack else ""
    return PackListing(
        source.name, source.identity, watched, source.origin, version, nodes, values, tuple(faults)
    )


def _taken(found: dict[str, PackListing]) -> list[PackFault]:
    """The classes that several packs register, told to those that did not write them."""
    by_class: dict[str, list[tuple[str, str]]] = {}
    for listing in found.values():
        for name, one in listing.values.items():
            by_class.setdefault(one["class"], []).append((listing.name, name))
    return [
        PackFault(
            pack,
            f"The value type '{name}'",
            f"it is for the class {cls}, as is the value type of another pack here, "
            + " and ".join(f"'{other}'" for _, other in users if other != name)
            + ", and values are stored by one of them only",
            hint="Make a class of your own, or take that value type.",
            error=ValueTypeTaken.__name__,
        )
        for cls, users in by_class.items()
        if len({pack for pack, _ in users}) > 1
        for pack, name in users
        if not found[pack].values[name]["own"]
    ]


def _header() -> dict[str, Any]:
    """What makes every listing of another file worthless: another format, engine or Python."""
    return {"format": FORMAT, "python": sys.version, "engine": watch(sorted(python_files(ENGINE)))}


def _read(file: Path) -> dict[str, PackListing]:
    try:
        raw = json.loads(file.read_bytes())
        if raw["header"] != _header():
            return {}
        return {one["name"]: _parsed(one) for one in raw["packs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _parsed(raw: dict[str, Any]) -> PackListing:
    return PackListing(**{**raw, "faults": tuple(PackFault(**fault) for fault in raw["faults"])})


def _write(file: Path, packs: Iterable[PackListing]) -> None:
    plain = [{name: one for name, one in asdict(pack).items() if name not in ANEW} for pack in packs]
    text = json.dumps({"header": _header(), "packs": plain})
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
