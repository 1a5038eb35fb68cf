"""What templates say to people in another language: `locales/LANGUAGE.json` beside them, phrase by phrase.

A phrase is found by what the document says, so what is not in the file stays as it is. Only what is for
people is said otherwise: names, titles, help, notes; never a value, which a node might read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graph_engine.documents.document import Document
from graph_engine.documents.document_io import parse_document

log = logging.getLogger(__name__)

FOLDER = "locales"
MOST_BYTES = 1_000_000


def phrases_in(folder: Path, language: str) -> Mapping[str, str]:
    """The phrases of a language for the templates in a folder; none where there is no file that is whole."""
    file = folder / FOLDER / f"{language}.json"
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
        phrases = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(phrases, dict) or not all(isinstance(one, str) for one in phrases.values()):
            raise ValueError("an object of texts is wanted")
    except OSError:
        return {}
    except (ValueError, RecursionError) as error:
        log.warning("The words in '%s' are left out: %s.", file, error)
        return {}
    return phrases


def said_in(document: Document, phrases: Mapping[str, str]) -> Document:
    """A document that says what it says to people by these phrases."""
    if not phrases:
        return document
    raw = document.as_json()
    for part, field in list(_words(raw)):
        said = part.get(field)
        if isinstance(said, str) and said in phrases:
            part[field] = phrases[said]
    return parse_document(raw)


def _words(raw: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every place of a document where something is said to people, as an object and the name of its field."""
    yield raw, "name"
    yield raw, "description"
    for body in (raw, *raw.get("definitions", {}).values()):
        yield body, "title"
        yield body, "help"
        interface, layout = body.get("interface", {}), body.get("layout", {})
        titled = [body["nodes"], interface.get("inputs", {}), interface.get("outputs", {})]
        for part in [one for group in titled for one in group.values()]:
            yield part, "title"
            yield part, "help"
        for group, field in (("frames", "title"), ("notes", "text")):
            found = layout.get(group)
            yield from ((one, field) for one in found or () if isinstance(one, dict))
