"""Reading documents from text, files and pictures, within limits, with every problem named."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from graph_engine.documents.document import FORMAT, Document
from graph_engine.documents.formats import FORMATS, FormatChange, FormatFailed, at_present_format
from graph_engine.errors import DocumentError
from graph_engine.messages import problem_of, shown
from graph_engine.problem import Problem

MAX_BYTES = 16 * 1024 * 1024
MAX_PICTURE_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 20_000
MAX_TEXT = 1_000_000  # characters in one string
_SEVERAL = 50
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")

FindImporters = Callable[[str], Iterable[Callable[[Path], dict[str, Any] | None]]]
Tell = Callable[[str], object]


def load_document(
    path: Path | str,
    importers: FindImporters | None = None,
    *,
    tell: Tell | None = None,
    suffix: str | None = None,
) -> Document:
    """Read a workflow from a .json file, or from a picture that carries one. Raises `DocumentError`.

    `tell` hears in words what was done to bring it from an earlier format to the present one. `suffix` says
    what the file is where its name does not.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise _refused("not_a_file", f"'{path}' is not a file.", str(path))
        suffix = (path.suffix if suffix is None else suffix).lower()
        found = list(importers(suffix)) if importers is not None and suffix != ".json" else []
        limit = MAX_PICTURE_BYTES if found else MAX_BYTES
        if size > limit:
            raise _refused("too_large", f"It has {size:,} bytes; {limit:,} are allowed.", str(path))
        if found:
            return parse_document(_import(path, found), str(path), tell=tell)
        return loads_document(path.read_bytes(), str(path), tell=tell)
    except OSError as error:
        raise _refused("unreadable", f"It can not be read: {error.strerror or error}.", str(path)) from error


def loads_document(text: str | bytes, where: str = "The document", *, tell: Tell | None = None) -> Document:
    """Read a workflow from JSON text. Raises `DocumentError`."""
    return parse_document(_parse_json(text, where), where, tell=tell)


def parse_document(
    raw: Any,
    where: str = "The document",
    *,
    tell: Tell | None = None,
    formats: Sequence[FormatChange] = FORMATS,
) -> Document:
    """Read a workflow from plain JSON values. Raises `DocumentError` with everything wrong in its form.

    One of an earlier format is brought to the present one by `formats` first.
    """
    if problem := limit_problem(raw):
        raise DocumentError([problem], where)
    if not isinstance(raw, dict) or "latentgraph" not in raw:
        raise _refused(
            "not_a_document",
            'It is not a workflow document: an object with "latentgraph": 1 and "nodes" is wanted.',
            where,
        )
    number = raw["latentgraph"]
    if isinstance(number, bool):  # which is the number 1 to Python, and not to JSON
        raise _refused("form", f'"latentgraph" is {shown(number)}, not the number of a format.', where)
    if isinstance(number, float) and number.is_integer():
        number = int(number)
        raw = {**raw, "latentgraph": number}
    if isinstance(number, int) and number > FORMAT:
        raise _refused(
            "newer_format",
            f"It has format {shown(number)}; this version reads format {FORMAT}. Update latentgraph.",
            where,
        )
    try:
        raw = at_present_format(raw, formats, tell)
    except FormatFailed as error:
        raise _refused("format_failed", str(error), where) from error
    try:
        return Document.model_validate(raw)
    except ValidationError as error:
        problems = [problem_of("form", item) for item in error.errors()[:_SEVERAL]]
        raise DocumentError(problems, where) from None


def _import(path: Path, importers: Iterable[Callable[[Path], dict[str, Any] | None]]) -> dict[str, Any]:
    reasons = []
    for importer in importers:
        try:
            raw = importer(path)
        except Exception as error:  # an importer reads whatever file it is given
            reasons.append(str(error) or type(error).__name__)
            continue
        if raw is not None:
            return raw
    reason = f" ({reasons[0]})" if reasons else ""
    raise _refused("no_workflow", f"This picture carries no workflow{reason}.", str(path))


def _parse_json(text: str | bytes, where: str) -> Any:
    repeated: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            repeated.extend(sorted({name for name in names if names.count(name) > 1}))
        return found

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not a JSON number")

    def number(digits: str) -> float:
        found = float(digits)
        if math.isinf(found):
            raise ValueError(f"the number {digits[:20]} is too large")
        return found

    if len(text) > MAX_BYTES:
        raise _refused("too_large", f"It has {len(text):,} bytes; {MAX_BYTES:,} are allowed.", where)
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        raw = json.loads(text, object_pairs_hook=once, parse_constant=refuse, parse_float=number)
    except UnicodeDecodeError as error:
        raise _refused("not_json", f"It is not JSON: not UTF-8 text at byte {error.start}.", where) from error
    except RecursionError as error:
        raise _refused("too_deep", f"It is nested deeper than {MAX_DEPTH} levels.", where) from error
    except ValueError as error:
        raise _refused("not_json", f"It is not JSON: {error}.", where) from error
    if repeated:
        message = "The name '{}' is there twice in one object; each name may stand once."
        raise DocumentError(
            [Problem("duplicate", message.format(name)) for name in repeated[:_SEVERAL]], where
        )
    return raw


def limit_problem(raw: Any) -> Problem | None:
    """Which limit of documents a plain JSON value breaks, if one; walks without recursion."""
    if (count := _count_nodes(raw)) > MAX_NODES:
        return Problem("too_many_nodes", f"It has {count:,} nodes; {MAX_NODES:,} are allowed.")
    waiting: list[tuple[Any, int]] = [((raw,), 0)]
    while waiting:
        inside, depth = waiting.pop()
        depth += 1
        for value in (*inside, *inside.values()) if isinstance(inside, dict) else inside:
            if depth > MAX_DEPTH:
                return Problem("too_deep", f"It is nested deeper than {MAX_DEPTH} levels.")
            if isinstance(value, str):
                if len(value) > MAX_TEXT:
                    message = f"A text has {len(value):,} characters; {MAX_TEXT:,} are allowed."
                    return Problem("too_long", message)
                if not value.isascii() and _HALF_CHARACTER.search(value):
                    return Problem("not_text", "A text holds half of a character, a lone surrogate.")
            elif isinstance(value, float):
                if not math.isfinite(value):
                    return Problem("not_a_number", f"{value} is not a JSON number.")
            elif isinstance(value, dict | list | tuple):
                waiting.append((value, depth))
    return None


def _count_nodes(raw: Any) -> int:
    """The nodes of what may be a document, with those of its definitions."""
    definitions = raw.get("definitions") if isinstance(raw, dict) else None
    bodies = [raw, *(definitions.values() if isinstance(definitions, dict) else ())]
    found = [body.get("nodes") for body in bodies if isinstance(body, dict)]
    return sum(len(nodes) for nodes in found if isinstance(nodes, dict))


def _refused(code: str, message: str, where: str) -> DocumentError:
    return DocumentError([Problem(code, message)], where)
