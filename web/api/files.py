"""Sending files: unchanging content with its tag, parts of it, and nothing that a browser would run."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from graph_engine.artifact_folder import readable_name
from web.api.problems import Refused
from web.api.routing import Call
from web.service.media_types import SHOWN, UNKNOWN
from web.service.thumbnails import MEDIA_TYPE

PIECE = 256 * 1024  # bytes that are read at once
STALLED_SECONDS = 60.0  # a client that takes nothing for so long is let go
FOREVER = "private, max-age=31536000, immutable"
SANDBOX = "sandbox; default-src 'none'"

RANGE_HEADERS = {
    "If-None-Match": "Tags of what the client has.",
    "Range": "The part that is wanted, `bytes=first-last`; of several, all of it is sent.",
    "If-Range": "The part is wanted only of content with this tag, else all of it.",
}
TAG_HEADERS = {"If-None-Match": RANGE_HEADERS["If-None-Match"]}

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w!#$&^.+-]*/[A-Za-z0-9][\w!#$&^.+-]*", re.ASCII)
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Sent:
    """What is sent: bytes or a file, its kind, the name it is saved under, and its tag."""

    content: bytes | Path
    media_type: str
    name: str
    tag: str
    caching: str = FOREVER


async def send(call: Call, sent: Sent) -> web.Response:
    """Answer with content, or the part of it that is wanted, or that the client has it already."""
    headers = headers_of(sent)
    request = call.request
    if is_known(request, sent.tag):
        return web.Response(status=304, headers=_without_content(headers))
    if isinstance(sent.content, bytes):
        size = len(sent.content)
    else:
        size = await call.service.call(_size, sent.content)
    first, last = wanted_part(request, sent.tag, size)
    status = 200
    if (first, last) != (0, size - 1):
        status = 206
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Accept-Ranges"] = "bytes"
    count = last - first + 1
    if isinstance(sent.content, bytes):
        return web.Response(status=status, body=sent.content[first : last + 1], headers=headers)
    body = FileBody(sent.content, first, count, call.service.call)
    return web.Response(status=status, body=body, headers=headers)


async def send_small(call: Call, digest: str, path: Path, name: str, size: int) -> web.Response:
    """Answer with a small picture of a stored one."""
    service = call.service
    data = await service.call(service.thumbnails.kept, digest, size)
    if data is None:
        data = await service.call_long(service.thumbnails.make, digest, path, name, size)
    return await send(call, Sent(data, MEDIA_TYPE, f"{name}.webp", f"{digest[:32]}-{size}"))


def headers_of(sent: Sent) -> dict[str, str]:
    """The headers that content always has, here or where the client has it already."""
    media_type = sent.media_type.lower() if _MEDIA_TYPE.fullmatch(sent.media_type) else UNKNOWN
    text = media_type.startswith("text/") or media_type == "application/json"
    return {
        "Content-Type": f"{media_type}; charset=utf-8" if text else media_type,
        "Content-Disposition": disposition(sent.name, shown=media_type in SHOWN),
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{sent.tag}"',
        "Cache-Control": sent.caching,
    }


def disposition(name: str, *, shown: bool) -> str:
    """Whether a browser shows a file or saves it, and under which name (RFC 6266)."""
    name = readable_name(name)
    plain = re.sub(r"[^A-Za-z0-9 ._()+-]", "_", name)
    kind = "inline" if shown else "attachment"
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{kind}; filename="{plain}"{extended}'


def is_known(request: web.Request, tag: str) -> bool:
    """Whether the client has the content with this tag already."""
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or any(
        one.strip().removeprefix("W/") == f'"{tag}"' for one in given.split(",")
    )


def wanted_part(request: web.Request, tag: str, size: int) -> tuple[int, int]:
    """The first and the last byte that are wanted. Raises `Refused` for a part that there is not."""
    whole = 0, size - 1
    text = request.headers.get("Range", "")
    if_range = request.headers.get("If-Range")
    if not text or request.method != "GET" or if_range not in (None, f'"{tag}"'):
        return whole
    found = _RANGE.fullmatch(text)
    if found is None or found.groups() == ("", ""):
        return whole  # other units, several parts or nonsense: RFC 9110 lets the server pass over them
    begin, end = found.groups()
    if begin == "":
        first, last = max(size - int(end), 0), size - 1
    else:
        first, last = int(begin), min(int(end or size), size - 1)
        if end and int(end) < first:
            return whole
    if first >= size or (begin == "" and int(end) == 0):
        raise Refused(
            416,
            "no_such_part",
            f"There is no such part: the content has {size:,} bytes, and '{text[:60]}' is wanted.",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return first, last


class FileBody(Payload):
    """A part of a file as the body of an answer; read in threads, as fast as the client takes it."""

    def __init__(
        self, path: Path, first: int, count: int, call: Callable[..., Awaitable[bytes | BinaryIO]]
    ) -> None:
        super().__init__(path)
        self._path, self._first, self._call = path, first, call
        self._size = count

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """No text: it is sent, never looked at."""
        raise TypeError("the body of an answer is no text")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send it. What ends in the middle ends the connection, so that the client can tell."""
        left = self._size or 0
        try:
            file = await self._call(self._open)
            try:
                while left:
                    piece = await self._call(file.read, min(left, PIECE))  # type: ignore[union-attr]
                    if not piece:
                        raise ConnectionResetError("the file was cut off while it was sent")
                    left -= len(piece)  # type: ignore[arg-type]
                    await asyncio.wait_for(writer.write(piece), STALLED_SECONDS)  # type: ignore[arg-type]
            finally:
                file.close()  # type: ignore[union-attr]
        except (OSError, TimeoutError) as error:
            raise ConnectionResetError(str(error)) from error

    def _open(self) -> BinaryIO:
        file = self._path.open("rb")
        file.seek(self._first)
        return file


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError as error:
        raise Refused(404, "file_missing", "The file was deleted just now.") from error


def _without_content(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Content-Type"}
