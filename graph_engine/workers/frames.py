"""Frames: how messages are cut out of a stream of bytes.

A frame is a header of 12 bytes (the magic word, the length of the head, the length of the payload, both
32 bits, big-endian), a head in JSON with `kind` and `data`, and a payload of bytes that JSON can not say.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graph_engine.workers.errors import BrokenFrame, FrameTooLarge

MAGIC = b"LGw1"
HEADER = struct.Struct(">4sII")
MAX_HEAD = 64 * 1024 * 1024  # bytes; a report about 20,000 nodes has 4 MiB
MAX_PAYLOAD = 64 * 1024 * 1024  # bytes; files go in pieces


@dataclass(frozen=True)
class Frame:
    """One message as it travels."""

    kind: str
    data: Mapping[str, Any]
    payload: bytes = b""

    def encode(self) -> bytes:
        """The bytes of the frame. Raises `FrameTooLarge`."""
        head = json.dumps({"kind": self.kind, "data": self.data}, separators=(",", ":")).encode("ascii")
        for what, size, limit in (
            ("head", len(head), MAX_HEAD),
            ("payload", len(self.payload), MAX_PAYLOAD),
        ):
            if size > limit:
                raise FrameTooLarge(
                    f"The {what} of a message '{self.kind}' has {size:,} bytes; {limit:,} are allowed."
                )
        return b"".join((HEADER.pack(MAGIC, len(head), len(self.payload)), head, self.payload))


class FrameReader:
    """Cuts frames out of the pieces that a stream comes in, however it is cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """The frames that are complete with this piece. Raises `BrokenFrame`."""
        self._buffer += piece
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> Frame | None:
        if len(self._buffer) < HEADER.size:
            if not MAGIC.startswith(self._buffer[: len(MAGIC)]):
                raise BrokenFrame(f"A frame begins with {bytes(self._buffer[:4])!r}, not with {MAGIC!r}.")
            return None
        magic, head_size, payload_size = HEADER.unpack_from(self._buffer)
        if magic != MAGIC:
            raise BrokenFrame(f"A frame begins with {magic!r}, not with {MAGIC!r}.")
        if head_size > MAX_HEAD or payload_size > MAX_PAYLOAD:
            raise BrokenFrame(
                f"A frame announces {head_size:,} and {payload_size:,} bytes, which is too much."
            )
        end = HEADER.size + head_size + payload_size
        if len(self._buffer) < end:
            return None
        with memoryview(self._buffer) as view:
            head = bytes(view[HEADER.size : HEADER.size + head_size])
            payload = bytes(view[HEADER.size + head_size : end])
        del self._buffer[:end]
        return _frame(head, payload)


def _frame(head: bytes, payload: bytes) -> Frame:
    try:
        said = json.loads(head)
    except (ValueError, RecursionError) as error:
        raise BrokenFrame(f"The head of a frame is not JSON: {error}.") from error
    kind, data = (said.get("kind"), said.get("data")) if isinstance(said, dict) else (None, None)
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise BrokenFrame('The head of a frame is not an object with "kind" and "data".')
    return Frame(kind, data, payload)
