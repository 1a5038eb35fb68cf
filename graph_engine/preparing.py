"""Preparing a document to run: inputs set, swept, checked, self-contained and locked; or every problem."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from graph_engine.checking.locking import LockDifference
from graph_engine.checking.modes import resolved
from graph_engine.documents.document import Document
from graph_engine.documents.document_io import MAX_BYTES, limit_problem
from graph_engine.documents.interface import input_place, set_inputs
from graph_engine.documents.sweep import BadSweep, sweep
from graph_engine.engine import Engine
from graph_engine.errors import DocumentError, UnknownInput
from graph_engine.execution.compile import NothingToRun, roots
from graph_engine.export import portable
from graph_engine.files import is_upload
from graph_engine.flow.shapes import Shapes
from graph_engine.interface_types import input_values, unknown_input
from graph_engine.messages import nearest, problem_of, shown
from graph_engine.problem import Problem
from graph_engine.typed_text import typed_value


@dataclass(frozen=True)
class Wishes:
    """What is asked besides the document.

    `inputs` are JSON values and `texts` what a person typed, both by the names of inputs; texts come last.
    `sweep` is `{"table": {name: [values]}, "how": "product" or "zip"}`. `wanted` names outputs or nodes. With
    `strict_lock` what is not here as the document's lock says is a problem.
    """

    inputs: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    sweep: Mapping[str, Any] | None = None
    wanted: tuple[str, ...] | None = None
    strict_lock: bool = False


NO_WISHES = Wishes()


@dataclass(frozen=True)
class Arranged:
    """A document with wishes applied; `plain` is it before the sweep, `problems` are those of the wishes."""

    document: Document
    plain: Document
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """A document that can be run anywhere, and what is to be known of it.

    `inputs` are the literals of the interface's inputs (of a swept one, its list), `uploads` every
    `blake3:...` that the document names, `differences` what was not here as its lock said. `models` are the
    digests of the models that it needs: those of nodes that are bypassed or muted it can do without.
    """

    document: Document
    text: str
    inputs: Mapping[str, Any]
    uploads: tuple[str, ...]
    differences: tuple[LockDifference, ...] = ()
    models: tuple[str, ...] = ()


def prepared(document: Document, engine: Engine, wishes: Wishes = NO_WISHES) -> Prepared:
    """A document at present versions, made ready to run. Raises `DocumentError` with every problem there is.

    Files inside the engine's folders that it names become uploads; nothing is kept where there is a problem.
    """
    arranged_ = arranged(document, engine, wishes)
    differences = engine.lock_differences(arranged_.plain)
    problems = [*arranged_.problems, *engine.check(arranged_.document)]
    if wishes.strict_lock:
        problems += map(_differs, differences)
    problems += [] if problems else _nothing_to_run(arranged_.document, engine, wishes.wanted)
    if problems:
        raise DocumentError(problems)
    ready = portable(arranged_.document, engine)
    plain = ready if arranged_.document is arranged_.plain else portable(arranged_.plain, engine)
    kept = engine.locked(ready)
    inputs = input_values(plain, Shapes(plain.definitions, engine.catalogue))
    if wishes.sweep is not None:
        known = arranged_.plain.interface.inputs
        inputs |= {name: values for name, values in wishes.sweep["table"].items() if name in known}
    models = engine.models_needed(kept)
    return Prepared(kept, _text(kept), inputs, uploads_named(kept), tuple(differences), models)


def arranged(document: Document, engine: Engine, wishes: Wishes = NO_WISHES) -> Arranged:
    """The document with the inputs set and swept, as far as that can be; it is not checked."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in _values(document, engine, wishes, problems):
        if problem := limit_problem({name: value}):  # deep ones can not even be copied
            problems.append(replace(problem, input=name))
            continue
        try:
            input_place(document, name)
        except UnknownInput as error:
            problems.append(unknown_input(error))
        else:
            values[name] = value
    plain = set_inputs(document, values)
    swept = plain
    if wishes.sweep is not None:
        try:
            swept = _swept(plain, wishes.sweep)
        except UnknownInput as error:
            problems.append(unknown_input(error))
        except BadSweep as error:
            problems.append(Problem("bad_sweep", str(error)))
    problems += _unknown_wanted(swept, wishes.wanted or ())
    return Arranged(swept, plain, tuple(problems))


def uploads_named(document: Document) -> tuple[str, ...]:
    """Every `blake3:...` that the nodes of a document name, in its order, each once."""
    bodies = (document, *document.definitions.values())
    return uploads_in([node.inputs for body in bodies for node in body.nodes.values()])


def uploads_in(value: Any) -> tuple[str, ...]:
    """Every `blake3:...` in a plain JSON value."""
    found: dict[str, None] = {}
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if is_upload(one):
                found[one] = None
        elif isinstance(one, dict):
            waiting.extend(reversed(one.values()))
        elif isinstance(one, list | tuple):
            waiting.extend(reversed(one))
    return tuple(found)


def _values(
    document: Document, engine: Engine, wishes: Wishes, problems: list[Problem]
) -> Iterator[tuple[str, Any]]:
    yield from ((name, value) for name, value in wishes.inputs.items() if name not in wishes.texts)
    for name, text in wishes.texts.items():
        try:
            yield name, typed_value(document, engine, name, text)
        except UnknownInput as error:
            problems.append(unknown_input(error))


def _swept(document: Document, wanted: Mapping[str, Any]) -> Document:
    table, how = wanted.get("table"), wanted.get("how", "product")
    if not isinstance(table, dict):
        raise BadSweep(f"A sweep needs a table of inputs, each with a list of values, not {shown(table)}.")
    if how not in ("product", "zip"):
        raise BadSweep(f"A sweep is a 'product' or a 'zip', not {shown(how)}.")
    if problem := limit_problem(table):
        raise BadSweep(problem.message)
    try:
        return sweep(document, table, how)
    except ValidationError as error:
        raise BadSweep(str(problem_of("bad_sweep", error.errors()[0]))) from None


def _nothing_to_run(document: Document, engine: Engine, wanted: tuple[str, ...] | None) -> list[Problem]:
    present = resolved(document, engine.catalogue)
    try:
        roots(present, Shapes(present.document.definitions, engine.catalogue), wanted or None)
    except NothingToRun as error:
        return [Problem("nothing_to_run", error.message, hint=error.hint)]
    return []


def _unknown_wanted(document: Document, wanted: tuple[str, ...]) -> Iterator[Problem]:
    known = [*document.interface.outputs, *document.nodes]
    for name in wanted:
        if name not in known:
            message = f"The document has no output or node '{name}'."
            yield Problem("unknown_wanted", message, got=shown(name), hint=nearest(name, known))


def _differs(difference: LockDifference) -> Problem:
    return Problem(
        difference.code,
        difference.message,
        expected=difference.locked,
        got=difference.here,
        hint="Install what the lock names, or do not ask for the lock to be kept strictly.",
    )


def _text(document: Document) -> str:
    """The document's text. With its inputs in it, it may break limits that it kept before."""
    raw = document.as_json()
    if problem := limit_problem(raw):
        raise DocumentError([problem])
    text = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    size = len(text) if text.isascii() else len(text.encode())
    if size > MAX_BYTES:
        message = f"With its inputs it has {size:,} bytes; {MAX_BYTES:,} are allowed."
        raise DocumentError([Problem("too_large", message)])
    return text
