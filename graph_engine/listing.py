"""The catalogue as data: what every pack offers, in a file that is reused while the packs are as they were.

Whoever only lists node types (the command line, a server, a canvas) then imports no pack.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from graph_engine.catalogue import ENTRY_POINTS, Catalogue
from graph_engine.node import NodeType
from graph_engine.type_hints import type_name

FORMAT = 1
ENGINE = Path(__file__).parent

Watched = dict[str, list[int]]  # path: size and time of the last change; none for what is not there


@dataclass(frozen=True)
class PackListing:
    """A pack's node types by `pack/name` as plain JSON, and what of it could not be loaded."""

    name: str
    entry: str  # the entry point it was found by, with its distribution's version
    watched: Watched  # what it was made from
    version: str = ""
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[dict[str, str]] = field(default_factory=list)  # `where` and `message`


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
        "inputs": {
            one.name: {
                "type": type_name(one.annotation),
                "required": one.required,
                "many": one.item is not None,
                "schema": one.schema,
                **({} if one.required else {"default": one.default_literal[1]}),
            }
            for one in declared.inputs.values()
        },
        "outputs": {one.name: {"type": type_name(one.annotation)} for one in declared.outputs.values()},
    }


def installed_packs(file: Path) -> list[PackListing]:
    """The packs installed here, by name; only those that changed since `file` was written are imported.

    The file is written anew where something changed. That it can not be written, or read, costs time only.
    """
    known = _read(file)
    found: list[PackListing] = []
    catalogue: Catalogue | None = None
    entries: dict[str, EntryPoint] = {}
    for entry in entry_points(group=ENTRY_POINTS):
        entries.setdefault(entry.name, entry)  # the first one found is the one that is loaded
    for name, entry in sorted(entries.items()):
        listing = known.get(name)
        if listing is None or listing.entry != _text(entry) or _watch(listing.watched) != listing.watched:
            catalogue = catalogue or Catalogue.discover()
            listing = _listing(entry, catalogue)
        found.append(listing)
    if {listing.name: listing for listing in found} != known:
        with suppress(OSError):
            _write(file, found)
    return found


def _listing(entry: EntryPoint, catalogue: Catalogue) -> PackListing:
    before = set(sys.modules)
    pack = catalogue.pack(entry.name)
    watched = _watch(_files_of(entry, set(sys.modules) - before))
    faults = [
        {"where": fault.where, "message": fault.message}
        for fault in catalogue.faults
        if fault.pack == entry.name
    ]
    if pack is None:
        return PackListing(entry.name, _text(entry), watched, faults=faults)
    nodes = {f"{pack.name}/{name}": declared for name, declared in pack.node_types.items()}
    listed = {name: node_listing(name, declared) for name, declared in nodes.items()}
    return PackListing(entry.name, _text(entry), watched, pack.version, listed, faults)


def _files_of(entry: EntryPoint, imported: Iterable[str]) -> Iterator[str]:
    """The files and folders that a pack's declarations are written in.

    Those of its own top-level package, and what its import brought from the same folder where that is a
    project's and not one of installed packages.
    """
    top = entry.module.partition(".")[0]
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None:
        return
    folders = spec.submodule_search_locations
    yield from _python_files(Path(folders[0])) if folders else [spec.origin]
    root = Path(spec.origin).parent.parent if folders else Path(spec.origin).parent
    if root.name in ("site-packages", "dist-packages"):
        return
    for name in imported:
        file = getattr(sys.modules.get(name), "__file__", None)
        if file and Path(file).is_relative_to(root) and "site-packages" not in Path(file).parts:
            yield file


def _python_files(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield parent  # a file that comes or goes changes its folder
        yield from (os.path.join(parent, name) for name in files if name.endswith(".py"))


def _watch(paths: Iterable[str]) -> Watched:
    return {path: _state(path) for path in paths}


def _state(path: str) -> list[int]:
    try:
        state = os.stat(path)
    except OSError:
        return []
    folder = os.path.isdir(path)  # the size of a folder depends on its file system
    return [0 if folder else state.st_size, state.st_mtime_ns]


def _text(entry: EntryPoint) -> str:
    distribution = f" of {entry.dist.name} {entry.dist.version}" if entry.dist else ""
    return f"{entry.value}{distribution}"


def _header() -> dict[str, Any]:
    """What makes every listing of another file worthless: another format, engine or Python."""
    return {"format": FORMAT, "python": sys.version, "engine": _watch(sorted(_python_files(ENGINE)))}


def _read(file: Path) -> dict[str, PackListing]:
    try:
        raw = json.loads(file.read_bytes())
        if raw["header"] != _header():
            return {}
        return {one["name"]: PackListing(**one) for one in raw["packs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(file: Path, packs: Iterable[PackListing]) -> None:
    text = json.dumps({"header": _header(), "packs": [asdict(pack) for pack in packs]})
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
