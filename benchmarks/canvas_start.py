"""How soon the editor can be used: cold, on this machine, from an empty browser each time; and what it loads.

Run: PYTHONPATH=. .venv/bin/python benchmarks/canvas_start.py [times]

Ready is when the nodes of the first workflow stand on the page, the page says that it has begun, and the main
thread has been free for 50 ms after that. The server is warm; the browser is a new process each time.
"""

from __future__ import annotations

import gzip
import re
import signal
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.e2e.chromium import chromium
from tests.web.process import Process
from web.api.pages.editor import BUILT

MOST_SECONDS = 1.5
MOST_KILOBYTES = 250

WATCH = """
window.started = {};
const look = () => {
    const ready = document.querySelector(".app[data-ready]") && document.querySelector(".node-card");
    if (!ready) return requestAnimationFrame(look);
    started.ready = performance.now();
    let last = started.ready;
    const free = () => {
        const now = performance.now();
        if (now - last > 20) started.busy = now; // something else had the thread
        last = now;
        const since = started.busy ?? started.ready;
        if (now - since < 50) return setTimeout(free);
        started.interactive = since;
        document.documentElement.dataset.interactive = "";
    };
    free();
};
requestAnimationFrame(look);
"""


def start(browser: Browser, address: str) -> tuple[float, float]:
    """Seconds until the nodes are there, and until the page can be used, with an empty browser cache."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    page.locator("html[data-interactive]").wait_for()
    seen = page.evaluate("window.started")
    return seen["ready"] / 1000, seen["interactive"] / 1000


def bundle() -> float:
    """Kilobytes, gzipped, of all that the page begins with."""
    html = (BUILT / "index.html").read_text(encoding="utf-8")
    files = [BUILT / name for name in re.findall(r'(?:src|href)="/(assets/[^"]+)"', html)]
    return sum(len(gzip.compress(file.read_bytes())) for file in files) / 1000


def main() -> None:
    """Measure, and print beside the bars."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    found = []
    with tempfile.TemporaryDirectory() as folder:
        server = Process(Path(folder) / "data", "--port", "0", packs=())
        try:
            address = server.http.address
            for _ in range(times + 1):
                with chromium() as browser:
                    found.append(start(browser, address))
        finally:
            server.signal(signal.SIGTERM)
            server.ended()
    ready, interactive = zip(*found[1:], strict=True)  # the first one warms the server
    print(f"nodes on the page  p50 {statistics.median(ready):.2f} s  worst {max(ready):.2f} s")
    print(
        f"interactive        p50 {statistics.median(interactive):.2f} s  worst {max(interactive):.2f} s"
        f"  (bar {MOST_SECONDS} s)"
    )
    print(f"start bundle       {bundle():.1f} kB gzipped  (bar {MOST_KILOBYTES} kB)")


if __name__ == "__main__":
    main()
