"""axe-core on a page of the editor, from the client's own packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web" / "canvas" / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page, within: str | None = None, *, colours: bool = False) -> list[str]:
    """What axe finds wrong, each in one sentence with its places; of the whole page, or within a selector.

    With `colours` only the rules of those are asked: where nothing else is another than a moment before.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))  # a script element would be against the page's policy
    # What passes is not written down, which takes longer than the rules.
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if colours:
        options["runOnly"] = ["cat.color"]
    found: dict[str, Any] = page.evaluate(
        "([within, options]) => axe.run(within ?? document, options)", [within, options]
    )
    return [
        f"{one['id']} ({one['impact']}): {one['help']}, at {', '.join(_place(node) for node in one['nodes'])}"
        for one in found["violations"]
    ]


def _place(node: dict[str, Any]) -> str:
    return " ".join(map(str, node["target"]))
