"""Templates: workflows to begin with, from the examples that ship with the server and from plugin packs."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from graph_engine.digest import digest_file
from graph_engine.documents.document import Document
from graph_engine.documents.document_io import load_document
from graph_engine.errors import DocumentError
from graph_engine.files import why_path_escapes
from graph_engine.messages import nearest
from graph_engine.packs.plugin_folder import find_plugins
from web.service.library.errors import UnknownTemplate
from web.service.library.template_words import phrases_in, said_in
from web.service.person import Person
from web.service.uploads import UnknownUpload, Uploads

log = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
WEB = Path(__file__).resolve().parents[2]
PLACES = (WEB.parent / "examples", WEB / "examples")
"""Beside the package in a checkout; inside it where it is installed."""

PACK_FOLDER = "templates"
PICTURES = {".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg"}
MEDIA = "media"


@dataclass(frozen=True)
class Template:
    """A workflow to begin with; `pack` is "" for those that ship with the server."""

    id: str
    pack: str
    document: Document
    folder: Path
    thumbnail: Path | None


def shipped_examples() -> Path | None:
    """The folder of the examples that ship with this distribution."""
    return next((one for one in PLACES if one.is_dir()), None)


class Templates:
    """Reads the folders when it is asked, each file again when it has changed.

    A pack in a plugins folder offers the documents in its folder `templates/`.
    """

    def __init__(self, plugin_folders: Sequence[Path], shipped: Path | None = None) -> None:
        self._plugin_folders = tuple(plugin_folders)
        self._shipped = shipped or shipped_examples()
        self._known: dict[Path, tuple[tuple[int, int], Document | None]] = {}
        self._lock = threading.Lock()

    def all(self, language: str = "") -> list[Template]:
        """Every template, in a language where it has words: the server's first, then by picture and name."""
        found = [
            one for pack, folder in self._folders() for one in _said_in(language, self._in(pack, folder))
        ]
        return sorted(found, key=_place)

    def get(self, template: str, language: str = "") -> Template:
        """One of them. Raises `UnknownTemplate`."""
        known = {one.id: one for one in self.all()}
        if template not in known:
            raise UnknownTemplate(f"There is no template '{template}'. {nearest(template, known)}".strip())
        return next(_said_in(language, [known[template]]))

    def document(self, template: Template, keep: Callable[[Path], str]) -> dict[str, Any]:
        """Its document as plain JSON that can be run anywhere.

        The files beside it that its nodes name are given to `keep`, and named by what that says.
        """
        raw = template.document.as_json()
        for node in raw["nodes"].values():
            for name, value in node.get("inputs", {}).items():
                if (file := _beside(template.folder, value)) is not None:
                    node["inputs"][name] = keep(file)
        return raw

    def _folders(self) -> Iterator[tuple[str, Path]]:
        if self._shipped is not None:
            yield "", self._shipped
        for name, plugin in find_plugins(self._plugin_folders)[0].items():
            folder = plugin.path / PACK_FOLDER
            if folder.is_dir():
                yield name, folder

    def _in(self, pack: str, folder: Path) -> Iterator[Template]:
        for file in sorted(folder.glob("*.json")):
            document = self._read(file) if NAME.fullmatch(file.stem) else None
            if document is not None:
                pictures = (folder / MEDIA / f"{file.stem}{suffix}" for suffix in PICTURES)
                picture = next((one for one in pictures if one.is_file()), None)
                identity = f"{pack}.{file.stem}" if pack else file.stem
                yield Template(identity, pack, document, folder, picture)

    def _read(self, file: Path) -> Document | None:
        try:
            stat = file.stat()
            state = (stat.st_mtime_ns, stat.st_size)
            with self._lock:
                known = self._known.get(file)
            if known is not None and known[0] == state:
                return known[1]
            document = load_document(file)
        except OSError:
            return None
        except DocumentError as error:
            log.warning("The template '%s' is left out. %s", file, error)
            document = None
        with self._lock:
            self._known[file] = (state, document)
        return document


def _place(one: Template) -> tuple[str, bool, str, str]:
    return one.pack, one.thumbnail is None, one.document.name.casefold(), one.id


def _said_in(language: str, templates: Iterable[Template]) -> Iterator[Template]:
    phrases: dict[Path, Mapping[str, str]] = {}
    for one in templates:
        if language and one.folder not in phrases:
            phrases[one.folder] = phrases_in(one.folder, language)
        said = phrases.get(one.folder)
        yield replace(one, document=said_in(one.document, said)) if said else one


def kept_by(uploads: Uploads, person: Person, file: Path) -> str:
    """A file of a template as an upload of a person, `blake3:...`; it is kept if they do not have it yet."""
    try:
        return uploads.get(person, digest_file(file)).reference
    except UnknownUpload:
        incoming = uploads.begin()
        try:
            incoming.write(file.read_bytes())
            return uploads.keep(person, incoming, file.name)[0].reference
        finally:
            incoming.abandon()


def _beside(folder: Path, value: Any) -> Path | None:
    """The file in a template's folder that a literal names, if it names one."""
    if not isinstance(value, str) or not value.startswith(f"{MEDIA}/") or why_path_escapes(value):
        return None
    found = (folder / value).resolve()
    return found if found.is_relative_to(folder.resolve()) and found.is_file() else None
