"""Controls of packs: their page over HTTP, and in a browser, where one is here."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.web.conftest import running
from tests.web.http import LIMIT, Http
from web.api.controls import FRAMED, page_of

PLUGINS = Path(__file__).parents[1] / "resources" / "control_plugins"
RANGE = (PLUGINS / "span" / "controls" / "range.js").read_text()
ADDRESS = "/api/v1/packs/span/controls/range.html"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Http]:
    """A server with a pack that has a control."""
    with running(tmp_path_factory.mktemp("controls") / "data", plugins=[PLUGINS]) as server:
        yield server.http


class TestPage:
    def test_an_input_leads_to_its_control(self, http: Http) -> None:
        found = http.get("/api/v1/nodes").ok()["nodes"]["span/pick_span"]["inputs"]["span"]
        assert found["schema"]["x-control"] == "span/range"
        assert found["default"] == [0.25, 0.75]
        assert http.get(ADDRESS).status == 200

    def test_it_is_sandboxed_whoever_opens_it(self, http: Http) -> None:
        headers = http.get(ADDRESS).headers
        policy = dict(
            part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";")
        )
        assert policy["sandbox"] == "allow-scripts"
        assert policy["default-src"] == "'none'"
        assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}' data:", policy["script-src"])
        assert policy["frame-ancestors"] == "'self'"
        assert "connect-src" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert headers["Content-Type"] == "text/html; charset=utf-8"

    def test_what_the_client_has_is_not_sent_again(self, http: Http) -> None:
        again = http.get(ADDRESS, If_None_Match=http.get(ADDRESS).headers["ETag"])
        assert (again.status, again.body) == (304, b"")
        assert again.headers["Content-Security-Policy"] == FRAMED["Content-Security-Policy"]

    @pytest.mark.parametrize(
        "path",
        ["span/controls/none.html", "none/controls/range.html", "core/controls/range.html"],
    )
    def test_what_is_not_there_is_not_found(self, http: Http, path: str) -> None:
        refused = http.get(f"/api/v1/packs/{path}")
        assert (refused.status, refused.json["code"]) == (404, "unknown_control")

    @pytest.mark.parametrize(
        "path",
        [
            "span/controls/..%2f__init__.html",
            "span/controls/%2e%2e/__init__.html",
            "..%2f..%2fspan/controls/range.html",
            "span/controls/range.js",
            "span/controls/range%00.html",
            "span/controls/RANGE.html",
            "span/controls/" + "a" * 65 + ".html",
        ],
    )
    def test_no_other_file_is_led_to(self, http: Http, path: str) -> None:
        assert http.get(f"/api/v1/packs/{path}").status == 404

    def test_a_script_can_not_end_the_element_that_it_is_in(self) -> None:
        page = page_of("acme/knob", b"</script><script>alert(1)</script>").decode()
        assert page.count("<script") == 2
        assert "alert" not in page


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AROUND = """<!doctype html><title>waiting</title><iframe src="/frame" sandbox="allow-scripts"></iframe>
<script>
  const frame = document.querySelector("iframe"), heard = [];
  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow) return;
    heard.push({origin: event.origin, ...event.data});
    if (event.data.kind === "ready")
      frame.contentWindow.postMessage(VALUE, "*");
    fetch("/heard", {method: "POST", body: JSON.stringify(heard)});
  });
