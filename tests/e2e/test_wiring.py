"""Wiring a workflow on the canvas: by mouse, by keyboard alone, and by touch."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.conftest import Editors
from tests.e2e.crowd import crowd
from tests.e2e.editor import Editor
from tests.web.http import Http

FAR_APART = {"one": [0, 0], "two": [0, 200], "sum": [320, 60], "words": [1400, 300]}
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def workflow(positions: dict[str, tuple[int, int]], **nodes: dict[str, Any]) -> dict[str, Any]:
    """A document of toy nodes at their places: `name={"type": "number", "inputs": {...}}`."""
    return {
        "latentgraph": 1,
        "name": "Sums",
        "nodes": {
            name: {"type": f"toy/{one['type']}", "version": 1, "inputs": one.get("inputs", {})}
            for name, one in nodes.items()
        },
        "layout": {"positions": {name: list(at) for name, at in positions.items()}},
    }


def sums() -> dict[str, Any]:
    """Two numbers and an addition; the first number is linked."""
    return workflow(
        {"one": (0, 0), "two": (0, 200), "sum": (400, 60), "words": (400, 300)},
        one={"type": "number", "inputs": {"value": 1}},
        two={"type": "number", "inputs": {"value": 2}},
        sum={"type": "add", "inputs": {"a": {"from": "one.integer"}}},
        words={"type": "save_text", "inputs": {}},
    )


def node(page: Page, name: str) -> Locator:
    return page.locator(f'.react-flow__node[data-id="{name}"]')


def socket(page: Page, name: str, side: str, handle: str | None = None) -> Locator:
    kind = {"input": "target", "output": "source"}[side]
    which = f'[data-handleid="{handle}"]' if handle else ""
    return node(page, name).locator(f".react-flow__handle.{kind}{which}").first


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], *, drop: bool = True) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    if drop:
        page.mouse.up()


def copied(page: Page) -> dict[str, Any]:
    """The nodes of the place that is shown, as copying all of them gives."""
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    text = page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")
    nodes: dict[str, Any] = json.loads(text)["nodes"]
    return nodes


def links(page: Page) -> Locator:
    return page.locator(".react-flow__edge")


@pytest.fixture
def page(editors: Editors, toy_server: Http) -> Page:
    """The canvas with the sums, seen whole."""
    opened = editors(toy_server, permissions=CLIPBOARD).open(sums())
    expect(node(opened, "sum")).to_be_visible()
    return opened


def test_the_canvas_is_drawn_where_it_is_from_the_first_frame(page: Page) -> None:
    """Under reduced motion, as here: what lags a frame behind is missed by whoever is quick."""
    drawn = page.evaluate(
        """() => {
            const viewport = document.querySelector(".react-flow__viewport");
            const before = viewport.getBoundingClientRect().left;
            viewport.style.transform = `translateX(5px) ${viewport.style.transform}`;
            return viewport.getBoundingClientRect().left - before;
        }"""
    )
    assert drawn == pytest.approx(5)


def test_a_link_is_drawn_by_hand(page: Page) -> None:
    drag(page, middle(socket(page, "two", "output")), middle(socket(page, "sum", "input", "b")))
    expect(links(page)).to_have_count(2)
    assert copied(page)["sum"]["inputs"]["b"] == {"from": "two.integer"}


def test_a_link_that_does_not_fit_is_refused_in_words(page: Page) -> None:
    start, end = middle(socket(page, "two", "output")), middle(socket(page, "words", "input", "text"))
    drag(page, start, end, drop=False)
    expect(page.locator(".connection-hint")).to_have_text(
        "It does not fit here: Text is wanted, this is Whole number."
    )
    expect(socket(page, "sum", "input", "b")).to_have_attribute("data-verdict", "fits")
    expect(socket(page, "words", "input", "text")).to_have_attribute("data-verdict", "refused")
    page.mouse.up()
    expect(links(page)).to_have_count(1)
    expect(page.locator(".connection-hint")).to_have_count(0)


def test_a_circle_is_refused_in_words(page: Page) -> None:
    start, end = middle(socket(page, "sum", "output")), middle(socket(page, "one", "input", "value"))
    drag(page, start, end, drop=False)
    expect(page.locator(".connection-hint")).to_contain_text("circle")
    page.mouse.up()
    expect(links(page)).to_have_count(1)


def test_a_link_dropped_on_a_title_finds_the_socket_that_is_free(page: Page) -> None:
    drag(page, middle(socket(page, "two", "output")), middle(node(page, "sum").locator(".node-header")))
    expect(links(page)).to_have_count(2)
    assert copied(page)["sum"]["inputs"] == {"a": {"from": "one.integer"}, "b": {"from": "two.integer"}}


def test_an_end_dropped_on_a_node_goes_to_its_socket_and_a_choice_is_offered_among_several(
    page: Page,
) -> None:
    x, y = middle(socket(page, "sum", "input", "a"))
    drag(page, (x - 20, y), middle(node(page, "sum").locator(".node-label.output")))
    expect(page.locator('.react-flow__edge[data-id="sum.b"]')).to_have_count(1)
    page.keyboard.press("Control+z")
    x, y = middle(socket(page, "sum", "input", "a"))
    drag(page, (x - 20, y), (x - 60, y - 160), drop=False)
    page.keyboard.press("Escape")
    expect(page.locator(".react-flow__connection")).not_to_be_visible()
    page.mouse.up()
    expect(page.locator('.react-flow__edge[data-id="sum.a"]')).to_have_count(1)
    page.keyboard.press("Control+z")  # nothing was done that could be undone
    x, y = middle(socket(page, "sum", "input", "a"))
    drag(page, (x - 20, y), (x - 60, y - 160))
    expect(links(page)).to_have_count(0)
    drag(page, middle(socket(page, "two", "output")), middle(node(page, "sum").locator(".node-header")))
    picker = page.get_by_role("dialog", name="Connect Add")
    expect(picker.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator('.react-flow__edge[data-id="sum.b"]')).to_have_count(1)


def test_a_link_dropped_on_the_canvas_brings_a_node_that_fits_and_connects_it(page: Page) -> None:
    x, y = middle(node(page, "two"))
    drag(page, middle(socket(page, "two", "output")), (x + 80, y + 170))
    palette = page.get_by_role("dialog", name="Add a node")
    expect(palette).to_contain_text("Nodes that take Whole number")
    expect(palette.get_by_role("option", name="Save text")).to_have_count(0)
    page.keyboard.type("sign")
    expect(palette.get_by_role("option").first).to_contain_text("Sign")
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)
    expect(links(page)).to_have_count(2)
    assert copied(page)["sign"]["inputs"] == {"a": {"from": "two.integer"}}


def test_an_end_is_taken_to_another_socket_and_off(page: Page) -> None:
    x, y = middle(socket(page, "sum", "input", "a"))
    drag(page, (x - 20, y), middle(socket(page, "sum", "input", "b")))
    expect(page.locator('.react-flow__edge[data-id="sum.b"]')).to_have_count(1)
    assert copied(page)["sum"]["inputs"] == {"b": {"from": "one.integer"}}
    x, y = middle(socket(page, "sum", "input", "b"))
    drag(page, (x - 20, y), (x - 60, y - 160))
    expect(links(page)).to_have_count(0)


def test_a_node_dropped_on_a_link_goes_in_between(page: Page) -> None:
    canvas = page.locator(".react-flow__pane")
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] - 40)
    expect(page.get_by_role("combobox", name="Add a node")).to_be_focused()
    page.keyboard.type("sign")
    page.keyboard.press("Enter")
    sign = node(page, "sign")
    expect(sign).to_be_visible()
    start = middle(socket(page, "one", "output"))
    end = middle(socket(page, "sum", "input", "a"))
    header = middle(sign.locator(".node-header"))
    drag(page, header, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), drop=False)
    expect(page.locator(".react-flow__edge.insert-here")).to_have_count(1)
    page.mouse.up()
    expect(links(page)).to_have_count(2)
    nodes = copied(page)
    assert nodes["sign"]["inputs"] == {"a": {"from": "one.integer"}}
    assert nodes["sum"]["inputs"] == {"a": {"from": "sign.integer"}}


def test_a_menu_puts_a_node_into_a_link_and_takes_links_from_a_socket(page: Page) -> None:
    start, end = middle(socket(page, "one", "output")), middle(socket(page, "sum", "input", "a"))
    page.mouse.click((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, button="right")
    page.get_by_role("menuitem", name="Insert node").click()
    expect(page.get_by_role("dialog", name="Add a node")).to_contain_text("fit into this link")
    page.keyboard.type("sign")
    page.keyboard.press("Enter")
    expect(links(page)).to_have_count(2)
    assert copied(page)["sum"]["inputs"] == {"a": {"from": "sign.integer"}}
    page.mouse.click(*middle(socket(page, "sum", "input", "b")), button="right")
    expect(page.get_by_role("menuitem", name="Connect")).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.click(*middle(socket(page, "one", "output")), button="right")
    page.get_by_role("menuitem", name="Disconnect").click()
    expect(links(page)).to_have_count(1)


def test_a_waypoint_bends_a_link_and_healing_takes_it_out_again(page: Page) -> None:
    start, end = middle(socket(page, "one", "output")), middle(socket(page, "sum", "input", "a"))
    page.mouse.dblclick((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    expect(page.locator(".node-waypoint")).to_have_count(1)
    expect(links(page)).to_have_count(2)
    page.keyboard.press("Control+Delete")
    expect(page.locator(".node-waypoint")).to_have_count(0)
    expect(links(page)).to_have_count(1)
    assert copied(page)["sum"]["inputs"] == {"a": {"from": "one.integer"}}


def test_a_double_click_opens_the_palette_on_empty_canvas_only(page: Page) -> None:
    palette = page.get_by_role("dialog", name="Add a node")
    node(page, "two").locator(".node-header").dblclick()
    expect(page.get_by_role("textbox", name="Node title")).to_be_focused()
    page.keyboard.press("Escape")
    node(page, "two").locator(".node-label").first.dblclick()
    node(page, "one").locator(".node-header").click()
    expect(palette).to_have_count(0)
    page.locator(".react-flow__pane").dblclick(position={"x": 30, "y": 30})
    expect(palette).to_be_visible()


def test_what_is_selected_is_duplicated_deleted_and_brought_back(page: Page) -> None:
    node(page, "sum").locator(".node-header").click()
    page.keyboard.press("Control+d")
    expect(page.locator(".react-flow__node")).to_have_count(5)
    expect(links(page)).to_have_count(1)
    page.keyboard.press("Control+z")
    node(page, "sum").locator(".node-header").click()
    page.keyboard.press("Control+Shift+d")
    expect(links(page)).to_have_count(2)
    page.keyboard.press("Delete")
    expect(page.locator(".react-flow__node")).to_have_count(4)
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__node")).to_have_count(5)
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__node")).to_have_count(4)


def test_a_copy_is_dragged_off_with_alt(page: Page) -> None:
    start = middle(node(page, "two").locator(".node-header"))
    drag(page, start, (start[0] + 40, start[1] + 140), drop=False)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert middle(node(page, "two").locator(".node-header")) == start
    page.keyboard.down("Alt")
    drag(page, start, (start[0] + 40, start[1] + 140))
    page.keyboard.up("Alt")
    expect(page.get_by_text("5 nodes")).to_be_visible()
    assert copied(page)["two_2"]["inputs"] == {"value": 2}


def test_nodes_go_from_tab_to_tab_by_the_clipboard(page: Page) -> None:
    node(page, "one").locator(".node-header").click()
    node(page, "sum").locator(".node-header").click(modifiers=["Control"])
    page.keyboard.press("Control+c")
    page.get_by_role("button", name="New workflow").click()
    expect(page.get_by_text("An empty workflow")).to_be_visible()
    page.locator(".react-flow__pane").click()
    page.keyboard.press("Control+v")
    expect(page.locator(".react-flow__node")).to_have_count(2)
    expect(links(page)).to_have_count(1)


def test_a_whole_workflow_is_pasted_as_text(page: Page) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", json.dumps(sums()))
    page.locator(".react-flow__pane").click(position={"x": 30, "y": 30})
    page.keyboard.press("Control+v")
    expect(page.get_by_text("8 nodes")).to_be_visible()  # some are out of sight


def test_a_menu_copies_for_this_page_where_the_clipboard_is_denied(
    editors: Editors, toy_server: Http
) -> None:
    page = editors(toy_server, permissions=[]).open(sums())
    page.evaluate(
        """() => Object.defineProperty(navigator, "clipboard", { value: {
            writeText: () => Promise.reject(new Error("denied")),
            readText: () => Promise.reject(new Error("denied")),
        } })"""
    )
    page.locator(".react-flow__pane").click(button="right", position={"x": 20, "y": 20})
    page.get_by_role("menuitem", name="Paste", exact=False).first.click()
    expect(page.locator(".toast")).to_contain_text("does not let the page read the clipboard")
    node(page, "two").locator(".node-header").click(button="right")
    page.get_by_role("menuitem", name=re.compile("^Copy")).click()
    expect(page.locator(".toast").last).to_contain_text("in this page only")
    page.locator(".react-flow__pane").click(button="right", position={"x": 20, "y": 20})
    page.get_by_role("menuitem", name=re.compile(r"^Paste(?! with)")).click()
    expect(page.locator(".react-flow__node")).to_have_count(5)


def test_nodes_are_bypassed_muted_collapsed_coloured_and_named(page: Page) -> None:
    card = node(page, "sum").locator(".node-card")
    node(page, "sum").locator(".node-header").click()
    page.keyboard.press("Control+b")
    expect(card).to_have_attribute("data-mode", "bypass")
    page.keyboard.press("Control+m")
    expect(card).to_have_attribute("data-mode", "mute")
    page.keyboard.press("Control+m")
    expect(card).not_to_have_attribute("data-mode", "mute")
    page.keyboard.press("Alt+c")
    expect(card.locator(".node-row")).to_have_count(0)
    page.keyboard.press("Alt+c")
    page.keyboard.press("F2")
    page.keyboard.type("Both together")
    page.keyboard.press("Enter")
    expect(card.locator(".node-title")).to_have_text("Both together")
    node(page, "sum").locator(".node-header").click(button="right")
    page.get_by_role("menuitem", name="Colour").click()
    page.get_by_role("menuitem", name="Green").click()
    expect(card).to_have_attribute("style", re.compile("--node-colour"))


def test_a_frame_carries_what_is_in_it(page: Page) -> None:
    node(page, "one").locator(".node-header").click()
    node(page, "two").locator(".node-header").click(modifiers=["Shift"])
    page.keyboard.press("Control+g")
    page.keyboard.type("Numbers")
    page.keyboard.press("Enter")
    frame = page.get_by_role("region", name="Numbers")
    expect(frame).to_be_visible()
    before = [middle(node(page, name)) for name in ("one", "two", "sum")]
    start = middle(frame.locator(".frame-title"))
    drag(page, start, (start[0] + 20, start[1] + 120))
    page.wait_for_function(
        "y => document.querySelector('[data-id=two]').getBoundingClientRect().bottom > y",
        arg=before[1][1] + 140,
    )
    one, two = (middle(node(page, name)) for name in ("one", "two"))
    assert one[1] - before[0][1] == pytest.approx(two[1] - before[1][1], abs=1)
    assert middle(node(page, "sum")) == before[2]


def test_a_note_is_written_on_the_canvas(page: Page) -> None:
    page.keyboard.press("n")
    note = page.get_by_role("textbox", name="Note text")
    expect(note).to_be_focused()
    page.keyboard.type("Here be sums.")
    page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    page.keyboard.press("Control+z")
    expect(note).to_have_value("")
    page.keyboard.press("Control+z")
    expect(note).to_have_count(0)


def test_nodes_are_lined_up_and_tidied(page: Page) -> None:
    page.keyboard.press("Control+a")
    node(page, "one").locator(".node-header").click(button="right")
    page.get_by_role("menuitem", name="Arrange").click()
    page.get_by_role("menuitem", name="Align left edges").click()
    page.wait_for_function(
        """() => {
            const left = (id) => document.querySelector(`[data-id="${id}"]`).getBoundingClientRect().left;
            return Math.abs(left("one") - left("sum")) < 1;
        }"""
    )
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+l")
    page.wait_for_function(
        """() => {
            const left = (id) => document.querySelector(`[data-id="${id}"]`).getBoundingClientRect().left;
            return left("sum") > left("one") + 100;
        }"""
    )


def test_a_workflow_is_wired_by_the_keyboard_alone(editors: Editors, toy_server: Http) -> None:
    editor = editors(toy_server, permissions=CLIPBOARD)
    page = editor.open(workflow({}))
    expect(page.get_by_text("An empty workflow")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Add a node")).to_be_focused()
    page.keyboard.type("number")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Number")
    page.keyboard.press("Enter")
    expect(node(page, "number").locator(".node-card")).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="Connect Number")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Connect to")).to_be_visible()
    page.keyboard.type("a new")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Add a node")).to_be_visible()
    page.keyboard.type("add")
    page.keyboard.press("Enter")
    expect(node(page, "add").locator(".node-card")).to_be_focused()
    expect(links(page)).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    expect(node(page, "number").locator(".node-card")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("41")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(node(page, "number").locator(".node-card")).to_be_focused()
    before = middle(node(page, "number"))
    page.keyboard.press("Shift+ArrowDown")
    page.wait_for_function(
        "y => document.querySelector('[data-id=\"number\"]').getBoundingClientRect().bottom > y",
        arg=before[1],
    )
    page.keyboard.press("Escape")
    nodes = copied(page)
    assert nodes["number"]["inputs"] == {"value": 41}
    assert nodes["add"]["inputs"] == {"a": {"from": "number.integer"}}


def test_tab_goes_on_through_the_page_after_the_palette_was_left(page: Page) -> None:
    page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    page.keyboard.press("Tab")
    expect(page.get_by_role("dialog", name="Add a node")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Add a node")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(page.get_by_role("dialog", name="Add a node")).to_have_count(0)


def test_a_link_is_made_by_two_taps_on_a_phone_which_begins_where_it_can_be_read(
    editors: Editors, toy_server: Http
) -> None:
    phone = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}
    page = editors(toy_server, **phone).open({**sums(), "layout": {"positions": FAR_APART}})
    expect(node(page, "sum")).to_be_visible()
    x, y = middle(node(page, "two"))
    touch = page.context.new_cdp_session(page)
    for kind, points in (("Start", [(x, y)]), ("Move", [(x - 5, y)]), ("Move", [(x - 40, y)]), ("End", [])):
        at = [{"x": left, "y": top} for left, top in points]
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": at})
    page.wait_for_function(  # a finger on a node pans
        "x => document.querySelector('[data-id=two]').getBoundingClientRect().x < x", arg=x - 120
    )
    page.touchscreen.tap(*middle(socket(page, "two", "output")))
    page.touchscreen.tap(*middle(socket(page, "sum", "input", "b")))
    expect(links(page)).to_have_count(2)
    page.get_by_role("button", name="Undo").tap()
    expect(links(page)).to_have_count(1)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_palette_and_the_menus_are_accessible(editors: Editors, toy_server: Http, theme: str) -> None:
    editor = editors(toy_server, color_scheme=theme)
    page = editor.open(sums())
    expect(node(page, "sum")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("option").first).to_be_visible()
    editor.look(f"palette-{theme}")
    assert violations(page) == []
    page.keyboard.press("Escape")
    node(page, "sum").locator(".node-header").click(button="right")
    expect(page.get_by_role("menu")).to_be_visible()
    editor.look(f"menu-{theme}")
    assert violations(page) == []


def elements(page: Page) -> int:
    count: int = page.evaluate("document.querySelectorAll('*').length")
    return count


def test_five_thousand_nodes_are_few_elements(editor: Editor) -> None:
    page = editor.open(crowd(5000))
    overview = page.locator("canvas.overview")
    expect(overview).to_be_visible()
    expect(page.get_by_text("5,000 nodes")).to_be_visible()
    assert elements(page) < 200
    page.keyboard.press("0")
    expect(page.locator(".node-card").first).to_be_visible()
    expect(overview).to_have_count(0)
    assert page.locator(".node-card").count() > 10
    assert elements(page) < 1500


def test_the_overview_selects_drags_and_zooms_in(editors: Editors, toy_server: Http) -> None:
    page = editors(toy_server, permissions=CLIPBOARD).open(crowd(1400))
    expect(page.locator("canvas.overview")).to_be_visible()
    box = page.locator(".react-flow__pane").bounding_box()
    assert box is not None
    # The first node's upper left corner, as the view that shows everything has it.
    place: list[float] = page.evaluate(
        """() => {
            const style = document.querySelector(".react-flow__viewport").style.transform;
            const [x, y, zoom] = style.match(/-?[\\d.]+/g).map(Number);
            return [x, y, zoom];
        }"""
    )
    x, y, zoom = box["x"] + place[0], box["y"] + place[1], place[2]
    inside = (x + 120 * zoom, y + 60 * zoom)
    page.mouse.click(*inside)
    drag(page, inside, (inside[0], inside[1] - 30))
    page.keyboard.press("Control+c")
    text: str = page.evaluate("navigator.clipboard.readText()")
    moved = json.loads(text)
    assert list(moved["nodes"]) == ["n0"]
    assert moved["layout"]["positions"]["n0"][1] < -100
    page.mouse.dblclick(inside[0], inside[1] - 30)
    expect(node(page, "n0")).to_be_visible()
