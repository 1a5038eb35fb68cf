"""What a text that a person types for an input means: text where the input takes text, JSON elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from graph_engine.declaration.sockets import NodeInput
from graph_engine.documents.document import Document
from graph_engine.documents.interface import input_place
from graph_engine.engine import Engine
from graph_engine.flow.shapes import Shapes


def typed_value(
    document: Document, engine: Engine, name: str, text: str, file: Callable[[str], str] = str
) -> Any:
    """The JSON value that `text` is for an interface input, or a `node.input`. Raises `UnknownInput`.

    For an input that names a file, `file` gives what the document is to say: left out, the text as it is.
    """
    wanted = target_of(document, Shapes(document.definitions, engine.catalogue), name)
    if wanted is not None and wanted.file is not None:
        return file(text)
    if wanted is not None and wanted.takes_text:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text  # the checker says what this input wants


def target_of(document: Document, shapes: Shapes, name: str) -> NodeInput | None:
    """What an interface input, or a `node.input`, must suit; None where that is not known here.

    Raises `UnknownInput`.
    """
    node, input_name = input_place(document, name)
    return next(iter(shapes.targets(document.nodes[node]).get(input_name, ())), None)
