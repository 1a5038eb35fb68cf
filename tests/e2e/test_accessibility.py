"""axe-core on every place of the editor, in every theme; the keyboard gets in everywhere, and out again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import places
from tests.e2e.accessibility import violations
from tests.e2e.editor import Editor

THEMES: dict[str, dict[str, Any]] = {
    "dark": {"color_scheme": "dark", "contrast": "no-preference"},
    "light": {"color_scheme": "light", "contrast": "no-preference"},
    "contrast": {"color_scheme": "dark", "contrast": "more"},
}


@pytest.mark.parametrize("place", places.EVERYWHERE)
def test_a_place_is_accessible_in_every_theme_and_a_dialog_keeps_the_focus(
    editor: Editor, place: str
) -> None:
    page = editor.open(places.everything())
    editor.expect_fault(places.REFUSED)
    places.EVERYWHERE[place](page)
    found = {}
    for theme, system in THEMES.items():
        page.emulate_media(**system)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        editor.look(f"{place}-{theme}")
        found[theme] = violations(page, colours=theme == "contrast")
    assert found == {theme: [] for theme in THEMES}
    if place.startswith("dialog-"):
        _keeps_the_focus(page)


def test_every_dialog_has_a_way_here() -> None:
    assert sorted(places.DIALOGS) == sorted(places.registered_dialogs())


def _keeps_the_focus(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    for _ in range(30):
        page.keyboard.press("Tab")
        assert _focus_within(page, "[role=dialog]")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_tab_goes_through_the_whole_page_and_on(editor: Editor) -> None:
    page = editor.open(places.everything())
    places.canvas(page)
    places.panel("faults")(page)
    page.locator("header button").first.focus()
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
            .filter((one) => one.tabIndex >= 0 && one.checkVisibility())
            .filter((one) => !one.closest(".react-flow__viewport"))
            .map((one) => [one.closest("label") ?? one, one])
            .map(([box, one]) => [box.getBoundingClientRect(), one])
            .filter(([box]) => box.width > 0 && (box.width < 23.5 || box.height < 23.5))
            .map(([box, one]) => `${one.outerHTML.slice(0, 90)} ${box.width} x ${box.height}`)"""
    )
    assert small == []


def _focus_within(page: Page, selector: str) -> bool:
    return bool(page.evaluate("(it) => document.activeElement.closest(it) !== null", selector))
