"""A person uses a workflow without the canvas: as a form, as an outline, and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.conftest import Editors
from tests.e2e.documents import call, double, of, toy
from tests.e2e.editor import Editor
from tests.web.http import Http

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


SUM: dict[str, Any] = {
    "latentgraph": 1,
    "name": "A sum",
    "description": "Adds two numbers and keeps the answer.",
    "nodes": {
        "one": toy("number", value=3),
        "more": toy("add", a=of("one.integer"), b=2),
        "text": toy("show", value=of("more.integer")),
        "keep": toy("save_text", text=of("text.text"), name="answer.txt"),
    },
    "interface": {
        "inputs": {
            "start": {"node": "one", "input": "value", "title": "Start", "help": "Where counting begins."},
            "more": {"node": "more", "input": "b", "title": "More"},
        },
        "outputs": {"text": {"node": "text", "output": "text"}},
    },
    "layout": {"positions": {"one": [0, 0], "more": [300, 0], "text": [600, 0], "keep": [900, 0]}},
}

PAINTING: dict[str, Any] = {
    "latentgraph": 1,
    "name": "A painting",
    "nodes": {"paint": toy("paint", pictures=1, seconds=0, seed=1)},
    "interface": {"inputs": {"seed": {"node": "paint", "input": "seed"}}},
}

PARTS: dict[str, Any] = {
    "latentgraph": 1,
    "name": "Parts",
    "nodes": {
        "one": toy("number", value=3),
        "first": call("Double", a=of("one.integer")),
    },
    "definitions": {
        "Double": double(),
    },
    "interface": {"outputs": {"sum": {"node": "first", "output": "sum"}}},
}


def show(page: Page, view: str) -> None:
    page.get_by_role("group", name="View").get_by_role("button", name=view, exact=True).click()


def part(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def result(page: Page) -> Locator:
    return page.get_by_role("region", name="Result")


def test_a_form_is_filled_in_and_run(editor: Editor) -> None:
    page = editor.open(SUM)
    show(page, "Form")
    expect(page.get_by_role("heading", name="A sum")).to_be_visible()
    expect(page.get_by_text("Adds two numbers")).to_be_visible()
    expect(page.get_by_text("Where counting begins.")).to_be_visible()
    start = page.get_by_label("Start", exact=True)
    start.fill("40")
    start.press("Enter")
    page.get_by_role("main").get_by_role("button", name="Run").click()
    link = result(page).get_by_role("link", name="answer.txt")
    expect(link).to_be_visible()
    with page.expect_download() as kept:
        link.click()
    assert kept.value.path().read_text() == "42"
    expect(result(page).get_by_role("definition")).to_have_text("42")

    page.get_by_role("heading", name="A sum").click()
    page.keyboard.press("Control+z")
    expect(start).to_have_value("3")


def test_a_picture_is_shown_large(editor: Editor) -> None:
    page = editor.open(PAINTING)
    show(page, "Form")
    page.get_by_role("main").get_by_role("button", name="Run").click()
    expect(result(page).get_by_role("img").first).to_be_visible()


def test_a_wrong_value_is_told_beside_its_field(editor: Editor) -> None:
    document = {**SUM, "nodes": {**SUM["nodes"], "more": toy("add", a=of("one.integer"), b=2000)}}
    page = editor.open(document)
    show(page, "Form")
    field = page.locator(".form-field", has_text="More")
    expect(field.get_by_role("alert")).to_contain_text("1000")
    more = page.get_by_label("More", exact=True)
    more.fill("10")
    more.press("Enter")
    expect(field.get_by_role("alert")).to_have_count(0)


def test_a_document_that_asks_for_nothing_says_how_to_change_that(editor: Editor) -> None:
    page = editor.open({**SUM, "interface": {}})
    show(page, "Form")
    page.get_by_role("button", name="Choose the inputs").click()
    side = page.get_by_role("complementary", name="Interface")
    side.get_by_label("Add an input …").select_option(label="B")
    expect(page.get_by_label("B", exact=True)).to_be_visible()


def test_an_outline_is_worked_by_the_keyboard_alone(editor: Editor) -> None:
    page = editor.open(SUM)
    show(page, "Outline")
    titles = page.locator(".outline-toggle")
    expect(titles).to_have_text(["Number", "Add", "Show", "Save text"])
    titles.first.focus()
    page.keyboard.press("ArrowDown")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(titles.nth(1)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowRight")
    expect(titles.nth(1)).to_have_attribute("aria-expanded", "true")

    page.keyboard.press("F2")
    page.get_by_label("Name of Add").press_sequentially("Plus some")
    page.keyboard.press("Enter")
    expect(part(page, "Plus some")).to_be_visible()
    expect(titles.nth(1)).to_be_focused()

    page.get_by_role("combobox", name="Add a node").focus()
    page.keyboard.type("total")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    total = part(page, "Total")
    expect(total).to_be_visible()
    expect(total.get_by_role("button", name="Total", exact=True)).to_be_focused()
    total.get_by_role("button", name="Take Numbers from another node").press("Enter")
    total.get_by_role("combobox").select_option(label="Plus some · Integer")
    expect(total.get_by_role("combobox").first).to_have_value("more.integer")
    total.get_by_role("combobox").last.select_option(label="Number · Integer")
    expect(total.get_by_role("combobox")).to_have_count(3)

    total.get_by_role("button", name="Actions for Total").focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Delete").press("Enter")
    expect(total).to_have_count(0)
    expect(page.locator(".outline-toggle:focus")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(total).to_be_visible()
    total.get_by_role("button", name="Total", exact=True).focus()
    page.keyboard.press("Delete")
    expect(total).to_have_count(0)
    expect(page.locator(".outline-toggle:focus")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(total).to_be_visible()


def test_an_outline_tells_how_a_run_goes(editor: Editor) -> None:
    page = editor.open(SUM)
    show(page, "Outline")
    page.keyboard.press("Control+Enter")
    expect(part(page, "Save text").locator(".outline-status")).to_have_attribute("data-status", "done")
    expect(page.get_by_role("main").get_by_role("status")).to_have_text("Run: done")
    expect(part(page, "Save text").get_by_role("link", name="answer.txt")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(part(page, "Show").locator(".outline-status")).to_have_text("cached")


def test_links_are_chosen_among_what_fits(editor: Editor) -> None:
    page = editor.open(SUM)
    show(page, "Outline")
    text = part(page, "Save text").get_by_role("combobox", name="Text, input of Save text: comes from")
    expect(text.get_by_role("option")).to_have_text(["Take the link away", "Show · Text"])
    text.select_option(label="Take the link away")
    expect(part(page, "Save text").get_by_text("required")).to_be_visible()
    part(page, "Save text").get_by_role("button", name="Take Text from another node").click()
    part(page, "Save text").get_by_role("combobox", name="Text, input of Save text").select_option(
        label="Show · Text"
    )
    expect(text).to_have_value("text.text")


def test_what_is_inside_a_node_is_worked_on_in_its_place(editor: Editor) -> None:
    page = editor.open(PARTS)
    show(page, "Outline")
    page.get_by_role("button", name="Inside: Double it").click()
    inside = part(page, "Add")
    inside.get_by_label("B, input of Add", exact=True).fill("5")
    inside.get_by_label("B, input of Add", exact=True).press("Enter")
    source = part(page, "Plus").get_by_role("combobox", name="A, input of Plus: comes from")
    expect(source).to_have_value("port:a")
    source.select_option(label="Take the link away")
    expect(part(page, "Plus").get_by_text("required")).to_be_visible()
    page.get_by_role("heading", name="Parts").click()
    page.keyboard.press("Control+z")
    expect(source).to_have_value("port:a")
    page.get_by_role("button", name="Go inside", exact=True).click()
    expect(page.get_by_role("navigation", name="Where you are")).to_contain_text("Double it")
    expect(page.locator(".outline-toggle")).to_have_text(["Plus", "Add"])


def test_a_node_is_bypassed_and_taken_along_again(editor: Editor) -> None:
    page = editor.open(SUM)
    show(page, "Outline")
    for action, shown in (("Bypass", "bypassed"), ("Mute", "muted"), ("No longer mute", None)):
        page.get_by_role("button", name="Actions for Add").click()
        page.get_by_role("menuitem", name=action, exact=True).click()
        if shown:
            expect(part(page, "Add").get_by_text(shown)).to_be_visible()
        else:
            expect(part(page, "Add").get_by_text("muted")).to_have_count(0)


def test_all_of_it_is_there_on_a_phone(editors: Editors, toy_server: Http) -> None:
    gone = {"type": "elsewhere/a_node_of_a_pack_that_is_not_here", "version": 1, "inputs": {}}
    page = editors(toy_server, **PHONE).open({**SUM, "nodes": {**SUM["nodes"], "gone": gone}})
    told = page.get_by_role("dialog")
    expect(told).to_be_in_viewport(ratio=1)  # what it needs is told, in a dialog that fits
    told.get_by_role("button", name="OK").tap()
    more = page.get_by_role("button", name="Views and panels")
    for view in ("Form", "Outline"):
        more.tap()
        page.get_by_role("menuitem", name=view).tap()
        expect(page.get_by_role("main", name=view)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        sizes = page.evaluate(
            "[...document.querySelectorAll('main *')].map(e => e.getBoundingClientRect().right)"
        )
        assert max(sizes) <= 361, view
    more.tap()
    page.get_by_role("menuitem", name="Interface").tap()
    panel = page.get_by_role("complementary", name="Interface")
    box = panel.bounding_box()
    assert box is not None
    assert box["width"] == 360
    panel.get_by_role("button", name="Close panel").tap()
    expect(panel).to_have_count(0)
    more.tap()
    page.get_by_role("menuitem", name="Canvas").tap()
    expect(page.get_by_role("main", name="Canvas")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("view", ["Form", "Outline"])
def test_each_view_is_accessible(editors: Editors, toy_server: Http, theme: str, view: str) -> None:
    editor = editors(toy_server, color_scheme=theme)
    page = editor.open({**PARTS, "interface": {**SUM["interface"], **PARTS["interface"]}})
    show(page, view)
    if view == "Outline":
        page.get_by_role("button", name="Inside: Double it").click()
        expect(part(page, "Plus")).to_be_visible()
    else:
        expect(page.get_by_label("Start", exact=True)).to_be_visible()
    page.mouse.move(640, 780)
    expect(page.get_by_role("tooltip")).to_have_count(0)
    editor.look(f"views-{view}-{theme}")
    assert violations(page) == []


@pytest.mark.parametrize("view", ["canvas", "form", "outline"])
def test_each_view_is_accessible_on_a_phone(editors: Editors, toy_server: Http, view: str) -> None:
    editor = editors(toy_server, **PHONE)
    page = editor.open(SUM)
    if view != "canvas":
        page.get_by_role("button", name="Views and panels").tap()
        page.get_by_role("menuitem", name=view).tap()
    expect(page.get_by_role("main", name=view)).to_be_visible()
    if view != "canvas":
        expect(page.get_by_role("main").get_by_role("heading", name="A sum")).to_be_visible()
    editor.look(f"views-phone-{view}")
    assert violations(page) == []
