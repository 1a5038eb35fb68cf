"""The pictures of the editor that the documentation shows, taken of the editor as it is.

`python -m scripts.screenshots` starts a server with the embedded model and writes all of them into
docs/media/canvas; with names, those alone. What is on them was really computed.
"""

from __future__ import annotations

import argparse
import io
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.chromium import chromium
from tests.web.process import Process

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "media" / "canvas"
SIZE = {"width": 1280, "height": 800}
SECONDS = 120.0  # that a picture may take to be computed on a slow machine

PROMPTS = ("a rocket above a green tree", "a red apple left of a cat", "two cars and a blue house")


def canvas(page: Page) -> None:
    """A workflow after its run, with pictures on its nodes."""
    run(page)
    page.locator(".react-flow").focus()
    page.keyboard.press(".")
    settle(page)


def palette(page: Page) -> None:
    """Adding a node."""
    page.locator(".react-flow").focus()
    page.keyboard.press("/")
    page.get_by_role("dialog").get_by_role("combobox").fill("image")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()


def form(page: Page) -> None:
    """The same document as a form."""
    page.get_by_role("button", name="Form", exact=True).click()
    page.locator("form").get_by_role("button", name="Run").click()
    expect(page.locator(".run-result:not([aria-busy=true]) .run-pictures img").first).to_be_visible()
    settle(page)


def outline(page: Page) -> None:
    """The same document as a list."""
    page.get_by_role("button", name="Outline", exact=True).click()
    expect(page.get_by_role("main").get_by_role("spinbutton").first).to_be_visible()
    settle(page)


def gallery(page: Page) -> None:
    """What was made."""
    for prompt in PROMPTS:
        page.locator("[data-id=prompt] textarea").fill(prompt)
        run(page)
    page.get_by_role("button", name="Show everything").click()
    page.get_by_role("button", name="Gallery", exact=True).click()
    expect(page.locator("aside img").nth(len(PROMPTS) - 1)).to_be_visible()
    settle(page)


def templates(page: Page) -> None:
    """What one can begin with."""
    command(page, "Templates")
    expect(page.get_by_role("dialog").locator("img").first).to_be_visible()
    settle(page)


def boxes(page: Page) -> None:
    """Drawing where things are to be."""
    command(page, "Templates")
    page.get_by_role("dialog").get_by_text("Boxes to image").first.click()
    edit = page.get_by_role("button", name="Edit boxes").first
    edit.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    settle(page)


def settings(page: Page) -> None:
    """What can be set."""
    page.keyboard.press("Control+,")
    expect(page.get_by_role("dialog")).to_be_visible()


def shortcuts(page: Page) -> None:
    """Every key."""
    command(page, "Keyboard shortcuts")
    expect(page.get_by_role("dialog").locator(".shortcut").first).to_be_visible()


PICTURES: dict[str, tuple[Callable[[Page], None], dict[str, Any]]] = {
    "canvas": (canvas, {}),
    "canvas-light": (canvas, {"color_scheme": "light"}),
    "canvas-korean": (canvas, {"color_scheme": "light", "locale": "ko-KR"}),
    "palette": (palette, {}),
    "form": (form, {"color_scheme": "light"}),
    "outline": (outline, {}),
    "gallery": (gallery, {}),
    "templates": (templates, {}),
    "boxes": (boxes, {}),
    "settings": (settings, {"color_scheme": "light"}),
    "shortcuts": (shortcuts, {}),
}


def run(page: Page) -> None:
    """Run what is open, and wait for its picture."""
    picture = page.locator("[data-id=save] .node-picture img")
    before = picture.get_attribute("src") if picture.count() else ""
    page.keyboard.press("Control+Enter")
    expect(picture).not_to_have_attribute("src", before or "")
    expect(page.locator(".node-card:not([data-run=done], [data-run=hit])")).to_have_count(0)


def command(page: Page, title: str) -> None:
    """Do something by its name, in the list of all commands."""
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="All commands").fill(title)
    page.get_by_role("option", name=title).first.click()


def settle(page: Page) -> None:
    """Wait until every picture that is seen is there whole, and nothing points at anything."""
    page.mouse.move(SIZE["width"] / 2, SIZE["height"] - 4)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_load_state("networkidle")
    page.evaluate("Promise.all([...document.images].map((one) => one.decode()))")


def take(page: Page, path: Path) -> None:
    """Write what is seen, in as few bytes as keep every point of it."""
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Take the pictures that were asked for, each in a browser that nobody has used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *PICTURES], metavar="name")
    names = parser.parse_args().names or list(PICTURES)
    expect.set_options(timeout=SECONDS * 1000)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        server = Process(Path(folder) / "data", "--port", "0", packs=())
        try:
            address = server.http.address
            for name in names:
                go, options = PICTURES[name]
                usual = {"viewport": SIZE, "locale": "en-US", "reduced_motion": "reduce"}
                context = browser.new_context(**{**usual, "color_scheme": "dark", **options})
                page = context.new_page()
                page.goto(address)
                page.locator(".app[data-ready] .node-card").first.wait_for()
                go(page)
                take(page, TARGET / f"{name}.png")
                context.close()
        finally:
            server.signal(signal.SIGTERM)
            server.ended()


if __name__ == "__main__":
    main()
