"""Controls of packs: each a page of its own for a frame, which no page and no network can be reached from."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

from graph_engine.digest import digest_content
from web.api.conditions import IF_NONE_MATCH
from web.api.files import is_known
from web.api.packs import packs_here
from web.api.problems import Refused
from web.api.routing import Call, Content, Reply, Routes

routes = Routes("packs")

FOLDER = Path(__file__).parent / "control_frame"
PAGE = Template((FOLDER / "frame.html").read_text("utf-8"))
RUNNER = (FOLDER / "frame.js").read_text("utf-8")
RUNNER_HASH = base64.b64encode(hashlib.sha256(RUNNER.encode()).digest()).decode()
HTML = Content(("text/html",), "The page of the control.")

# Sandboxed, the page has an origin of its own: no cookies, no storage, nothing of the page around it. So it
# could not fetch the script, which is inside, as data; and data is all that it may run or show beside that.
POLICY = (
    f"sandbox allow-scripts; default-src 'none'; script-src 'sha256-{RUNNER_HASH}' data:; worker-src 'none'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
FRAMED = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "SAMEORIGIN",
    "X-DNS-Prefetch-Control": "off",
}


@routes.add(
    "GET",
    "/api/v1/packs/{pack}/controls/{control}.html",
    scope="view",
    answers={200: HTML, 304: None},
    headers={IF_NONE_MATCH: "The tag of the page that the client has."},
)
async def read_control_page(call: Call) -> Reply:
    """Read the page of a control that a pack brings for its inputs, for a sandboxed frame.

    It speaks with the page around it by messages, and reaches nothing else; `docs/packs.md` says which.
    """
    pack, name = call.parts["pack"], call.parts["control"]
    found = {one.name: one.controls for one in await packs_here(call.service)}.get(pack, {}).get(name)
    if found is None:
        raise Refused(404, "unknown_control", f"No pack '{pack}' here has a control '{name}'.")
    try:
        script = await call.service.call(found.read)
    except OSError as error:
        text = f"The control '{name}' of the pack '{pack}' can not be read ({error.strerror})."
        raise Refused(404, "unknown_control", text) from error
    page = page_of(f"{pack}/{name}", script)
    tag = digest_content(page + POLICY.encode())[:32]
    headers = {**FRAMED, "ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if is_known(call.request, tag):
        return Reply(status=304, headers=headers)
    kind = {"Content-Type": "text/html; charset=utf-8"}
    return Reply(web.Response(body=page, headers={**headers, **kind}))


def page_of(title: str, script: bytes) -> bytes:
    """The page that runs a script, which is in it as base64: nothing that it holds can end its element."""
    control = base64.b64encode(script).decode()
    return PAGE.substitute(title=escape(title), control=control, runner=RUNNER).encode()
