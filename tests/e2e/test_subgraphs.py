"""A person makes parts of a workflow into definitions, works inside them, and says what a workflow takes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.conftest import Editors
from tests.e2e.documents import call, double, of, toy
from tests.e2e.editor import Editor
from tests.web.http import Http

CHAIN = {
    "latentgraph": 1,
    "name": "Chain",
    "nodes": {
        "one": toy("number", value=3),
        "more": toy("add", a=of("one.integer"), b=2),
        "twice": toy("plus", a=of("more.integer"), b=of("more.integer")),
        "text": toy("show", value=of("twice.integer")),
    },
    "layout": {"positions": {"one": [0, 0], "more": [300, 0], "twice": [600, 0], "text": [900, 0]}},
}

PARTS: dict[str, Any] = {
    "latentgraph": 1,
    "name": "Parts",
    "nodes": {
        "one": toy("number", value=3),
        "first": call("Double", a=of("one.integer")),
        "second": call("Double", a=of("first.sum")),
    },
    "definitions": {
        "Double": double(),
    },
    "layout": {"positions": {"one": [0, 0], "first": [300, 0], "second": [600, 0]}},
}


def node(page: Page, name: str) -> Locator:
    return page.locator(f"[data-id={name}]")


def select(page: Page, *names: str) -> None:
    for index, name in enumerate(names):
        title = node(page, name).locator(".node-title")
        title.click(modifiers=["Shift"] if index else [])
    for name in names:
        expect(node(page, name).locator(".node-card")).to_have_attribute("data-selected", "true")


def socket(page: Page, card: str, handle: str, side: str) -> Locator:
    return page.locator(f'.react-flow__handle.{side}[data-nodeid="{card}"][data-handleid="{handle}"]')


def drag(page: Page, start: Locator, end: Locator) -> None:
    start.hover()
    page.mouse.down()
    end.hover()
    end.hover()  # React Flow wants a second move over what is meant
    page.mouse.up()


def link(page: Page, start: str, end: str) -> Locator:
    return page.locator(f'.react-flow__edge[data-id="{start}>{end}"]')


def crumbs(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Where you are")


def panel(page: Page, name: str) -> Locator:
    page.get_by_role("banner").get_by_role("button", name=name, exact=True).click()
    return page.get_by_role("complementary", name=name)


def test_nodes_become_one_and_are_put_apart_again(editor: Editor) -> None:
    page = editor.open(CHAIN)
    select(page, "more", "twice")
    page.keyboard.press("Control+Shift+E")
    dialog = page.get_by_role("dialog", name="Make a definition of 2 nodes")
    dialog.get_by_label("Name").fill("Twice as much")
    dialog.get_by_label("Name").press("Enter")

    part = node(page, "Twice_as_much")
    expect(part).to_be_visible()
    expect(node(page, "more")).to_have_count(0)
    expect(part.get_by_role("combobox", name="Body")).to_have_value("Twice as much")
    expect(page.locator('.react-flow__edge[data-id="text.value"]')).to_be_visible()

    part.get_by_role("button", name="Go into Twice as much").click()
    expect(crumbs(page)).to_contain_text("Chain")
    expect(crumbs(page).get_by_text("Twice as much")).to_have_attribute("aria-current", "location")
    expect(node(page, "more")).to_be_visible()
    expect(node(page, "one")).to_have_count(0)
    expect(link(page, "ports:inputs.a", "more.a")).to_be_attached()

    page.keyboard.press("Escape")
    expect(crumbs(page)).to_have_count(0)
    select(page, "Twice_as_much")
    page.keyboard.press("Control+Shift+U")
    expect(node(page, "more")).to_be_visible()
    expect(node(page, "Twice_as_much")).to_have_count(0)

    page.keyboard.press("Control+z")
    expect(node(page, "Twice_as_much")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(node(page, "more")).to_be_visible()
    page.keyboard.press("Control+Shift+Z")
    expect(node(page, "Twice_as_much")).to_be_visible()


def test_nodes_that_something_between_needs_are_not_made_one(editor: Editor) -> None:
    page = editor.open(CHAIN)
    select(page, "one", "twice")
    page.keyboard.press("Control+Shift+E")
    expect(page.get_by_text("something between them needs them and feeds them")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_ports_are_drawn_led_named_and_taken_away_inside(editor: Editor) -> None:
    page = editor.open(PARTS)
    node(page, "first").dblclick(position={"x": 60, "y": 58})
    inputs = page.get_by_role("article", name="Inputs")
    outputs = page.get_by_role("article", name="Outputs")
    expect(inputs).to_be_visible()
    expect(page.get_by_text("Used 2 times; changes count everywhere")).to_be_visible()
    for end in ("plus.a", "plus.b"):
        expect(link(page, "ports:inputs.a", end)).to_be_attached()

    drag(
        page,
        socket(page, "ports:inputs", "ports:new", "source"),
        socket(page, "more", "b", "target"),
    )
    expect(inputs.get_by_text("B", exact=True)).to_be_visible()
    drag(
        page,
        socket(page, "plus", "integer", "source"),
        socket(page, "ports:outputs", "ports:new", "target"),
    )
    expect(outputs.get_by_text("Integer")).to_be_visible()

    inputs.get_by_text("B", exact=True).dblclick()
    page.get_by_label("Title of B").fill("And then")
    page.get_by_label("Title of B").press("Enter")
    expect(inputs.get_by_text("And then")).to_be_visible()
    outputs.get_by_role("button", name="Actions for Integer").click()
    page.get_by_role("menuitem", name="Move Integer up").click()
    expect(outputs.locator(".port-title").first).to_have_text("Integer")
    outputs.get_by_role("button", name="Actions for Integer").click()
    page.get_by_role("menuitem", name="Remove Integer").click()
    expect(outputs.get_by_text("Integer")).to_have_count(0)

    crumbs(page).get_by_role("button", name="Parts").click()
    for name in ("first", "second"):
        expect(node(page, name).get_by_text("And then")).to_be_visible()

    page.keyboard.press("Control+z")  # inside, where that was: so one goes there
    expect(crumbs(page)).to_be_visible()
    expect(outputs.get_by_text("Integer")).to_be_visible()


def test_a_copy_for_one_use_changes_without_the_other(editor: Editor) -> None:
    page = editor.open(PARTS)
    node(page, "second").locator(".node-title").click(button="right")
    page.get_by_role("menuitem", name="Make a copy for this use").click()
    expect(node(page, "second").get_by_role("combobox", name="Body")).to_have_value("Double 2")
    expect(node(page, "first").get_by_role("combobox", name="Body")).to_have_value("Double")

    listed = panel(page, "Definitions")
    expect(listed.get_by_text("Used once:")).to_have_count(2)
    for name in ("first", "second"):
        expect(listed.get_by_role("button", name=f"Call ({name}), in the workflow")).to_be_visible()
    listed.get_by_label("Name of Double it").first.fill("Sum")
    listed.get_by_label("Name of Double it").first.press("Enter")
    expect(node(page, "first").get_by_role("combobox", name="Body")).to_have_value("Sum")


def test_a_loop_gets_its_body_from_what_is_selected(editor: Editor) -> None:
    document = {
        "latentgraph": 1,
        "name": "Loop",
        "nodes": {
            "one": toy("number", value=3),
            "more": toy("add", a=of("one.integer"), b=2),
            "each": {"type": "flow/map", "version": 1, "inputs": {}},
        },
        "layout": {"positions": {"one": [0, 0], "more": [300, 0], "each": [600, 0]}},
    }
    page = editor.open(document)
    select(page, "more", "each")
    node(page, "each").get_by_role("button", name="From the selected nodes").click()
    page.get_by_role("dialog").get_by_role("button", name="Make it").click()
    expect(node(page, "more")).to_have_count(0)
    each = node(page, "each")
    expect(each.get_by_role("button", name="Go into Part")).to_be_visible()
    expect(each.get_by_role("checkbox", name="A")).to_be_checked()
    expect(page.locator('.react-flow__edge[data-id="each.a"]')).to_be_visible()
    each.get_by_role("checkbox", name="A").uncheck()
    expect(page.locator(".run-faults")).to_be_visible()  # a loop over nothing
    page.keyboard.press("Control+z")
    expect(each.get_by_role("checkbox", name="A")).to_be_checked()


def test_an_address_leads_into_definitions_and_back_leaves_them(editor: Editor) -> None:
    page = editor.open(PARTS)
    node(page, "first").get_by_role("button", name="Go into Double it").click()
    expect(crumbs(page)).to_be_visible()
    assert page.url.endswith("#in=Double")
    page.go_back()
    expect(crumbs(page)).to_have_count(0)
    page.go_forward()
    expect(crumbs(page)).to_be_visible()


def test_a_branch_asks_which_of_its_parts_to_go_into(editor: Editor) -> None:
    document = {
        **PARTS,
        "nodes": {
            "branch": {
                "type": "flow/if",
                "version": 1,
                "inputs": {"condition": True, "then": "Double", "otherwise": "Same", "a": 1},
            }
        },
        "definitions": {
            **PARTS["definitions"],
            "Same": {
                "nodes": {"same": toy("same")},
                "interface": {
                    "inputs": {"a": {"node": "same", "input": "thing"}},
                    "outputs": {"sum": {"node": "same", "output": "value"}},
                },
            },
        },
    }
    page = editor.open(document)
    select(page, "branch")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Which part?")
    expect(dialog.get_by_role("heading", name="If true: Double it")).to_be_visible()
    dialog.get_by_role("button", name="Go into Same").click()
    expect(dialog).to_have_count(0)
    expect(node(page, "same")).to_be_visible()


def test_inputs_are_put_into_the_interface_and_put_in_order(editor: Editor) -> None:
    page = editor.open(CHAIN)
    node(page, "one").get_by_text("Value").click(button="right")
    page.get_by_role("menuitem", name="Add to the interface").click()
    node(page, "more").get_by_role("spinbutton", name="B, input of Add").or_(
        node(page, "more").get_by_label("B, input of Add")
    ).first.focus()
    page.keyboard.press("Alt+p")
    node(page, "text").locator(".node-label.output").click(button="right")
    page.get_by_role("menuitem", name="Add to the interface").click()

    side = panel(page, "Interface")
    inputs = side.get_by_role("region", name="Inputs")
    expect(inputs.get_by_role("listitem").filter(has_text="Number · Value")).not_to_have_count(0)
    title = inputs.get_by_label("Title of Value")
    title.fill("Start")
    title.press("Enter")
    help_text = inputs.get_by_label("Help for Start")
    help_text.fill("Where counting begins")
    help_text.press("Enter")
    inputs.get_by_role("button", name="Move B up").click()
    expect(inputs.locator(".interface-entry").first.get_by_label("Name of B")).to_have_value("b")
    expect(side.get_by_role("region", name="Outputs").get_by_label("Name of Text")).to_have_value("text")

    page.get_by_role("button", name="Form", exact=True).click()
    labels = page.locator(".form-label")
    expect(labels).to_have_text(["B", "Start"])
    expect(page.get_by_text("Where counting begins")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_is_inside_is_accessible(editors: Editors, toy_server: Http, theme: str) -> None:
    editor = editors(toy_server, color_scheme=theme)
    page = editor.open(PARTS)
    expect(node(page, "first")).to_be_visible()
    editor.look(f"subgraphs-around-{theme}")
    assert violations(page) == []
    node(page, "first").get_by_role("button", name="Go into Double it").click()
    panel(page, "Interface").get_by_label("Title of A").wait_for()
    editor.look(f"subgraphs-inside-{theme}")
    assert violations(page) == []
    panel(page, "Definitions").get_by_label("Title of Double it").wait_for()
    editor.look(f"subgraphs-definitions-{theme}")
    assert violations(page) == []
