"""Exporting artifacts: readable unique names in the user's folder, each picture carrying its workflow."""

from __future__ import annotations

import inspect
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.atomic import write_atomic
from graph_engine.declaration.fields import Seed
from graph_engine.declaration.pack import Exporter, Importer
from graph_engine.documents.document import Document
from graph_engine.documents.document_io import limit_problem
from graph_engine.engine import Engine
from graph_engine.errors import EngineError, FolderUnusable
from graph_engine.execution.result import RunResult
from graph_engine.files import UPLOAD_PREFIX
from graph_engine.flow.shapes import Shapes
from graph_engine.problem import Problem

log = logging.getLogger(__name__)


def portable(document: Document, engine: Engine) -> Document:
    """The document with every file it names imported and named by digest, so that it runs from anywhere."""
    shapes = Shapes(document.definitions, engine.catalogue)
    changes: list[tuple[str | None, str, str, Any]] = []
    bodies = [(None, document.nodes), *((name, one.nodes) for name, one in document.definitions.items())]
    for definition, nodes in bodies:
        for node_id, node in nodes.items():
            for name in shapes.file_inputs(node):
                given = node.inputs.get(name)
                imported = _imported(given, engine)
                if imported != given:
                    changes.append((definition, node_id, name, imported))
    if not changes:
        return document
    raw: dict[str, Any] = document.as_json()
    for definition, node_id, name, imported in changes:
        body = raw if definition is None else raw["definitions"][definition]
        body["nodes"][node_id]["inputs"][name] = imported
    return Document.model_validate(raw)


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
    artifacts: Iterable[Artifact],
    document: Document,
    engine: Engine,
    folder: Path,
    about: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write artifacts into `folder`, each with the document that made them where its kind can hold it.

    `about` says of the job what `about_job` does, and goes in as well.
    """
    for body in (document, *document.definitions.values()):
        for node in body.nodes.values():
            engine.catalogue.node_type(node.type)  # loads its pack, which may be the one with the exporter
    return [write_file(one.name, exported(one, document, engine, about), folder) for one in artifacts]


def exported(
    artifact: Artifact, document: Document, engine: Engine, about: Mapping[str, Any] | None = None
) -> bytes:
    """The bytes of an artifact, with the document and `about` inside where its kind can hold them.

    An exporter that fails loses nobody's picture: it is written as it is, and a warning says so.
    """
    data = engine.artifacts.path(artifact).read_bytes()
    exporter = engine.catalogue.exporter(artifact.media_type)
    if exporter is None:
        return data
    try:
        if about is None or not _takes_about(exporter):
            return exporter(data, document.as_json())
        told = {"seeds": seeds(document, engine), **about}
        return exporter(data, document.as_json(), about=told)
    except Exception as error:  # whatever a pack's exporter raises
        log.warning(
            "'%s' is written without its workflow: %s: %s", artifact.name, type(error).__name__, error
        )
        return data


def _takes_about(exporter: Exporter) -> bool:
    try:
        return "about" in inspect.signature(exporter).parameters
    except (TypeError, ValueError):  # written in C, it need not say
        return False


def about_job(job: Mapping[str, Any], document: Document) -> dict[str, Any]:
    """What a file says of the job that made it: `job`, `inputs`, `models`, `versions` and `timings`.

    `job` has a job's fields as plain JSON, `document` is the one that was run. Who asked for it is left out.
    """
    result = job.get("result", {})
    nodes = result.get("nodes", {}).items()
    inputs = {
        name: document.nodes[port.node].inputs.get(port.input)
        for name, port in document.interface.inputs.items()
        if port.node in document.nodes
    }
    return {
        "job": job["id"],
        "inputs": {name: value for name, value in inputs.items() if value is not None},
        "models": dict(document.lock.models),
        "versions": dict(document.lock.packs),
        "timings": {
            **{name: job.get(name) for name in ("submitted", "started", "finished")},
            "seconds": result.get("seconds"),
            "nodes": {name: one["seconds"] for name, one in nodes if one.get("status") == "miss"},
        },
    }


def seeds(document: Document, engine: Engine) -> dict[str, int]:
    """The seeds that are written in a document, by `node.input`, in a definition `definition/node.input`."""
    found: dict[str, int] = {}
    bodies = {"": document, **{f"{name}/": one for name, one in document.definitions.items()}}
    for prefix, body in bodies.items():
        for node_id, node in body.nodes.items():
            declared = engine.catalogue.node_type(node.type)
            for name, wanted in declared.inputs.items() if declared else ():
                value = node.inputs.get(name, wanted.default)
                if type(value) is int and any(isinstance(mark, Seed) for mark in wanted.marks):
                    found[f"{prefix}{node_id}.{name}"] = value
    return found


@dataclass(frozen=True)
class Metadata:
    """What a file carries: the document as plain JSON and what is said of the job, each None if it does not.

    `problems` say why one that is there can not be read.
    """

    document: dict[str, Any] | None
    about: dict[str, Any] | None
    problems: tuple[Problem, ...] = ()


def metadata(path: Path, suffix: str, engine: Engine) -> Metadata:
    """What a file of the kind that `suffix` says carries, by the packs' importers."""
    problems: list[Problem] = []
    catalogue = engine.catalogue
    document = _carried(path, catalogue.importers(suffix), "workflow", problems)
    about = _carried(path, catalogue.about_importers(suffix), "account of a job", problems)
    return Metadata(_within_limits(document, problems), _within_limits(about, problems), tuple(problems))


def _within_limits(carried: dict[str, Any] | None, problems: list[Problem]) -> dict[str, Any] | None:
    if carried is not None and (problem := limit_problem(carried)):
        problems.append(problem)
        return None
    return carried


def _carried(
    path: Path, importers: Iterable[Importer], what: str, problems: list[Problem]
) -> dict[str, Any] | None:
    for importer in importers:
        try:
            if (found := importer(path)) is not None:
                return found
        except Exception as error:  # an importer reads whatever file it is given
            reason = (str(error) or type(error).__name__).removesuffix(".")
            problems.append(Problem("damaged", f"The {what} in the file can not be read: {reason}."))
    return None


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
