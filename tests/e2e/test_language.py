"""Every word on the page is in the language that was chosen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e import places
from tests.e2e.conftest import Editors, serving
from tests.e2e.editor import Editor
from tests.web.http import Http

ENGLISH = json.loads((places.CLIENT / "i18n" / "en.json").read_text(encoding="utf-8"))
KOREAN = json.loads((places.CLIENT / "i18n" / "ko.json").read_text(encoding="utf-8"))

KNOWN = {
    # names, and what the document and its runs say themselves
    "latent", "graph", "react", "flow", "attribution", "english", "places", "red", "apple", "double",
    "elsewhere", "thing", "sum", "value", "toy", "core", "paint", "sweep", "seed", "picture", "image", "png",
    "emoji", "scenes", "blake", "text",
    # keys of the keyboard
    "ctrl", "shift", "alt", "enter", "esc", "del", "tab", "space", "backspace", "delete",
    "pageup", "pagedown", "home", "end",
    # units
    "px", "ms", "byte",
}  # fmt: skip

# What a server says of runs and faults is English. Text that shows it says so by `lang`; tooltips can not.
SAID_BY_SERVER = {"it has not run before", "is missing: it wants text."}

SPOKEN = """() => {
    const said = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { data, parentElement } = walker.currentNode;
        const apart = "script, style, noscript, code, .prose, [lang]:not(html)";
        if (!parentElement.closest(apart)) said.push(data);
    }
    for (const one of document.querySelectorAll(".prose")) {
        const names = [...one.querySelectorAll("code")].map((code) => code.textContent);
        said.push(names.reduce((text, name) => text.replace(name, ""), one.textContent));
    }
    for (const one of document.querySelectorAll("*")) {
        if (one.closest("[lang]:not(html)")) continue; // what is said in another language says so
        for (const name of ["aria-label", "title", "placeholder", "alt", "aria-valuetext"]) {
            if (one.hasAttribute(name)) said.push(one.getAttribute(name));
        }
    }
    return [document.title, ...said].map((one) => one.trim()).filter((one) => one !== "");
}"""


def pseudo(page: Page) -> None:
    """Serve, for Korean, words that are English in brackets: what has none was written past `t`."""
    words = {key.replace("_one", "_other"): f"⟦{text}⟧" for key, text in ENGLISH.items()}
    script = f"export default {json.dumps(words)};"
    page.route("**/assets/ko-*.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    page.route("**/api/v1/nodes/texts/ko", lambda route: route.fulfill(json=texts(route)))


@pytest.fixture(scope="module")
def toy_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Http]:
    """A server of its own: on it nothing is called what other tests call things."""
    yield from serving(tmp_path_factory.mktemp("toys") / "data")


def texts(route: Route) -> dict[str, Any]:
    """The words of all nodes, in brackets."""
    url = route.request.url.removesuffix("/texts/ko")
    answer: dict[str, Any] = route.fetch(url=url).json()

    def titled(name: str, spec: Mapping[str, Any]) -> dict[str, str]:
        title = spec.get("title") or name.replace("_", " ")
        paragraphs = spec.get("help", "").split("\n\n")
        return {"title": f"⟦{title}⟧", "help": "\n\n".join(f"⟦{one}⟧" for one in paragraphs)}

    def choices(spec: Mapping[str, Any]) -> dict[str, str]:
        schema = spec.get("schema") or {}
        return {str(one): f"⟦{one}⟧" for one in schema.get("enum", [])}

    return {
        "nodes": {
            kind: {
                **titled(kind, spec),
                "inputs": {
                    name: {**titled(name, one), "choices": choices(one)}
                    for name, one in spec["inputs"].items()
                },
                "outputs": {name: titled(name, one) for name, one in spec["outputs"].items()},
            }
            for kind, spec in answer["nodes"].items()
        },
        "values": {name: f"⟦{spec['title']}⟧" for name, spec in answer["values"].items()},
        "categories": {spec["category"]: f"⟦{spec['category']}⟧" for spec in answer["nodes"].values()},
    }


def unspoken(said: list[str]) -> list[str]:
    """What has a word outside brackets that nobody but the page can have written."""
    found = []
    for text in said:
        depth, outside = 0, ""
        for letter in text:
            depth += (letter == "⟦") - (letter == "⟧")
            outside += letter if depth == 0 else " "
        words = {word.lower() for word in re.findall(r"[A-Za-z]{3,}", outside)}
        if words - KNOWN and text not in SAID_BY_SERVER:
            found.append(text)
    return found


@pytest.mark.parametrize("place", places.EVERYWHERE)
def test_no_word_is_written_past_the_languages(editors: Editors, toy_server: Http, place: str) -> None:
    editor = editors(toy_server, locale="ko-KR")
    pseudo(editor.page)
    editor.expect_fault(places.REFUSED)
    page = editor.open(places.everything())
    expect(page.locator(".top-bar")).to_contain_text("⟦")
    places.EVERYWHERE[place](page)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    found = unspoken(page.evaluate(SPOKEN))
    assert not found, "\n".join(found)


def test_the_language_changes_at_once_everywhere(editor: Editor) -> None:
    page = editor.open()
    expect(page.get_by_role("article", name="Encode the prompt")).to_be_visible()
    page.keyboard.press("Control+,")
    page.get_by_role("combobox", name="Language").select_option("ko")
    expect(page.get_by_role("heading", name=KOREAN["settings.title"])).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=KOREAN["run.go"]).first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("[data-id=sample]")).to_contain_text("스텝 수")  # the words of a node
    page.reload()
    expect(page.locator("[data-id=sample]")).to_contain_text("스텝 수")


def test_the_language_is_the_browsers_until_another_is_chosen(editors: Editors, toy_server: Http) -> None:
    page = editors(toy_server, locale="ko-KR").open()
    expect(page.get_by_role("button", name=KOREAN["run.go"]).first).to_be_visible()
