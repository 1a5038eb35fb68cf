"""A document around one node: literals in it, and other Python values by links from nodes that give them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from graph_engine.declaration.node import NodeType, node, node_type_of
from graph_engine.declaration.pack import Pack, PackFault
from graph_engine.declaration.sockets import NodeInput
from graph_engine.declaration.type_hints import conforms, plain, substitute, type_name
from graph_engine.describe import describe
from graph_engine.documents.document import FORMAT, Document, link_of
from graph_engine.documents.document_io import parse_document
from graph_engine.messages import nearest
from graph_engine.packs.catalogue import Catalogue
from graph_engine.testing.laws import CannotCheck

NODE = "tested"
_PACK, _SOURCES = "tested", "given"
_PLAIN = (bool, int, float, str, type(None))


@dataclass(frozen=True)
class Setup:
    """The node under test inside a document, and the catalogue that the document needs."""

    catalogue: Catalogue
    document: Document
    wanted: tuple[str, ...]
    faults: tuple[PackFault, ...]  # of the node itself


def set_up(function: Callable[..., Any], packs: Sequence[Pack], inputs: dict[str, Any], files: Path) -> Setup:
    """The setup for one use of a node with Python values as inputs; files are copied into the folder `files`.

    Raises `CannotCheck`.
    """
    declared = node_type_of(function)
    _check_names(declared, inputs)
    written: dict[str, Any] = {}
    nodes: dict[str, Any] = {NODE: {"type": f"{_PACK}/{declared.name}", "version": declared.version}}
    sources: list[Callable[..., Any]] = []

    def digest_of(value: Any) -> str:
        return catalogue.value_type_of(value).digest(value)

    for name, value in inputs.items():
        wanted = declared.inputs[name]
        said, literal = _literal(wanted, value, files)
        if said:
            written[name] = literal
            continue
        source = _source(name, value, _annotation(wanted, value, declared.name), digest_of)
        (output,) = node_type_of(source).outputs
        nodes[f"given_{name}"] = {"type": f"{_SOURCES}/{source.__name__}"}
        written[name] = {"from": f"given_{name}.{output}"}
        sources.append(source)
    nodes[NODE]["inputs"] = written
    tested = [*packs, Pack(_PACK, "1", [function]), Pack(_SOURCES, "1", sources)]
    catalogue = Catalogue.discover(packs=tested)
    ports = {name: {"node": NODE, "output": name} for name in declared.outputs}
    raw = {"latentgraph": FORMAT, "name": NODE, "nodes": nodes, "interface": {"outputs": ports}}
    names = {one.name for one in tested}
    faults = tuple(fault for fault in catalogue.faults if fault.pack in names)
    return Setup(catalogue, parse_document(raw, declared.name), (*ports, NODE), faults)


def _check_names(declared: NodeType, inputs: dict[str, Any]) -> None:
    for name in inputs:
        if name not in declared.inputs:
            hint = nearest(name, declared.inputs)
            raise CannotCheck(f"'{declared.name}' has no input '{name}'. {hint}".strip())
    missing = [one.name for one in declared.inputs.values() if one.required and one.name not in inputs]
    if missing:
        raise CannotCheck(f"'{declared.name}' needs {', '.join(missing)}: give a value to each.")


def _literal(wanted: NodeInput, value: Any, files: Path) -> tuple[bool, Any]:
    """Whether a document can say the value, and how. A file becomes one that documents may read."""
    if wanted.file is not None and isinstance(value, str | Path) and value and Path(value).is_file():
        place = files / wanted.name
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(value, place / Path(value).name)
        return True, f"{wanted.name}/{Path(value).name}"
    try:
        checked, canonical = wanted.literal(value)
        if type(wanted.literal(canonical)[0]) is not type(checked):
            return False, None
    except ValueError:
        return False, None
    return True, value if _is_json(value) else canonical


def _is_json(value: Any) -> bool:
    try:
        return bool(json.loads(json.dumps(value)) == value) and link_of(value) is None
    except (TypeError, ValueError):
        return False


def _annotation(wanted: NodeInput, value: Any, node_name: str) -> Any:
    """What the node that gives the value declares. Raises `CannotCheck` for no value of the input."""
    annotation = plain(wanted.annotation)
    fits_item = wanted.item is not None and conforms(value, wanted.item)
    if not isinstance(value, _PLAIN) and (conforms(value, annotation) or fits_item):
        if isinstance(annotation, TypeVar):
            return type(value)
        return substitute(annotation if conforms(value, annotation) else wanted.item, {})
    why = ""
    if wanted.adapter is not None:
        try:
            wanted.literal(value)
        except ValueError as error:
            why = f" ({error})"
    raise CannotCheck(
        f"The input '{wanted.name}' of '{node_name}' takes {type_name(wanted.annotation)}, "
        f"not {describe(value)}{why}: give it such a value."
    )


def _source(name: str, value: Any, annotation: Any, digest_of: Callable[[Any], str]) -> Callable[..., Any]:
    """A node that gives the value; the value's content is its fingerprint."""

    def give() -> Any:
        return value

    give.__name__ = f"give_{name}"
    give.__annotations__ = {"return": annotation}
    return node(kind="external", fingerprint=lambda: digest_of(value))(give)
