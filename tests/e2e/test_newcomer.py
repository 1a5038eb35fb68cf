"""Who opens the editor for the first time makes a picture, and waits for little until then."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from playwright.sync_api import Response, expect

from tests.e2e.editor import Editor
from web.api.pages.editor import BUILT

MOST_KILOBYTES = 250  # gzipped, of what the page begins with
MOST_AT_FIRST = 300  # and of all that it loads until nothing is asked for any more


def test_the_first_picture_takes_one_key_press(embedded_editor: Editor) -> None:
    page = embedded_editor.open()
    page.locator("[data-id=sample]").wait_for()
    page.keyboard.press("Control+Enter")
    picture = page.locator(
        ".node-card:is([data-run=done], [data-run=hit]) .node-picture img[src*=artifacts]"
    ).first
    expect(picture).to_be_visible(timeout=120_000)


def test_the_first_picture_takes_two_presses_in_the_form(embedded_editor: Editor) -> None:
    page = embedded_editor.open()
    page.get_by_role("button", name="Form", exact=True).click()
    page.locator("form").get_by_role("button", name="Run").click()
    expect(page.locator(".run-pictures img").first).to_be_visible(timeout=120_000)


def test_what_the_page_begins_with_is_small() -> None:
    html = (BUILT / "index.html").read_text(encoding="utf-8")
    files = [BUILT / name for name in re.findall(r'(?:src|href)="/(assets/[^"]+)"', html)]
    assert any(file.suffix == ".js" for file in files)
    assert any(file.suffix == ".css" for file in files)
    assert _kilobytes(files) <= MOST_KILOBYTES


def test_what_the_first_screen_loads_is_small(embedded_editor: Editor) -> None:
    loaded: set[Path] = set()

    def heard(response: Response) -> None:
        found = re.search(r"/(assets/[\w.-]+)$", response.url)
        if found:
            loaded.add(BUILT / found[1])

    embedded_editor.page.on("response", heard)
    page = embedded_editor.open()
    page.locator("[data-id=sample]").wait_for()
    page.wait_for_load_state("networkidle")
    assert loaded
    assert _kilobytes(sorted(loaded)) <= MOST_AT_FIRST


def _kilobytes(files: list[Path]) -> float:
    return sum(len(gzip.compress(file.read_bytes())) for file in files) / 1000


APART = 8  # canvas units
TOO_NEAR = """apart => {
    const seen = getComputedStyle(document.querySelector(".react-flow__viewport"));
    const scale = new DOMMatrix(seen.transform).a;
    const boxes = [...document.querySelectorAll(".react-flow__node")].map(node =>
        [node.dataset.id, node.getBoundingClientRect()]);
    const room = apart * scale;
    const near = (one, other) => one.left < other.right + room && other.left < one.right + room
        && one.top < other.bottom + room && other.top < one.bottom + room;
    return {count: boxes.length, near: boxes.flatMap(([id, box]) => boxes.flatMap(([other, there]) =>
        id < other && near(box, there) ? [`${id} and ${other}`] : []))};
}"""


def test_the_nodes_of_every_template_stand_apart(embedded_editor: Editor) -> None:
    page = embedded_editor.page
    page.set_viewport_size({"width": 2600, "height": 1700})  # so that each is seen whole, and as cards
    templates = embedded_editor.http.get("/api/v1/templates").ok()["templates"]
    assert len(templates) >= 7
    for one in templates:
        page.goto(f"{embedded_editor.http.address}/?template={one['id']}")
        page.locator(".app[data-ready]").wait_for()
        expect(page.locator(".react-flow__node")).to_have_count(one["nodes"])
        assert page.evaluate(TOO_NEAR, APART) == {"count": one["nodes"], "near": []}, one["id"]
