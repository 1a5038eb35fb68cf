"""Time the canvas with 5,000 nodes in headless Chromium: opening, panning near and far, dragging,
zooming across the overview's edge, and how many elements there are. The server and client are the real ones.

Run: .venv/bin/python benchmarks/canvas.py [--nodes 5000]
"""

from __future__ import annotations

import argparse
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402

from tests.e2e.chromium import chromium  # noqa: E402
from tests.e2e.crowd import crowd  # noqa: E402
from tests.web.http import Http  # noqa: E402
from tests.web.process import Process  # noqa: E402

STEPS = 60
WATCH = """() => {
    window.frames_ = [];
    let before = performance.now();
    window.watching = true;
    const frame = (now) => {
        window.frames_.push(now - before);
        before = now;
        if (window.watching) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
}"""
TAKE = "() => { window.watching = false; return window.frames_.slice(1); }"
# From when the document is there until a frame after the nodes are drawn.
OPENED = """() => new Promise((resolve) => {
    const look = () => {
        if (!document.querySelector("canvas.overview, .node-card")) return requestAnimationFrame(look);
        const got = performance.getEntriesByType("resource").find((one) => one.name.includes("/workflows/"));
        requestAnimationFrame(() => resolve(performance.now() - got.responseEnd));
    };
    look();
})"""


def frames(page: Page, gesture: Callable[[], None]) -> list[float]:
    """The times between the frames that the browser drew while something was done, in milliseconds."""
    page.evaluate(WATCH)
    gesture()
    found: list[float] = page.evaluate(TAKE)
    return found


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    for step in range(1, STEPS + 1):
        page.mouse.move(start[0] + by[0] * step / STEPS, start[1] + by[1] * step / STEPS)
    page.mouse.up()


def settle(page: Page) -> None:
    """Wait until the page has done what follows an opening or a jump: keep a draft, check, fill cards."""
    before = -1
    while (now := elements(page)) != before:
        before = now
        page.wait_for_timeout(700)


def elements(page: Page) -> int:
    count: int = page.evaluate("document.querySelectorAll('*').length")
    return count


def show(what: str, value: str, bar: str) -> None:
    print(f"{what:<34} {value:>12}   {bar}", flush=True)


def there_and_back(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    for _ in range(2):
        drag(page, start, by)
        drag(page, (start[0] + by[0], start[1] + by[1]), (-by[0], -by[1]))


def measure(page: Page, http: Http, document: dict[str, Any]) -> None:
    kept = http.post("/api/v1/workflows", {"document": document}).ok(201)["id"]
    page.goto(f"{http.address}/?workflow={kept}")
    show("open", f"{page.evaluate(OPENED):.0f} ms", "at most 500 ms")
    page.locator("canvas.overview").wait_for()
    settle(page)
    show("elements, overview", str(elements(page)), "below 200")
    far = frames(page, lambda: there_and_back(page, (1500, 120), (-300, 300)))
    show("pan p95, overview", f"{p95(far):.1f} ms", "at most 25 ms")
    node = page.evaluate(
        """() => {
            const style = document.querySelector(".react-flow__viewport").style.transform;
            const [x, y, zoom] = style.match(/-?[\\d.]+/g).map(Number);
            const { left, top } = document.querySelector(".react-flow").getBoundingClientRect();
            return [left + x + 3120 * zoom, top + y + 2440 * zoom];
        }"""
    )
    moved = frames(page, lambda: drag(page, (node[0], node[1]), (150, 120)))
    show("drag a node p95, overview", f"{p95(moved):.1f} ms", "at most 25 ms")
    page.mouse.move(800, 450)
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    card = page.locator(".node-card .node-header")
    card.first.wait_for()
    page.wait_for_function("() => document.getAnimations().length === 0")
    settle(page)
    show("elements, zoom 1", str(elements(page)), "below 1,500")
    near = frames(page, lambda: there_and_back(page, (1200, 82), (-900, 350)))
    show("pan p95, zoom 1", f"{p95(near):.1f} ms", "at most 25 ms")
    boxes = [box for box in (one.bounding_box() for one in card.all()) if box]
    box = next(one for one in boxes if 100 < one["x"] < 900 and 150 < one["y"] < 500)
    start = (box["x"] + 40, box["y"] + 15)
    near = frames(page, lambda: drag(page, start, (300, 200)))
    show("drag a node p95, zoom 1", f"{p95(near):.1f} ms", "at most 25 ms")
    page.mouse.move(800, 300)

    def across() -> None:
        for step in range(16):
            page.mouse.wheel(0, 240 if step < 8 else -240)
            page.wait_for_timeout(40)

    crossing = frames(page, across)
    show("longest frame, zooming across", f"{max(crossing):.0f} ms", "told, not judged")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=5000)
    count = parser.parse_args().nodes
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        process = Process(Path(folder) / "data", "--port", "0")
        context = browser.new_context(viewport={"width": 1600, "height": 900}, reduced_motion="reduce")
        page = context.new_page()
        print(f"{count:,} nodes, Chromium {browser.version}, drawn in software")
        measure(page, process.http, crowd(count))
        context.close()
        process.signal(signal.SIGTERM)
        process.ended()


if __name__ == "__main__":
    main()
