"""A person makes the editor theirs: the theme, the keys, how links are drawn; and finds what it can do."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import places
from tests.e2e.conftest import Editors
from tests.e2e.editor import Editor
from tests.web.conftest import two_nodes
from tests.web.http import Http


def test_settings_are_found_by_their_words_hold_at_once_and_last(editor: Editor) -> None:
    page = editor.open(two_nodes())
    places.canvas(page)
    curved = page.locator(".react-flow__edge-path").first.get_attribute("d")
    page.keyboard.press("Control+,")
    dialog = page.get_by_role("dialog", name="Settings")
    dialog.get_by_role("searchbox").fill("contrast")
    expect(dialog.locator(".setting")).to_have_count(1)
    dialog.get_by_text("High contrast").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "contrast")
    dialog.get_by_role("searchbox").fill("links")
    dialog.get_by_text("Straight").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.locator(".react-flow__edge-path").first.get_attribute("d") != curved
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "contrast")


def test_settings_are_put_back(editor: Editor) -> None:
    page = editor.open(two_nodes())
    places.command(page, "Dark theme")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Control+,")
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")  # the system's


@pytest.mark.parametrize(
    ("system", "theme"),
    [({"color_scheme": "light"}, "light"), ({"color_scheme": "light", "contrast": "more"}, "contrast")],
)
def test_the_theme_is_the_systems(
    editors: Editors, toy_server: Http, system: dict[str, str], theme: str
) -> None:
    page = editors(toy_server, **system).open(two_nodes())
    expect(page.locator("html")).to_have_attribute("data-theme", theme)


def test_the_colours_of_types_can_be_seen_in_every_theme(editor: Editor) -> None:
    page = editor.open()
    page.locator("[data-id=sample]").wait_for()
    for theme in ("Dark theme", "Light theme", "High-contrast theme"):
        places.command(page, theme)
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 5
        assert min(contrasts.values()) >= 3, (theme, contrasts)


CONTRASTS = """() => {
    const light = (hex) => [1, 3, 5]
        .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0.05);
    const root = document.documentElement;
    const long = (hex) => hex.trim().replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
    const behind = light(long(getComputedStyle(root).getPropertyValue("--surface-raised")));
    const own = [...root.style].filter((name) => name.startsWith("--value-"));
    return Object.fromEntries(own.map((name) => {
        const one = light(long(root.style.getPropertyValue(name)));
        return [name, Math.max(one, behind) / Math.min(one, behind)];
    }));
}"""


def test_a_key_is_looked_up_changed_and_put_back(editor: Editor) -> None:
    page = editor.open(two_nodes())
    places.canvas(page)
    page.keyboard.press("Shift+?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.get_by_role("searchbox").fill("all commands")
    row = dialog.get_by_role("listitem").filter(has_text="All commands")
    row.get_by_role("button", name="Change Ctrl+K").click()
    expect(row.get_by_role("button", name="Press keys")).to_be_visible()
    page.keyboard.press("Control+,")
    expect(row).to_contain_text("also mean “Settings”")
    row.get_by_role("button", name="Change Ctrl+,").click()
    page.keyboard.press("Control+j")
    expect(row).not_to_contain_text("also mean")
    _close(page)
    page.keyboard.press("Control+j")
    expect(page.get_by_role("combobox", name="All commands")).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    places.canvas(page)
    page.keyboard.press("Shift+?")
    dialog.get_by_role("button", name="Reset all keys").click()
    expect(dialog.get_by_role("button", name="Change Ctrl+K")).to_be_visible()


def test_a_change_of_keys_is_left_by_escape_and_one_is_removed_by_delete(editor: Editor) -> None:
    page = editor.open(two_nodes())
    places.canvas(page)
    page.keyboard.press("Shift+?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    row = dialog.get_by_role("listitem").filter(has_text="Redo")
    row.get_by_role("button", name="Change Ctrl+Y").click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    row.get_by_role("button", name="Change Ctrl+Y").click()
    page.keyboard.press("Delete")
    expect(row.get_by_role("button", name="Change Ctrl+Y")).to_be_hidden()
    expect(row.get_by_role("button", name="Change Ctrl+Shift+Z")).to_be_visible()


def test_what_can_be_done_is_found_by_typing(editor: Editor) -> None:
    page = editor.open(two_nodes())
    places.canvas(page)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="All commands")).to_be_focused()
    page.keyboard.type("form")
    page.keyboard.press("Enter")
    expect(page.locator(".form-view")).to_be_visible()


def _close(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Close").first.click()
    expect(page.get_by_role("dialog")).to_be_hidden()
