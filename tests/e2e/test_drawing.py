"""Drawing: boxes, masks and label maps, by mouse, keys and fingers, and what the document has then."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.conftest import Editors
from tests.e2e.documents import becomes
from tests.e2e.editor import Editor
from tests.web.http import Http

APPLE = {"label": "red apple", "box": [0.1, 0.1, 0.3, 0.3]}


def one(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"latentgraph": 1, "name": "One", "nodes": {"it": {"type": kind, "version": 1, "inputs": inputs}}}


def at(surface: Locator, x: float, y: float) -> tuple[float, float]:
    """The place on the page of a part of a surface."""
    box = surface.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def drag(page: Page, surface: Locator, *points: tuple[float, float]) -> None:
    """Press at the first of some points, go over the others, and let go."""
    places = [at(surface, *point) for point in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def boxes(inputs: dict[str, Any]) -> list[tuple[str, list[float]]]:
    return [(region["label"], region["box"]) for region in inputs.get("regions", [])]


def open_boxes(page: Page) -> Locator:
    page.get_by_role("button", name="Edit boxes").click()
    return page.get_by_role("dialog").get_by_role("application")


def test_boxes_are_drawn_named_moved_and_taken_back(editor: Editor) -> None:
    page = editor.open(one("core/draw_regions", regions=[APPLE]))
    stage = open_boxes(page)
    page.mouse.move(*at(stage, 0.5, 0.2))
    page.mouse.down()
    page.mouse.move(*at(stage, 0.9, 0.4), steps=3)
    page.keyboard.press("Escape")  # the box, not the editor
    page.mouse.up()
    with becomes(page, "it", lambda inputs: len(boxes(inputs)) == 2):
        drag(page, stage, (0.5, 0.5), (0.6, 0.7), (0.9, 0.801))
    with becomes(page, "it", lambda inputs: boxes(inputs)[1][0] == "table"):
        page.keyboard.type("table")  # the label of a fresh box has the focus
    with becomes(page, "it", lambda inputs: boxes(inputs)[0] == ("red apple", [0.2, 0.5, 0.4, 0.7])):
        drag(page, stage, (0.25, 0.25), (0.35, 0.651))  # the top comes to lie on that of the other
    with becomes(page, "it", lambda inputs: boxes(inputs)[0][1] == [0.2, 0.5, 0.5, 0.9]):
        drag(page, stage, (0.4, 0.7), (0.501, 0.9))  # by its corner, onto the left side of the other
    with becomes(page, "it", lambda inputs: boxes(inputs)[0][1] == [0.2, 0.5, 0.4, 0.7]):
        page.keyboard.press("Control+z")
    with becomes(page, "it", lambda inputs: boxes(inputs)[0][1] == APPLE["box"]):
        page.keyboard.press("Control+z")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    with becomes(page, "it", lambda inputs: len(boxes(inputs)) == 1):  # on the node, too
        small = page.locator("[data-id=it] .box-stage")
        small.get_by_role("button", name="table").click()
        page.keyboard.press("Delete")


def test_boxes_are_drawn_by_keys_alone(editor: Editor) -> None:
    page = editor.open(one("core/draw_regions"))
    page.get_by_role("button", name="Edit boxes").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add a box").focus()
    with becomes(page, "it", lambda inputs: boxes(inputs) == [("sky", [0.25, 0.25, 0.75, 0.75])]):
        page.keyboard.press("Enter")
        expect(dialog.get_by_label("Label of box 1")).to_be_focused()
        page.keyboard.type("sky")
    with becomes(page, "it", lambda inputs: boxes(inputs)[0][1] == [0, 0.25, 0.5, 0.75]):
        dialog.get_by_role("spinbutton", name="Left").fill("0")
    with becomes(page, "it", lambda inputs: boxes(inputs)[0][1] == [0, 0.25, 0.5, 0.5]):
        dialog.get_by_role("spinbutton", name="Height").fill("0.25")
    dialog.get_by_role("button", name="sky: from").focus()
    with becomes(page, "it", lambda inputs: boxes(inputs)[0][1] == [0.01, 0.25, 0.56, 0.5]):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Control+Shift+ArrowRight")
    with becomes(page, "it", lambda inputs: len(boxes(inputs)) == 2):
        page.keyboard.press("Control+d")
    dialog.get_by_role("button", name="One further down").focus()
    with becomes(page, "it", lambda inputs: boxes(inputs)[0][1][1] == 0.28):
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_box_is_drawn_by_a_finger(editors: Editors, toy_server: Http) -> None:
    editor = editors(toy_server, has_touch=True, viewport={"width": 420, "height": 800})
    page = editor.open(one("core/draw_regions"))
    stage = open_boxes(page)
    expect(stage).to_be_visible()
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *point: float) -> None:
        x, y = at(stage, *point) if point else (0, 0)
        points = [{"x": x, "y": y}] if point else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    with becomes(page, "it", lambda inputs: boxes(inputs)[0][1] == [0.25, 0.25, 0.75, 0.5]):
        page.get_by_label("Grid").select_option("4")
        finger("touchStart", 0.26, 0.26)
        finger("touchMove", 0.5, 0.4)
        finger("touchMove", 0.74, 0.49)
        finger("touchEnd")


def picture(http: Http, reference: str) -> Image.Image:
    """The picture of an upload."""
    body = http.get(f"/api/v1/uploads/{reference.removeprefix('blake3:')}").body
    return Image.open(io.BytesIO(body))


class Drawn:
    """What the document named when it was last looked at."""

    reference = ""

    def take(self, inputs: dict[str, Any]) -> bool:
        before, self.reference = self.reference, inputs.get("file", "")
        return self.reference not in {"", before}


def open_painter(page: Page) -> Locator:
    page.get_by_role("button", name="Paint: File").click()
    paper = page.get_by_role("dialog").locator("canvas")
    expect(paper).to_be_visible()
    return paper


def test_a_mask_is_painted_and_found_again(editor: Editor) -> None:
    editor.expect_fault("/api/v1/plan")  # under Done is Run, which asks for the plan of what is not whole yet
    page = editor.open(one("core/draw_mask"))
    drawn = Drawn()
    paper = open_painter(page)
    drag(page, paper, (0.2, 0.2), (0.6, 0.2))
    drag(page, paper, (0.2, 0.8), (0.6, 0.8))
    page.keyboard.press("Control+z")
    page.mouse.move(*at(paper, 0.8, 0.8))
    page.mouse.down()
    page.mouse.move(*at(paper, 0.9, 0.9), steps=3)
    page.keyboard.press("Escape")  # the stroke, not the painter
    page.mouse.up()
    page.keyboard.press("p")
    page.mouse.click(*at(paper, 0.8, 0.2))
    page.keyboard.press("Escape")  # the polygon
    expect(paper).to_be_visible()
    page.keyboard.press("e")
    drag(page, paper, (0.4, 0.1), (0.4, 0.3))
    with becomes(page, "it", drawn.take):
        page.keyboard.press("Escape")
    mask = picture(editor.http, drawn.reference)
    assert (mask.mode, mask.size) == ("L", (512, 512))
    values = [mask.getpixel((x, y)) for x, y in [(130, 102), (205, 102), (280, 102), (130, 410), (500, 500)]]
    assert values == [255, 0, 255, 0, 0]

    expect(page.get_by_role("img", name="File, input of Draw mask")).to_be_visible()
    open_painter(page)
    page.get_by_role("button", name="Invert").click()
    with becomes(page, "it", drawn.take):
        page.get_by_role("button", name="Done").click()
    again = picture(editor.http, drawn.reference)
    assert list(again.tobytes()) == [255 - value for value in mask.tobytes()]
    page.locator("[data-id=it] .node-header").click()
    with becomes(page, "it", drawn.take):  # leaving the painter was one step
        page.keyboard.press("Control+z")


def test_nothing_is_lost_when_a_painting_can_not_be_sent(editor: Editor) -> None:
    page = editor.open(one("core/draw_mask"))
    editor.expect_fault("507")
    full = {"code": "disk_full", "detail": "The disk is full."}
    page.route("**/api/v1/uploads", lambda route: route.fulfill(status=507, json=full))
    paper = open_painter(page)
    drag(page, paper, (0.2, 0.2), (0.6, 0.6))
    page.keyboard.press("Escape")
    expect(page.get_by_text("Not saved yet: The disk is full.")).to_be_visible()
    paper = open_painter(page)  # what was painted is still there
    drag(page, paper, (0.2, 0.9), (0.3, 0.9))
    page.keyboard.press("Escape")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.unroute("**/api/v1/uploads")
    drawn = Drawn()
    with becomes(page, "it", drawn.take):
        page.get_by_role("button", name="Send again").click()
    mask = picture(editor.http, drawn.reference)
    assert [mask.getpixel(place) for place in [(205, 205), (120, 461)]] == [255, 255]
    expect(page.get_by_text("Not saved yet")).to_have_count(0)


def test_a_label_map_is_painted_with_colours_that_have_names(editor: Editor) -> None:
    editor.expect_fault("/api/v1/plan")  # under Done is Run, which asks for the plan of what is not whole yet
    labels = [{"name": "ground", "colour": "#202020"}, {"name": "sky", "colour": "#87ceeb"}]
    page = editor.open(one("core/draw_labels", labels=labels))
    drawn = Drawn()
    page.get_by_role("button", name="Paint and change the labels").click()
    paper = page.get_by_role("dialog", name="Draw label map").locator("canvas")
    page.keyboard.press("r")
    drag(page, paper, (0, 0), (1, 0.5))
    page.get_by_role("button", name="Add a label").click()
    page.keyboard.type("tree")
    page.get_by_role("button", name="Polygon").click()
    for point in [(0.25, 0.75), (0.75, 0.75), (0.5, 0.25), (0.25, 0.75)]:
        page.mouse.click(*at(paper, *point))
    page.keyboard.press("b")
    drag(page, paper, (0.1, 0.9), (0.2, 0.9))
    written: list[Any] = []

    def both(inputs: dict[str, Any]) -> bool:
        written[:] = inputs["labels"]
        return drawn.take(inputs)

    with becomes(page, "it", both):
        page.get_by_role("button", name="Done").click()
    assert [label["name"] for label in written] == ["ground", "sky", "tree"]
    painted = picture(editor.http, drawn.reference).convert("RGB")
    colours = {colour for _, colour in painted.getcolors()}
    assert colours == {tuple(bytes.fromhex(label["colour"][1:])) for label in written}
    tree = tuple(bytes.fromhex(written[2]["colour"][1:]))
    assert painted.getpixel((256, 256)) == painted.getpixel((77, 461)) == tree
    assert painted.getpixel((20, 20)) == (0x87, 0xCE, 0xEB)
    page.locator("[data-id=it] .node-header").click()
    with becomes(page, "it", lambda inputs: inputs == {"labels": labels}):
        page.keyboard.press("Control+z")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_painter_of_labels_is_accessible(editors: Editors, toy_server: Http, theme: str) -> None:
    editor = editors(toy_server, color_scheme=theme)
    page = editor.open(one("core/draw_labels"))
    page.get_by_role("button", name="Paint: File").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    editor.look(f"draw_labels-{theme}")
    assert violations(page) == []
