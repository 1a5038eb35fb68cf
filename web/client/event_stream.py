"""Server-sent events (WHATWG HTML, section 9.2) out of pieces of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from web.client.errors import UnexpectedAnswer

LONGEST = 64 << 20  # bytes of one event


@dataclass(frozen=True)
class ServerEvent:
    """One event; `id` is what a client goes on from."""

    kind: str
    data: str
    id: str


class EventParser:
    """Takes pieces as they come, cut anywhere, and gives the events that are whole."""

    def __init__(self) -> None:
        self._rest = b""
        self._kind = self._id = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, piece: bytes) -> Iterator[ServerEvent]:
        """The events that end in this piece. Raises `UnexpectedAnswer` for one that never ends."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) + self._size > LONGEST:
            raise UnexpectedAnswer(f"An event has more than {LONGEST:,} bytes.")
        for line in lines:
            event = self._line(line.removesuffix(b"\r").decode("utf-8", "replace"))
            if event is not None:
                yield event

    def _line(self, line: str) -> ServerEvent | None:
        if not line:
            found = ServerEvent(self._kind, "\n".join(self._data), self._id) if self._data else None
            self._kind, self._id, self._data, self._size = "", "", [], 0
            return found
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
            self._size += len(value)
        elif name == "event":
            self._kind = value
        elif name == "id":
            self._id = value
        return None