</script>"""
TRIES = """
const tried = {};
async function attempt(name, action) {
  try { await action(); tried[name] = "done"; } catch (error) { tried[name] = error.name ?? "refused"; }
}
export default class extends HTMLElement {
  set value(value) {
    (async () => {
      await attempt("fetch", () => fetch("/secret"));
      await attempt("socket", () => new Promise((done, failed) => {
        const one = new WebSocket(`ws://${location.host}/secret`); one.onopen = done; one.onerror = failed;
      }));
      await attempt("picture", () => new Promise((done, failed) => {
        const one = new Image(); one.onload = done; one.onerror = failed; one.src = "/secret.png";
      }));
      await attempt("script", () => import(location.origin + "/secret.js"));
      await attempt("storage", () => localStorage.length);
      await attempt("cookie", () => document.cookie);
      await attempt("around", () => parent.document.title);
      await attempt("leave", () => { parent.location.href = "/secret"; });
      await attempt("eval", () => eval("1"));
      await attempt("worker", () => new Promise((done, failed) => {
        const one = new Worker("data:text/javascript,postMessage(1)");
        one.onmessage = done; one.onerror = failed;
      }));
      this.dispatchEvent(new CustomEvent("change", {detail: {tried, value}}));
    })();
  }
}
"""


@pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("LATENTGRAPH_BROWSER") != "required", reason="needs a Chromium"
)
class TestInABrowser:
    def test_a_control_shows_the_value_and_gives_back_what_is_chosen(self) -> None:
        script = RANGE.replace(
            "set disabled(off) {",
            """get shown() { return this.#output.textContent; }
  set disabled(off) {
    queueMicrotask(() => {  // after the value: somebody moves the lower handle past the upper one
      const before = this.shown;
      this.#low.value = "0.9";
      this.#low.dispatchEvent(new Event("input"));
      this.dispatchEvent(new CustomEvent("change", { detail: [before, this.shown, this.#low.disabled] }));
    });""",
        )
        heard = talk(script, {"value": [0.25, 0.5], "language": "ko", "theme": "dark"}, until=3, high=20)
        assert [one["kind"] for one in heard] == ["ready", "change", "change"]
        assert heard[1]["value"] == [0.9, 0.9]
        assert heard[2]["value"] == ["0.25 – 0.50", "0.90 – 0.90", False]
        assert {one["origin"] for one in heard} == {"null"}

    def test_a_control_reaches_nothing_but_the_page_around_it(self) -> None:
        heard = talk(TRIES, {"value": "seen"}, until=2)
        assert heard[1]["value"]["value"] == "seen"
        tried = heard[1]["value"]["tried"]
        assert len(tried) == 10
        assert [name for name, outcome in tried.items() if outcome == "done"] == []

    @pytest.mark.parametrize("script", ["export default 3;", "this is no script", "throw new Error('no')"])
    def test_a_control_that_does_not_work_says_so(self, script: str) -> None:
        (failed,) = talk(script, {}, until=1)
        assert failed["kind"] == "failed"
        assert failed["message"]


def talk(script: str, value: dict[str, Any], *, until: int, high: int = 0) -> list[dict[str, Any]]:
    """The messages of a control to the page around it beside `resize`, when there are `until` of them and it
    said that it is so `high`.
    """
    return asyncio.run(_talk(script, {"kind": "value", **value}, until, high))


async def _talk(script: str, value: dict[str, Any], until: int, high: int) -> list[dict[str, Any]]:
    heard: asyncio.Queue[list[dict[str, Any]]] = asyncio.Queue()
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if request.path == "/":
            text = AROUND.replace("VALUE", json.dumps(value))
            return web.Response(text=text, content_type="text/html")
        if request.path == "/frame":
            page = page_of("acme/knob", script.encode())
            return web.Response(body=page, headers={**FRAMED, "Content-Type": "text/html; charset=utf-8"})
        if request.path == "/heard":
            await heard.put(await request.json())
        return web.Response(text="secret", headers={"Access-Control-Allow-Origin": "*"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = "http://{}:{}/".format(*runner.addresses[0][:2])
    try:
        with browser(address):
            async with asyncio.timeout(LIMIT):
                while True:
                    told = await heard.get()
                    found = [one for one in told if one["kind"] != "resize"]
                    # A frame may be without any size when its control is ready, and get one a moment later.
                    if len(found) >= until and any(one.get("height", 0) >= high for one in told):
                        break
    finally:
        await runner.cleanup()
    assert set(asked) <= {"/", "/frame", "/heard", "/favicon.ico"}, "the frame reached the network"
    return found


@contextmanager
def browser(address: str) -> Iterator[None]:
    """A browser without a window on a page."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(prefix="latentgraph-", ignore_cleanup_errors=True) as profile:
        options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
        ]
        options += [
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "--disable-background-networking",
        ]
        process = subprocess.Popen(
            [CHROMIUM, *options, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(LIMIT)
