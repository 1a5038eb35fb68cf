"""Writing a document to its file: whole or not at all, with the file's permissions, through links to it."""

from __future__ import annotations

import shutil
from pathlib import Path

from graph_engine.atomic import write_atomic
from graph_engine.documents.document import Document
from graph_engine.errors import EngineError


class DocumentUnwritable(EngineError):
    """A document's file can not be written; it is as it was."""


def save_document(document: Document, path: Path | str) -> None:
    """Write the document as a JSON file in the place of what was there. Raises `DocumentUnwritable`."""
    target = Path(path).expanduser().resolve()  # a link stays a link

    def write(temporary: Path) -> None:
        temporary.write_bytes(document.dumps().encode())
        if target.exists():
            shutil.copymode(target, temporary)

    try:
        write_atomic(target, write)
    except OSError as error:
        raise DocumentUnwritable(
            f"'{path}' can not be written ({error.strerror or error}); it is as it was. "
            "Make the file and its folder writable, or copy the file to where you may write."
        ) from error
