"""What all families of calls stand on."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from web.client.transport import Transport


class Calls:
    """A family of calls to one server."""

    _server: Transport


def part(text: str) -> str:
    """A piece of a path, so that it stays one piece."""
    return quote(text, safe="")


def given(**fields: Any) -> dict[str, Any]:
    """The fields that were given; None says that one was not."""
    return {name: value for name, value in fields.items() if value is not None}
