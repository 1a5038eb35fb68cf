"""The pages that the server shows itself: the editor, or a first page without one, and the API to read."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from web.api.pages.editor import Editor
from web.api.pages.static_file import MEDIA_TYPES, StaticFile

FOLDER = Path(__file__).parent

PAGES = {"/": "index.html", "/docs": "reference.html"}
"""The addresses of pages; everything that they load lies under `/docs/`. An editor takes the place of `/`."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add_pages(app: web.Application, editor: Editor | None) -> None:
    """Add the pages, and what they load, to an application."""
    if editor is not None:
        app.router.add_get("/", editor.page, name="editor")
        app.router.add_get("/assets/{name}", editor.asset, name="editor_asset")
    for file in sorted(FOLDER.iterdir()):
        if file.suffix in MEDIA_TYPES:
            static = StaticFile.read(file)
            for path in [one for one, name in PAGES.items() if name == file.name] or [f"/docs/{file.name}"]:
                if path != "/" or editor is None:
                    app.router.add_get(path, _handler(static))


def _handler(static: StaticFile) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return static.answer(request, "no-cache", **{"Content-Security-Policy": POLICY})

    return answer
