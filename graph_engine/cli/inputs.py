"""`--set name=value` and its kin: options taken apart, and the files that they name read or imported."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, Literal

from graph_engine.documents.document import Document
from graph_engine.documents.interface import set_inputs
from graph_engine.documents.sweep import sweep
from graph_engine.engine import Engine
from graph_engine.errors import EngineError, FileMissing
from graph_engine.files import UPLOAD_PREFIX
from graph_engine.typed_text import typed_value


class BadOption(EngineError):
    """A command line option is not written as it should be."""


def apply_settings(
    document: Document, engine: Engine, settings: Iterable[str], files: Iterable[str]
) -> Document:
    """The document with all `--set name=value` and `--set-file name=path` applied, later ones last."""
    values: dict[str, Any] = {}
    for option in settings:
        name, text = split_option(option, "--set", "value")
        values[name] = _value(document, engine, name, text)
    for option in files:
        name, path = split_option(option, "--set-file", "path")
        try:
            text = Path(path).expanduser().read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise FileMissing(f"--set-file {name}: '{path}' can not be read as text.") from error
        values[name] = _value(document, engine, name, text)
    return set_inputs(document, values)


def apply_sweep(
    document: Document, engine: Engine, options: Iterable[str], how: Literal["zip", "product"]
) -> Document:
    """The document as a sweep over `--sweep name=VALUES`: a JSON list, or values with commas between."""
    table: dict[str, list[Any]] = {}
    for option in options:
        name, text = split_option(option, "--sweep", "values")
        try:
            values = json.loads(text)
        except ValueError:
            values = text
        if not isinstance(values, list):
            values = [_value(document, engine, name, one.strip()) for one in text.split(",")]
        table[name] = values
    return sweep(document, table, how) if table else document


def split_option(option: str, flag: str, kind: str) -> tuple[str, str]:
    """The name and the text of an option written `name=text`. Raises `BadOption`."""
    name, equals, text = option.partition("=")
    if not equals or not name:
        raise BadOption(f"'{flag} {option}' is not written {flag} name={kind}.")
    return name.strip(), text


def _value(document: Document, engine: Engine, name: str, text: str) -> Any:
    return typed_value(document, engine, name, text, partial(_file, engine))


def _file(engine: Engine, text: str) -> str:
    path = Path(text).expanduser()
    if not text or text.startswith(UPLOAD_PREFIX):
        return text
    if not path.is_file() and engine.files.reference(text) is not None:
        return text  # a file beside the document
    return engine.files.upload(path)
