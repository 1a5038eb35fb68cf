"""What may be given where a document is wanted."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from web.client.errors import BadCall


class AsJson(Protocol):
    """A document as the engine has it."""

    def as_json(self) -> dict[str, Any]: ...


DocumentLike: TypeAlias = Mapping[str, Any] | AsJson | str | os.PathLike[str]
"""A document as JSON has it, as the engine has it, or the path of a JSON file."""


async def as_json(document: DocumentLike) -> dict[str, Any]:
    """The document as plain JSON. Raises `BadCall` for a file that is none."""
    if isinstance(document, Mapping):
        return dict(document)
    if isinstance(document, str | os.PathLike):
        return await asyncio.to_thread(_read, Path(document))
    return document.as_json()


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.expanduser().read_text("utf-8-sig"))
    except OSError as error:
        raise BadCall(f"'{path}' can not be read ({error.strerror or error}).") from error
    except (ValueError, RecursionError) as error:
        raise BadCall(f"'{path}' is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise BadCall(f"'{path}' is no workflow: a JSON object is wanted.")
    return found
