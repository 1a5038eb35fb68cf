"""A workflow of the library and its versions, and the words in which they are searched."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph_engine.digest import digest_content
from graph_engine.documents.document import Document


@dataclass(frozen=True)
class Workflow:
    """A workflow as it stands; `version` is the current one, `thumbnail` the digest of a picture or ""."""

    id: str
    owner: str
    name: str
    tags: tuple[str, ...]
    created: float
    updated: float
    version: int
    revision: int
    thumbnail: str
    deleted: float | None

    @property
    def tag(self) -> str:
        """Another text after every change, as an ETag without its quotes."""
        return f"{self.version}.{self.revision}"


@dataclass(frozen=True)
class Version:
    """A version of a workflow: who made it, when and why; `name` is the document's own."""

    number: int
    name: str
    digest: str
    nodes: int
    author: str
    time: float
    note: str


@dataclass(frozen=True)
class Stored:
    """A workflow with one of its versions, and the text of that version's document."""

    workflow: Workflow
    version: Version
    text: str

    @property
    def document(self) -> dict[str, Any]:
        """The document as plain JSON."""
        found: dict[str, Any] = json.loads(self.text)
        return found


WORKFLOW_COLUMNS = "id, owner, name, tags, created, updated, version, revision, thumbnail, deleted"
VERSION_COLUMNS = "number, name, digest, nodes, author, time, note"


def workflow_of(row: Sequence[Any]) -> Workflow:
    """A workflow from its row."""
    identity, owner, name, tags, *rest = row
    return Workflow(identity, owner, name, tuple(json.loads(tags)), *rest)


def version_of(document: Document, text: str, number: int, author: str, time: float, note: str) -> Version:
    """The version that a document becomes."""
    nodes = len(document.nodes) + sum(len(one.nodes) for one in document.definitions.values())
    return Version(number, document.name, digest_content(text.encode()), nodes, author, time, note)


def once_each(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags without repetition, the first way of writing each."""
    found: dict[str, str] = {}
    for tag in tags:
        found.setdefault(folded(tag), tag)
    return tuple(found.values())


def folded(text: str) -> str:
    """A text as searches compare it: without case, and however its characters were composed."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def readable(name: str) -> str:
    """A document's own name as one line without control characters, or what a nameless one is called."""
    plain = "".join(" " if unicodedata.category(one) == "Cc" else one for one in name)
    return " ".join(plain.split())[:200] or "Untitled"


def searched_text(name: str, tags: Iterable[str], document: dict[str, Any]) -> str:
    """All that is found by a search: the name, the tags, and what a person wrote in the document."""
    return folded("\n".join([name, *tags, *_names_in(document), *texts_in(document)]))


def texts_in(value: Any) -> Iterator[str]:
    """Every text that is a value in plain JSON."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            waiting.extend(reversed(one))
        elif isinstance(one, dict):
            waiting.extend(reversed(one.values()))


def _names_in(document: dict[str, Any]) -> Iterator[str]:
    """The names of nodes, inputs, outputs and definitions."""
    definitions = document.get("definitions", {})
    yield from definitions
    for body in (document, *definitions.values()):
        yield from body["nodes"]
        interface = body.get("interface", {})
        yield from interface.get("inputs", {})
        yield from interface.get("outputs", {})
