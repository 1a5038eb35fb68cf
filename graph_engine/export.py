"""Exporting artifacts: readable unique names in the user's folder, each picture carrying its workflow."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.atomic import write_atomic
from graph_engine.documents.document import Document
from graph_engine.engine import Engine
from graph_engine.errors import EngineError, FolderUnusable
from graph_engine.execution.result import RunResult
from graph_engine.files import UPLOAD_PREFIX
from graph_engine.flow.shapes import Shapes


def portable(document: Document, engine: Engine) -> Document:
    """The document with every file it names imported and named by digest, so that it runs from anywhere."""
    shapes = Shapes(document.definitions, engine.catalogue)
    raw: dict[str, Any] = document.as_json()
    changed = False
    bodies = [
        (document, raw),
        *((one, raw["definitions"][name]) for name, one in document.definitions.items()),
    ]
    for body, written in bodies:
        for node_id, node in body.nodes.items():
            for name in shapes.file_inputs(node):
                imported = _imported(node.inputs.get(name), engine)
                if imported != node.inputs.get(name):
                    written["nodes"][node_id]["inputs"][name] = imported
                    changed = True
    return Document.model_validate(raw) if changed else document


def _imported(value: Any, engine: Engine) -> Any:
    """A path, or a list of paths, with what can be read named by its digest."""
    if isinstance(value, list):
        return [_imported(one, engine) for one in value]
    if not isinstance(value, str) or not value or value.startswith(UPLOAD_PREFIX):
        return value
    try:
        return engine.files.upload(engine.files.open(value))
    except EngineError:  # a file the run did not need
        return value


def check_folder(folder: Path) -> None:
    """Raise `FolderUnusable` if `folder` can not take files: said before a long run, not after it."""
    existing = folder.expanduser().absolute()
    while not os.path.lexists(existing):
        existing = existing.parent
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return
    reason = "may not be written to" if existing.is_dir() else "is not a folder"
    raise FolderUnusable(
        f"'{folder}' can not take files: '{existing}' {reason}. Name another folder with --out."
    )


def export_artifacts(result: RunResult, engine: Engine, folder: Path) -> list[Path]:
    """Write the run's artifacts into `folder`, through the packs' exporters; gives the paths in order."""
    if not result.artifacts:
        return []
    document = engine.locked(portable(result.document, engine))
    return write_artifacts(result.artifacts, document, engine, folder)


def write_artifacts(
    artifacts: Iterable[Artifact], document: Document, engine: Engine, folder: Path
) -> list[Path]:
    """Write artifacts into `folder`, each with the document that made them where its kind can hold it."""
    for node in document.nodes.values():
        engine.catalogue.node_type(node.type)  # loads its pack, which may be the one that has the exporter
    return [write_file(one.name, exported(one, document, engine), folder) for one in artifacts]


def exported(artifact: Artifact, document: Document, engine: Engine) -> bytes:
    """The bytes of an artifact, with the document inside where its kind can hold it."""
    data = engine.artifacts.path(artifact).read_bytes()
    exporter = engine.catalogue.exporter(artifact.media_type)
    return data if exporter is None else exporter(data, document.as_json())


def write_file(name: str, data: bytes, folder: Path) -> Path:
    """Write one file into `folder` under a free name; gives its path. Raises `FolderUnusable`."""
    try:
        return _write_new(folder, name, data)
    except OSError as error:
        raise FolderUnusable(
            f"'{name}' can not be written into '{folder}' ({error.strerror or error}). "
            "Name another folder with --out; what was computed is kept."
        ) from error


def _write_new(folder: Path, name: str, data: bytes) -> Path:
    """Write under the first free name; a file that holds these very bytes already is left as it is."""
    for path in _names(folder, name):
        if not path.exists():
            write_atomic(path, data)
            return path
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return path
    raise AssertionError("names do not run out")


def _names(folder: Path, name: str) -> Iterator[Path]:
    stem, dot, suffix = name.rpartition(".") if "." in name[1:] else (name, "", "")
    stem = re.sub(r"\s+", " ", stem).strip() or "artifact"
    yield folder / f"{stem}{dot}{suffix}"
    number = 2
    while True:
        yield folder / f"{stem}-{number}{dot}{suffix}"
        number += 1
