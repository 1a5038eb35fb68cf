"""A file that a page loads: read once, kept in memory, packed once where that makes it smaller."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from graph_engine.digest import digest_content

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""The kinds of files that are served, by their ends; others are not."""

PACKED = (".html", ".css", ".js", ".json", ".svg")


@dataclass(frozen=True)
class StaticFile:
    """A file's bytes, the same packed by gzip where that is worth it, and the tag of its contents."""

    body: bytes
    packed: bytes | None
    media_type: str
    tag: str

    @classmethod
    def read(cls, file: Path) -> StaticFile:
        """The file at a path whose end is one of `MEDIA_TYPES`."""
        body = file.read_bytes()
        packed = gzip.compress(body, mtime=0) if file.suffix in PACKED else None
        if packed is not None and len(packed) > 0.9 * len(body):
            packed = None
        return cls(body, packed, MEDIA_TYPES[file.suffix], digest_content(body)[:32])

    def answer(self, request: web.Request, cache_control: str, **headers: str) -> web.Response:
        """The answer to a request for it, or that the client has it already."""
        given = {"Cache-Control": cache_control, **headers}
        body, tag = self.body, f'"{self.tag}"'
        if self.packed is not None:
            given["Vary"] = "Accept-Encoding"
            if takes_gzip(request):
                body, tag = self.packed, f'"{self.tag}-gzip"'
        given["ETag"] = tag
        if tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=given)
        given["Content-Type"] = self.media_type
        if body is self.packed:
            given["Content-Encoding"] = "gzip"
        return web.Response(body=body, headers=given)


def takes_gzip(request: web.Request) -> bool:
    """Whether a client says that it unpacks gzip."""
    for offered in ",".join(request.headers.getall("Accept-Encoding", [])).split(","):
        name, _, weight = offered.partition(";")
        if name.strip().lower() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
