"""Every place of the editor that a person can be at, and how to get there, for what is tested of all of them.

A dialog that the client has and that has no way here fails `test_accessibility.py`; panels are found by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

CLIENT = Path(__file__).parents[2] / "web" / "canvas" / "src"

Go = Callable[[Page], None]

REFUSED = (
    r"status of (412|422)"  # what the console says on the way to some: of a conflict, a picture without more
)


def everything() -> dict[str, Any]:
    """A document with nodes of many kinds: a picture, plain values, text, models, a definition."""
    nodes = {
        "paint": _node("toy/paint", pictures=1, seconds=0, seed=0),
        "one": _node("toy/number", value=4),
        "sum": _node("toy/add", a={"from": "one.integer"}, b=1),
        "text": _node("core/write_text", text="a red apple"),
        "model": _node("core/load_bundle", name="emoji-scenes"),
        "size": _node("core/empty_latent", autoencoder={"from": "model.autoencoder"}),
        "seed": _node("core/choose_seed", seed=7),
        "boxes": _node("core/draw_regions", regions=[{"label": "apple", "box": [0.1, 0.1, 0.5, 0.5]}]),
        "choice": _node("flow/if", condition=True, then="double", otherwise="double"),
        "twice": _node("flow/call", body="double"),
    }
    # Near one another, so that they are seen as nodes and not from afar.
    positions = {name: [280 * (at % 4), 260 * (at // 4)] for at, name in enumerate(nodes)}
    return {
        "latentgraph": 1,
        "name": "Places",
        "nodes": nodes,
        "layout": {"positions": positions},
        "interface": {
            "inputs": {"value": {"node": "one", "input": "value"}, "text": {"node": "text", "input": "text"}},
            "outputs": {"sum": {"node": "sum", "output": "integer"}},
        },
        "definitions": {
            "double": {
                "nodes": {"add": _node("toy/add", a=1, b=1)},
                "interface": {"inputs": {}, "outputs": {"sum": {"node": "add", "output": "integer"}}},
            }
        },
    }


def _node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"type": kind, "version": 1, "inputs": inputs}


def canvas(page: Page) -> None:
    """The canvas, with its nodes."""
    expect(page.locator("[data-id=sum]")).to_be_visible()


def from_afar(page: Page) -> None:
    """The canvas so small that it is one drawing."""
    canvas(page)
    for _ in range(8):
        page.get_by_role("toolbar").get_by_role("button", name="Zoom out").click()
    expect(page.locator("canvas.overview")).to_be_visible()


def nothing_on_it(page: Page) -> None:
    """A new workflow, without nodes."""
    page.keyboard.press("Alt+Shift+1")
    command(page, "New workflow")
    expect(page.locator(".canvas-empty")).to_be_visible()


def palette(page: Page) -> None:
    """Adding a node."""
    canvas(page)
    page.locator(".react-flow").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()


def node_menu(page: Page) -> None:
    """What can be done with a node."""
    canvas(page)
    page.locator("[data-id=sum] .node-header").click(button="right")
    expect(page.get_by_role("menu")).to_be_visible()


def main_menu(page: Page) -> None:
    """What can be done with documents."""
    page.get_by_role("banner").locator(".brand").click()
    expect(page.get_by_role("menu")).to_be_visible()


def form(page: Page) -> None:
    """The form of the document."""
    page.keyboard.press("Alt+Shift+2")
    expect(page.locator(".form-view")).to_be_visible()


def outline(page: Page) -> None:
    """The nodes as a list."""
    page.keyboard.press("Alt+Shift+3")
    expect(page.locator("main")).to_contain_text("sum", ignore_case=True)


PLACES: Mapping[str, Go] = {
    "canvas": canvas,
    "from-afar": from_afar,
    "nothing-on-it": nothing_on_it,
    "palette": palette,
    "node-menu": node_menu,
    "main-menu": main_menu,
    "form": form,
    "outline": outline,
}


def command(page: Page, title: str) -> None:
    """Do something by its name, in the list of all commands."""
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="All commands")
    field.fill(title)
    page.get_by_role("option", name=title).first.click()
    expect(field).to_be_hidden()


def _by_command(title: str) -> Go:
    def go(page: Page) -> None:
        canvas(page)
        command(page, title)

    return go


def _templates(page: Page) -> None:
    _by_command("Templates")(page)
    expect(page.get_by_role("dialog")).to_be_visible()


def _connect(page: Page) -> None:
    canvas(page)
    page.locator("[data-id=one] .node-header").click()
    page.keyboard.press("c")


def _commands(page: Page) -> None:
    page.keyboard.press("Control+k")


def _picture(page: Page) -> None:
    _run(page)
    page.locator("[data-id=paint] .node-picture").get_by_role("button").first.click()


def _results(page: Page) -> None:
    command(page, "Run for a table of values")
    found = page.get_by_role("dialog")
    found.get_by_role("textbox").first.fill("1, 2")
    found.get_by_role("button", name="Run").click()
    expect(page.get_by_role("dialog", name="Results of the sweep")).to_be_visible()


def _run(page: Page) -> None:
    canvas(page)
    page.locator("[data-id=paint] .node-header").click()
    page.keyboard.press("Alt+Enter")
    expect(page.locator("[data-id=paint] .node-picture img")).to_be_visible()


def _changed(page: Page) -> None:
    canvas(page)
    value = page.locator("[data-id=one] .control input")
    value.fill("7")
    value.press("Enter")


def _close(page: Page) -> None:
    _changed(page)
    page.locator(".react-flow").focus()
    page.keyboard.press("Alt+w")


def _save(page: Page) -> None:
    canvas(page)
    page.keyboard.press("Control+Shift+s")


def _saved(page: Page) -> None:
    _save(page)
    found = page.get_by_role("dialog")
    found.locator("footer .accent").click()
    expect(found).to_be_hidden()


def _of_saved(title: str) -> Go:
    def go(page: Page) -> None:
        _saved(page)
        command(page, title)

    return go


def _conflict(page: Page) -> None:
    _saved(page)
    page.evaluate(SAVE_ELSEWHERE)
    _changed(page)
    page.locator(".react-flow").focus()
    page.keyboard.press("Control+s")


SAVE_ELSEWHERE = """async () => {
    const { workflows } = await (await fetch("/api/v1/workflows?limit=1")).json();
    const kept = await fetch(`/api/v1/workflows/${workflows[0].id}`);
    const { document } = await kept.json();
    const answer = await fetch(`/api/v1/workflows/${workflows[0].id}`, {
        method: "PUT",
        headers: { "Content-Type": "application/json", "If-Match": kept.headers.get("ETag") },
        body: JSON.stringify({ document: { ...document, name: "Places elsewhere" } }),
    });
    if (!answer.ok) throw new Error(await answer.text());
}"""

MISSING = '{"latentgraph": 1, "name": "Places", "nodes": {"gone": {"type": "elsewhere/thing", "version": 1}}}'


DROP = """async ([name, text]) => {
    const canvas = new OffscreenCanvas(8, 8);
    canvas.getContext("2d").fillRect(0, 0, 8, 8);
    const data = text === null ? await canvas.convertToBlob() : text;
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([data], name));
    const at = document.querySelector(".react-flow__pane");
    for (const kind of ["dragenter", "dragover", "drop"]) {
        at.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
    }
}"""


def _missing(page: Page) -> None:
    canvas(page)
    page.evaluate(DROP, ["places.json", MISSING])


def _dropped_picture(page: Page) -> None:
    canvas(page)
    page.evaluate(DROP, ["red apple.png", None])


def _bodies(page: Page) -> None:
    canvas(page)
    page.locator("[data-id=choice] .node-header").click()
    page.keyboard.press("Enter")


def _group(page: Page) -> None:
    canvas(page)
    page.locator("[data-id=one] .node-header").click()
    page.keyboard.press("Control+Shift+e")


def _boxes(page: Page) -> None:
    canvas(page)
    page.locator("[data-id=boxes]").get_by_role("button", name="Edit boxes").click()


def _paint(page: Page) -> None:
    canvas(page)
    page.locator(".react-flow").focus()
    page.keyboard.press("/")
    page.get_by_role("dialog").get_by_role("combobox").fill("draw mask")
    page.get_by_role("option", name="Draw mask").click()
    page.get_by_role("article", name="Draw mask").get_by_role("button", name="Paint").click()


DIALOGS: dict[str, Go] = {
    "batch": _by_command("Run several times"),
    "bodies": _bodies,
    "boxes": _boxes,
    "close": _close,
    "commands": _commands,
    "conflict": _conflict,
    "connect": _connect,
    "dropped-picture": _dropped_picture,
    "group": _group,
    "missing": _missing,
    "open": _by_command("Open …"),
    "paint": _paint,
    "picture": _picture,
    "results": _results,
    "save": _save,
    "settings": _by_command("Settings"),
    "share": _of_saved("Share …"),
    "shortcuts": _by_command("Keyboard shortcuts"),
    "sign-in": _by_command("Sign in"),
    "sweep": _by_command("Run for a table of values"),
    "versions": _of_saved("Versions …"),
}


def panel(name: str) -> Go:
    """A way to the panel of this name."""

    def go(page: Page) -> None:
        page.locator(f"button[data-panel={name}]").click()
        page.mouse.move(640, 799)
        expect(page.get_by_role("complementary")).to_be_visible()

    return go


def dialog(name: str) -> Go:
    """A way to the dialog of this name."""

    def go(page: Page) -> None:
        DIALOGS[name](page)
        expect(page.get_by_role("dialog")).to_be_visible()

    return go


def registered_panels() -> list[str]:
    """The names of the panels that the client has."""
    return re.findall(r'^    name: "([\w-]+)",$', (CLIENT / "panels" / "PanelDock.tsx").read_text(), re.M)


def registered_dialogs() -> list[str]:
    """The names of the dialogs that the client has."""
    return re.findall(r'^  "?([\w-]+)"?: later\(', (CLIENT / "app" / "Dialogs.tsx").read_text(), re.M)


EVERYWHERE: dict[str, Go] = {
    **PLACES,
    "templates": _templates,
    **{f"panel-{name}": panel(name) for name in registered_panels()},
    **{f"dialog-{name}": dialog(name) for name in DIALOGS},
}
