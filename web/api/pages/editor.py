"""The editor: the client as it was built into web/dist, read once when the server starts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from graph_engine.digest import digest_content
from web.api.pages.static_file import MEDIA_TYPES, StaticFile

BUILT = Path(__file__).parents[2] / "dist"
"""Where the build hook puts the client, in a checkout and in an installation alike."""

CLIENT_HEADER = "X-Latentgraph-Client"
"""Which client the server serves, on every answer of the API: an open tab notices that it is an older one."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' blob: data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load. `connect-src 'self'` covers its WebSocket; `data:` is for pictures only."""

FOR_A_YEAR = "public, max-age=31536000, immutable"  # the names of assets change with their contents


@dataclass(frozen=True)
class Editor:
    """The page, what it loads by name, and the digest of it all."""

    html: str
    assets: Mapping[str, StaticFile]
    digest: str

    async def page(self, request: web.Request) -> web.Response:
        """The page itself, which says its own digest.

        Styles that the component library inserts carry the nonce, new for every answer; scripts are never
        inline.
        """
        nonce = secrets.token_urlsafe(16)
        mine = (
            f'<head>\n  <meta name="latentgraph-client" content="{self.digest}">'
            f'\n  <meta property="csp-nonce" nonce="{nonce}">'
        )
        return web.Response(
            text=self.html.replace("<head>", mine, 1),
            content_type="text/html",
            headers={"Cache-Control": "no-cache", "Content-Security-Policy": POLICY.format(nonce=nonce)},
        )

    async def asset(self, request: web.Request) -> web.Response:
        """A script, a style or what else the page loads."""
        found = self.assets.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return found.answer(request, FOR_A_YEAR)


def read_editor(folder: Path = BUILT) -> Editor | None:
    """The client that was built into a folder; None where there is none."""
    page = folder / "index.html"
    if not page.is_file():
        return None
    html = page.read_text(encoding="utf-8")
    files = sorted(one for one in (folder / "assets").glob("*") if one.suffix in MEDIA_TYPES)
    assets = {file.name: StaticFile.read(file) for file in files}
    parts = [html, *(f"{name} {file.tag}" for name, file in assets.items())]
    return Editor(html, assets, digest_content("\n".join(parts).encode())[:16])
