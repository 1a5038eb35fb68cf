"""axe-core on every place of the editor, in every theme; the keyboard gets in everywhere, and out again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import places
from tests.e2e.accessibility import violations
from tests.e2e.conftest import Editors
from tests.e2e.editor import Editor
from tests.web.http import Http

THEMES = {
    "dark": {"color_scheme": "dark"},
    "light": {"color_scheme": "light"},
    "contrast": {"contrast": "more"},
}


def opened(editors: Editors, server: Http, theme: str) -> Editor:
    editor = editors(server, **THEMES[theme])
    page = editor.open(places.everything())
    places.canvas(page)
    assert page.locator("html").get_attribute("data-theme") == theme
    return editor


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("place", places.PLACES)
def test_a_view_is_accessible(editors: Editors, toy_server: Http, place: str, theme: str) -> None:
    editor = opened(editors, toy_server, theme)
    places.PLACES[place](editor.page)
    editor.screenshot(f"{place}-{theme}")
    assert violations(editor.page) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", places.registered_panels())
def test_a_panel_is_accessible(editors: Editors, toy_server: Http, name: str, theme: str) -> None:
    editor = opened(editors, toy_server, theme)
    places.panel(name)(editor.page)
    editor.screenshot(f"panel-{name}-{theme}")
    assert violations(editor.page) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", places.DIALOGS)
def test_a_dialog_is_accessible(editors: Editors, toy_server: Http, name: str, theme: str) -> None:
    editor = opened(editors, toy_server, theme)
    places.DIALOGS[name](editor.page)
    expect(editor.page.get_by_role("dialog")).to_be_visible()
    editor.screenshot(f"dialog-{name}-{theme}")
    assert violations(editor.page) == []


def test_every_dialog_has_a_way_here() -> None:
    assert sorted(places.DIALOGS) == sorted(places.registered_dialogs())


@pytest.mark.parametrize("name", places.DIALOGS)
def test_a_dialog_keeps_the_focus_while_it_is_open_and_gives_it_back(
    editors: Editors, toy_server: Http, name: str
) -> None:
    page = opened(editors, toy_server, "dark").page
    places.DIALOGS[name](page)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert _focus_within(page, "[role=dialog]")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement !== null")


def test_tab_goes_through_the_whole_page_and_on(editor: Editor) -> None:
    page = editor.open(places.everything())
    places.canvas(page)
    places.panel("faults")(page)
    parts = ("header", "main", "aside", "footer")
    seen: set[str] = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        seen.update(part for part in parts if _focus_within(page, part))
        if seen == set(parts):
            break
    assert seen == set(parts)


def test_everything_keeps_a_visible_focus(editor: Editor) -> None:
    page = editor.open(places.everything())
    places.canvas(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => {
                const element = document.activeElement;
                const within = (one) => {
                    const style = getComputedStyle(one);
                    return style.outlineStyle !== "none" || style.boxShadow !== "none";
                };
                return element === document.body || within(element) || within(element.parentElement);
            }"""
        )
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


@pytest.mark.parametrize("place", ["canvas", "form", "outline"])
def test_what_is_pressed_is_large_enough(editor: Editor, place: str) -> None:
    page = editor.open(places.everything())
    places.canvas(page)
    places.PLACES[place](page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input:not([type=range], .visually-hidden)")]
            .filter((one) => one.checkVisibility() && !one.closest(".react-flow__viewport"))
            .map((one) => [one.closest("label") ?? one, one])
            .map(([box, one]) => [box.getBoundingClientRect(), one])
            .filter(([box]) => box.width > 0 && (box.width < 23.5 || box.height < 23.5))
            .map(([box, one]) => `${one.outerHTML.slice(0, 90)} ${box.width} x ${box.height}`)"""
    )
    assert small == []


def _focus_within(page: Page, selector: str) -> bool:
    return bool(page.evaluate("(it) => document.activeElement.closest(it) !== null", selector))
