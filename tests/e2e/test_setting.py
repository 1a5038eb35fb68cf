"""Setting inputs: what a person types, chooses and drags, and what the page says to it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.conftest import Editors
from tests.e2e.documents import becomes
from tests.e2e.editor import Editor
from tests.graph_engine.conftest import RESOURCES
from tests.web.http import Http
from tests.web.process import Process


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"type": kind, "version": 1, "inputs": inputs}


def one(kind: str, **inputs: Any) -> dict[str, Any]:
    """A document of one node, called `it`."""
    return {"latentgraph": 1, "name": "One", "nodes": {"it": node(kind, **inputs)}}


def control(page: Page, title: str) -> Locator:
    """The control of an input on the node `it`, by its name."""
    named = page.locator(".control-name", has_text=title)
    return page.locator("[data-id=it] .control").filter(has=named)


def test_a_sum_is_typed_and_the_default_comes_back(editor: Editor) -> None:
    page = editor.open(one("core/mask_from_regions", width=128))
    width = control(page, "Width")
    field = width.get_by_role("spinbutton")
    expect(width).not_to_have_attribute("data-changed", "true")
    with becomes(page, "it", lambda inputs: inputs["width"] == 576):
        field.click()
        field.fill("512 + 64")
        field.press("Enter")
    expect(width).to_have_attribute("data-changed", "true")
    with becomes(page, "it", lambda inputs: "width" not in inputs):
        width.hover()
        width.get_by_role("button", name="back to the default").click()
    expect(field).to_have_value("128")


def test_what_is_wrong_is_said_where_it_is_while_it_is_typed(editor: Editor) -> None:
    page = editor.open(one("core/mask_from_regions"))
    field = control(page, "Height").get_by_role("spinbutton")
    field.fill("0")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    said = control(page, "Height").locator(".control-fault")
    field.focus()
    expect(said).to_be_visible()
    expect(said).to_contain_text("1")
    assert field.get_attribute("aria-describedby") == said.get_attribute("id")
    expect(control(page, "Width").get_by_role("spinbutton")).not_to_have_attribute("aria-invalid", "true")
    field.fill("64")
    field.press("Enter")
    expect(said).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_help_appears_over_a_name_and_by_key(editor: Editor) -> None:
    page = editor.open(one("core/mask_from_regions", width=9))
    control(page, "Width").locator(".control-name").hover()
    about = page.locator(".control-about")
    expect(about).to_contain_text("≤ 16384")
    expect(about).to_contain_text("128")
    page.mouse.move(0, 0)
    expect(about).to_have_count(0)
    control(page, "Width").get_by_role("spinbutton").focus()
    page.keyboard.press("F1")
    with becomes(page, "it", lambda inputs: "width" not in inputs):
        page.get_by_role("dialog", name="Width").get_by_role("button", name="Back to the default").click()


def test_typing_is_one_step_of_the_history(editor: Editor) -> None:
    page = editor.open(one("toy/label", text="ab"))
    field = control(page, "Text").get_by_role("textbox")
    field.press("End")
    field.press_sequentially("cdef")
    expect(field).to_have_value("abcdef")
    field.blur()
    page.keyboard.press("Control+z")
    expect(field).to_have_value("ab")


def test_a_number_may_be_nothing_where_that_is_allowed(editor: Editor) -> None:
    page = editor.open(one("toy/pick", no=3))
    field = control(page, "No").get_by_role("spinbutton")
    with becomes(page, "it", lambda inputs: inputs.get("no") is None):
        field.fill("")
        field.press("Enter")
    expect(field).to_have_attribute("placeholder", "not set")


def test_what_the_server_has_is_chosen_from_a_list_or_typed(editor: Editor) -> None:
    page = editor.open(one("toy/basket"))
    fruit = control(page, "Fruit")
    fruit.get_by_role("button", name="Show what there is").click()
    cherry = page.get_by_role("option", name="cherry")
    expect(cherry).to_contain_text("red")
    with becomes(page, "it", lambda inputs: inputs["fruit"] == "cherry"):
        cherry.click()
    field = fruit.get_by_role("combobox")
    expect(field).to_have_value("cherry")
    field.fill("yell")
    expect(page.get_by_role("option")).to_have_count(1)
    with becomes(page, "it", lambda inputs: inputs["fruit"] == "banana"):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    with becomes(page, "it", lambda inputs: inputs["fruit"] == "durian"):
        field.fill("durian")
        field.blur()


def test_items_are_added_to_a_list(editor: Editor) -> None:
    page = editor.open(one("toy/basket", more=["apple"]))
    more = control(page, "More")
    more.get_by_role("button", name="Show what there is").click()
    with becomes(page, "it", lambda inputs: inputs["more"] == ["apple", "banana"]):
        page.get_by_role("option", name="banana").click()
    expect(more.get_by_role("textbox")).to_have_value("apple, banana")


def test_a_list_that_does_not_come_can_be_asked_for_again(editor: Editor) -> None:
    page = editor.open(one("toy/basket"))
    editor.expect_fault("503")
    page.route("**/inputs/fruit/choices*", lambda route: route.fulfill(status=503, json={"detail": "no"}))
    control(page, "Fruit").get_by_role("button", name="Show what there is").click()
    expect(page.get_by_text("The list could not be loaded.")).to_be_visible()
    page.unroute("**/inputs/fruit/choices*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("option", name="cherry")).to_be_visible()


def test_a_text_is_counted_while_it_is_typed(editor: Editor) -> None:
    page = editor.open(one("toy/label", text="pear", size=5))
    text = control(page, "Text")
    expect(text.locator("output")).to_have_text("4 / 5 letters")
    text.get_by_role("textbox").fill("pomegranate")
    expect(text.locator("output")).to_have_text("11 / 5 letters")
    expect(text.locator("output")).to_have_attribute("data-over", "true")
    expect(text.get_by_role("status").last).to_contain_text("does not fit")


@pytest.fixture(scope="module")
def span_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Http]:
    """A server with a pack that brings a control of its own."""
    data: Path = tmp_path_factory.mktemp("span") / "data"
    shutil.copytree(RESOURCES / "control_plugins" / "span", data / "plugins" / "span")
    process = Process(data, "--port", "0")
    yield process.http
    process.signal(signal.SIGTERM)
    assert process.ended() == 0, process.said


def test_a_packs_own_control_sets_the_value(editors: Editors, span_server: Http) -> None:
    page = editors(span_server).open(one("span/pick_span"))
    frame = page.frame_locator("iframe[title*=Span]")
    end = frame.get_by_role("slider", name="End")
    expect(end).to_have_value("0.75")
    with becomes(page, "it", lambda inputs: inputs["span"] == [0.25, 0.76]):
        end.press("ArrowRight")
    page.locator("[data-id=it] .node-header").click()
    page.keyboard.press("Control+z")
    expect(end).to_have_value("0.75")


def test_a_control_that_does_not_answer_gives_way_to_the_value(editors: Editors, span_server: Http) -> None:
    editor = editors(span_server)
    editor.page.route(
        "**/controls/range.html", lambda route: route.fulfill(content_type="text/html", body="<p>")
    )
    page = editor.open(one("span/pick_span"))
    span = control(page, "Span")
    expect(span).to_contain_text("does not answer")
    expect(span.get_by_role("textbox")).to_have_value("[0.25, 0.75]")


def test_messages_of_others_change_nothing(editors: Editors, span_server: Http) -> None:
    page = editors(span_server).open(one("span/pick_span"))
    end = page.frame_locator("iframe[title*=Span]").get_by_role("slider", name="End")
    expect(end).to_have_value("0.75")
    page.evaluate("window.postMessage({kind: 'change', value: [0, 0]}, '*')")
    with becomes(page, "it", lambda inputs: inputs["span"] == [0.25, 0.74]):
        end.press("ArrowLeft")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_controls_are_accessible(editors: Editors, toy_server: Http, theme: str) -> None:
    editor = editors(toy_server, color_scheme=theme)
    kinds = ["toy/basket", "toy/label", "core/draw_mask", "core/draw_regions", "core/draw_labels"]
    nodes = {f"n{index}": node(kind) for index, kind in enumerate(kinds)}
    nodes["n1"]["inputs"] = {"text": "too long for it", "size": 3}
    page = editor.open({"latentgraph": 1, "name": "Controls", "nodes": nodes})
    expect(page.locator("[data-id=n2] .control")).to_be_visible()
    expect(page.locator("[data-id=n1] output")).to_be_visible()
    expect(page.locator("[data-id=n0] [role=combobox]").first).to_be_visible()
    editor.look(f"controls-{theme}")
    assert violations(page) == []
