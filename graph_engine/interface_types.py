"""The interface of a document with the types behind it: the form of a canvas, the schema of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.checking.checker import output_types
from graph_engine.checking.modes import Resolved, resolved
from graph_engine.declaration.fields import FilePath
from graph_engine.declaration.sockets import MISSING, NodeInput
from graph_engine.declaration.type_hints import type_name
from graph_engine.documents.document import Document, link_of
from graph_engine.documents.interface import input_place
from graph_engine.engine import Engine
from graph_engine.errors import UnknownInput
from graph_engine.flow.shapes import Shapes
from graph_engine.packs.catalogue import classes_in
from graph_engine.problem import Problem
from graph_engine.typed_text import target_of


@dataclass(frozen=True)
class InterfaceTypes:
    """Inputs and outputs by name as plain JSON, and the document's problems, which may leave some untyped."""

    inputs: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, Mapping[str, Any]]
    problems: tuple[Problem, ...] = ()


def interface_types(document: Document, engine: Engine, names: Iterable[str] = ()) -> InterfaceTypes:
    """What the document takes and gives, and what the inputs `names`, written `node.input`, take.

    An input has `title`, `help`, `type`, `schema` (null where only a link can be given, or nothing is
    known), `required`, `file` (null, or the kind that it names), `takes_text`, and `default` if it has one.
    """
    shapes = Shapes(document.definitions, engine.catalogue)
    inputs: dict[str, Mapping[str, Any]] = {}
    problems = engine.check(document)
    present = resolved(document, engine.catalogue)
    for name in dict.fromkeys((*document.interface.inputs, *names)):
        try:
            inputs[name] = _input(present, shapes, name)
        except UnknownInput as error:
            if name not in document.interface.inputs:  # else the checker says that it leads nowhere
                problems.append(unknown_input(error))
    types = output_types(document, engine.catalogue)
    outputs = {
        name: {
            "title": port.title or name,
            "type": type_name(types[name]),
            "artifact": Artifact in set(classes_in(types[name])),
        }
        for name, port in document.interface.outputs.items()
    }
    return InterfaceTypes(inputs, outputs, tuple(problems))


def input_values(document: Document, shapes: Shapes) -> dict[str, Any]:
    """The literals that the interface's inputs have, written or by default; those with links are left out."""
    found = {}
    for name in document.interface.inputs:
        try:
            value = _value(document, shapes, name, target_of(document, shapes, name))
        except UnknownInput:
            continue
        if value is not MISSING:
            found[name] = value
    return found


def unknown_input(error: UnknownInput) -> Problem:
    """The problem that a value was given for an input that there is not."""
    message = f"The document has no input '{error.name}'."
    return Problem("unknown_input", message, input=error.name, hint=error.hint)


def _input(present: Resolved, shapes: Shapes, name: str) -> dict[str, Any]:
    document = present.origin
    node, input_name = input_place(document, name)
    declared = document.interface.inputs.get(name)
    target = target_of(document, shapes, name)
    value = _value(document, shapes, name, target)
    title = (declared.title if declared else "") or name
    schema = target.schema if target else None
    if schema is not None:
        schema = {**schema, "title": title, **({} if value is MISSING else {"default": value})}
    given = input_name in document.nodes[node].inputs
    left_out = present.left_out("", node) is not None
    return {
        "title": title,
        "help": declared.help if declared else "",
        "type": type_name(target.annotation) if target else "any",
        "schema": schema,
        "required": target is not None and target.required and not given and not left_out,
        "file": _file_kind(target),
        "takes_text": target is not None and target.takes_text,
        **({} if value is MISSING else {"default": value}),
    }


def _value(document: Document, shapes: Shapes, name: str, target: NodeInput | None) -> Any:
    node, input_name = input_place(document, name)
    given = document.nodes[node].inputs
    if input_name in given:
        value = given[input_name]
        linked = any(map(link_of, value)) if isinstance(value, list) else link_of(value) is not None
        return MISSING if linked else value
    if target is None or target.required:
        return MISSING
    try:
        return target.default_literal[1]
    except ValueError:  # a default that JSON can not say
        return MISSING


def _file_kind(target: NodeInput | None) -> str | None:
    marks = () if target is None or not target.names_files else (*target.marks, *target.item_marks)
    return next((mark.kind for mark in marks if isinstance(mark, FilePath)), None)
