"""How each question is answered: a function that is given an engine, the document's text and the options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

from graph_engine.artifact import Artifact
from graph_engine.choices import offered
from graph_engine.documents.document_io import loads_document
from graph_engine.engine import Engine
from graph_engine.errors import DocumentError, EngineError
from graph_engine.export import exported, metadata, seeds
from graph_engine.files import UPLOAD_PREFIX
from graph_engine.interface_types import interface_types
from graph_engine.measures import AS_WRITTEN, Place, measured
from graph_engine.preparing import Wishes, arranged, prepared, uploads_in, uploads_named
from graph_engine.problem import Problem
from graph_engine.workers.exchange import artifact_needs
from graph_engine.workers.protocol import Need

Options: TypeAlias = Mapping[str, Any]
Fetch: TypeAlias = Callable[[list[Need]], None]
Reply: TypeAlias = tuple[dict[str, Any], bytes]


def reply(what: str, text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    """The answer to a question: plain JSON and bytes. `fetch` gets what files are lacking here.

    Raises `EngineError` where it can not be answered, and whatever a pack raises.
    """
    if what not in REPLIES:
        raise EngineError(f"This worker does not know the question '{what[:100]}'.")
    try:
        return REPLIES[what](text, options, engine, fetch)
    except DocumentError as error:
        return {"problems": [one.as_dict() for one in error.problems]}, b""


def _check(text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    document = loads_document(text)
    fetch(_uploads(*uploads_named(document)))
    return {"problems": [one.as_dict() for one in engine.check(document)]}, b""


def _prepare(text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    opened = engine.loads(text)
    fetch(_uploads(*uploads_named(opened.document), *uploads_in(dict(options))))
    ready = prepared(opened.document, engine, _wishes(options))
    result = {
        "problems": [],
        "name": ready.document.name,
        "models": list(ready.models),
        "inputs": dict(ready.inputs),
        "uploads": list(ready.uploads),
        "changes": list(map(str, opened.changes)),
        "differences": [asdict(one) for one in ready.differences],
    }
    return result, ready.text.encode()


def _plan(text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    document = engine.loads(text).document
    fetch(_uploads(*uploads_named(document), *uploads_in(dict(options))))
    wishes = _wishes(options)
    found = arranged(document, engine, wishes)
    if found.problems:
        raise DocumentError([*found.problems, *engine.check(found.document)])
    steps = [
        {
            "node": one.node,
            "type": one.node_type,
            "status": one.status,
            "reason": one.reason,
            "key": one.key,
        }
        for one in engine.plan(found.document, wishes.wanted)
    ]
    return {"problems": [], "steps": steps}, b""


def _interface(text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    found = interface_types(engine.loads(text).document, engine, options.get("names", ()))
    problems = [one.as_dict() for one in found.problems]
    return {"inputs": dict(found.inputs), "outputs": dict(found.outputs), "problems": problems}, b""


def _read(text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    try:
        path = _upload(options, engine, fetch)
    except EngineError as error:
        raise DocumentError([Problem("file_missing", str(error))]) from error
    found = engine.read(path, _suffix(options))
    problems = [one.as_dict() for one in found.problems]
    changes = list(map(str, found.changes))
    return {"problems": problems, "changes": changes}, found.document.dumps().encode()


def _export(text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    document = loads_document(text)
    artifact = Artifact(**options["artifact"])
    fetch(artifact_needs([artifact]))
    return {"problems": []}, exported(artifact, document, engine, options.get("about"))


def _seeds(text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    return {"problems": [], "seeds": seeds(loads_document(text), engine)}, b""


def _metadata(text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    if "artifact" in options:
        artifact = Artifact(**options["artifact"])
        fetch(artifact_needs([artifact]))
        path, suffix = engine.artifacts.path(artifact), Path(artifact.name).suffix.lower()
    else:
        path, suffix = _upload(options, engine, fetch), _suffix(options)
    found = metadata(path, suffix, engine)
    problems = [one.as_dict() for one in found.problems]
    return {"problems": problems, "document": found.document, "about": found.about}, b""


def _choices(text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    found = offered(engine, options["node_type"], options["input"], options["query"], options["limit"])
    choices = [asdict(one) for one in found.choices]
    problems = [one.as_dict() for one in found.problems]
    return {"problems": problems, "choices": choices, "more": found.more}, b""


def _measure(text: bytes, options: Options, engine: Engine, fetch: Fetch) -> Reply:
    document = engine.loads(text).document
    place = Place(options["node"], options["input"], options["definition"])
    found = measured(engine, document, place, options.get("value", AS_WRITTEN))
    return {"problems": [], "measure": asdict(found)}, b""


REPLIES: dict[str, Callable[[bytes, Options, Engine, Fetch], Reply]] = {
    "check": _check,
    "prepare": _prepare,
    "plan": _plan,
    "interface": _interface,
    "read": _read,
    "export": _export,
    "seeds": _seeds,
    "metadata": _metadata,
    "choices": _choices,
    "measure": _measure,
}


def _wishes(options: Options) -> Wishes:
    wanted = options.get("wanted")
    return Wishes(
        options.get("inputs") or {},
        options.get("texts") or {},
        options.get("sweep"),
        None if wanted is None else tuple(wanted),
        bool(options.get("strict_lock")),
    )


def _upload(options: Options, engine: Engine, fetch: Fetch) -> Path:
    """The file of an upload that a question is about. Raises `FileMissing`."""
    fetch(_uploads(*uploads_in(options["upload"])))
    return engine.files.upload_path(options["upload"])


def _suffix(options: Options) -> str:
    return str(options.get("suffix", "")).lower()


def _uploads(*references: str) -> list[Need]:
    return [Need("upload", one.removeprefix(UPLOAD_PREFIX)) for one in dict.fromkeys(references)]
