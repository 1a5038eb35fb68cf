"""A person looks at what was made: finds it, sees its pixels, compares it, and uses it again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.conftest import Editors
from tests.e2e.editor import Editor
from tests.e2e.test_running import painting, panel, run, status, toy, workflow
from tests.web.http import Http


def paint(page: Page) -> None:
    run(page)
    expect(page.locator("[data-id=paint] .node-picture-open")).to_be_visible()


def tiles(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Gallery").get_by_role("row")


def made(http: Http, seed: int, size: int = 32) -> None:
    """Have the server make a picture of its own colour, and wait for it."""
    document = painting(seed=seed)
    document["nodes"]["paint"]["inputs"]["size"] = size
    job = http.post("/api/v1/jobs", {"document": document}).ok(202)["id"]
    http.ended(job)


def test_a_picture_on_a_node_opens_large_down_to_its_pixels(editor: Editor) -> None:
    page = editor.open(painting(seed=11))
    paint(page)
    page.get_by_role("button", name="Open picture.png large").first.click()
    dialog = page.get_by_role("dialog", name="picture.png")
    scale = dialog.locator("output")
    expect(dialog.locator(".stage-picture[data-pixels]")).to_be_visible()
    dialog.get_by_role("button", name="100 %").click()
    expect(scale).to_have_text("100 %")
    dialog.get_by_role("button", name="Zoom in").click()
    expect(scale).to_have_text("150 %")
    dialog.get_by_role("application").focus()
    page.keyboard.press("0")
    expect(scale).not_to_have_text("150 %")
    expect(dialog.get_by_role("complementary", name="How it was made")).to_contain_text("image/png")
    assert violations(page) == []


def test_pictures_are_found_compared_and_lead_to_their_workflow(editor: Editor) -> None:
    page = editor.open(painting(seed=21))
    paint(page)
    page.get_by_label("Seed, input of Paint").first.fill("122")
    page.keyboard.press("Enter")
    run(page)
    gallery = panel(page, "Gallery")
    expect(tiles(page).nth(1)).to_be_visible()
    gallery.get_by_label("Search names and prompts").fill("nothing is called this")
    expect(gallery).to_contain_text("No file has this in its name")
    gallery.get_by_label("Search names and prompts").fill("picture")
    tiles(page).first.click()
    tiles(page).nth(1).click(modifiers=["Control"])
    gallery.get_by_role("button", name="Compare", exact=True).click()
    dialog = page.get_by_role("dialog", name="picture.png")
    slider = dialog.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    expect(dialog.locator(".stage-second")).to_have_attribute("style", "clip-path: inset(0px 0px 0px 0%);")
    editor.look("compare")
    assert violations(page) == []
    dialog.get_by_role("button", name="Open its workflow").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("navigation", name="Open workflows").get_by_text("Session")).to_have_count(2)


def test_a_picture_that_is_dragged_onto_the_canvas_opens_its_workflow(editor: Editor) -> None:
    page = editor.open(painting(seed=31))
    paint(page)
    panel(page, "Gallery")
    tiles(page).first.drag_to(page.locator(".canvas"), target_position={"x": 60, "y": 60})
    expect(page.get_by_role("navigation", name="Open workflows").get_by_text("Session")).to_have_count(2)


def test_a_picture_is_used_as_input(editors: Editors, toy_server: Http) -> None:
    made(toy_server, seed=41)
    editor = editors(toy_server)
    page = editor.open(
        workflow({"load": {"type": "core/load_image", "version": 1, "inputs": {}}, "n": toy("number")})
    )
    page.locator("[data-id=load] .node-header").click()
    panel(page, "Gallery")
    tiles(page).first.dblclick()
    page.get_by_role("button", name="Use as input").click()
    expect(page.locator("[data-id=load] .file-picture")).to_be_visible()
    expect(page.locator("[data-id=load] input[type=text]").first).to_have_value(
        re.compile("^blake3:[0-9a-f]{64}$")
    )


def test_a_picture_is_saved_with_and_without_its_workflow(editor: Editor, tmp_path: Path) -> None:
    page = editor.open(painting(seed=51))
    paint(page)
    page.get_by_role("button", name="Open picture.png large").first.click()
    for link in ("Save with the workflow", "Save without the workflow"):
        with page.expect_download() as download:
            page.get_by_role("link", name=link).click()
        assert download.value.suggested_filename == "picture.png"
        assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_what_is_deleted_is_gone_after_it_was_asked_twice(editor: Editor) -> None:
    page = editor.open(painting(seed=61, pictures=3))
    paint(page)
    gallery = panel(page, "Gallery")
    expect(tiles(page).first).to_be_visible()
    tiles(page).first.dblclick()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete job and files").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(gallery).to_be_visible()
    expect(tiles(page).first).to_be_visible()


def scores() -> dict[str, Any]:
    table = [{"step": step, "loss": 1 / step, "psnr": 20 + step} for step in range(1, 30)]
    return workflow({"save": toy("save_text", text=json.dumps(table), name="curve.txt")})


def test_numbers_that_a_node_saved_are_drawn(editor: Editor) -> None:
    page = editor.open(scores())
    run(page)
    status(page, "save").click()
    page.get_by_role("button", name="curve.txt").click()
    dialog = page.get_by_role("dialog", name="curve.txt")
    expect(dialog.get_by_role("img", name="loss")).to_be_visible()
    editor.look("plots")
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_gallery_is_accessible_empty_and_full(editors: Editors, toy_server: Http, theme: str) -> None:
    editor = editors(toy_server, color_scheme=theme)
    page = editor.open(painting(seed=71))
    paint(page)
    panel(page, "Gallery")
    expect(tiles(page).first).to_be_visible()
    editor.look(f"gallery-{theme}")
    assert violations(page) == []


def test_the_embedded_model_draws_and_says_how(embedded_editor: Editor) -> None:
    page = embedded_editor.open()
    run(page)
    expect(page.locator(".node-picture-open").last).to_be_visible(timeout=120_000)
    panel(page, "Gallery")
    tiles(page).first.dblclick()
    making = page.get_by_role("complementary", name="How it was made")
    for words in ("prompt", "a rocket above a green tree", "seed.seed", "emoji-scenes", "Finished"):
        expect(making).to_contain_text(words)
    embedded_editor.look("making")
    assert violations(page) == []
