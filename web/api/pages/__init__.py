"""The pages that the server shows itself: what it is, and the API to read and try. Static files, no more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from graph_engine.digest import digest_content

FOLDER = Path(__file__).parent

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

PAGES = {"/": "index.html", "/docs": "reference.html"}
"""The addresses of pages; everything that they load lies under `/docs/`."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class StaticFile:
    """A file of a page, read once."""

    body: bytes
    media_type: str
    tag: str


def add_pages(app: web.Application) -> None:
    """Add the pages, and what they load, to an application."""
    for file in sorted(FOLDER.iterdir()):
        if file.suffix in MEDIA_TYPES:
            body = file.read_bytes()
            static = StaticFile(body, MEDIA_TYPES[file.suffix], f'"{digest_content(body)[:32]}"')
            for path in [one for one, name in PAGES.items() if name == file.name] or [f"/docs/{file.name}"]:
                app.router.add_get(path, _handler(static))


def _handler(static: StaticFile) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        headers = {
            "ETag": static.tag,
            "Cache-Control": "no-cache",
            "Content-Security-Policy": POLICY,
        }
        if static.tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=static.body, headers={**headers, "Content-Type": static.media_type})

    return answer
