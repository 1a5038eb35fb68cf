"""Keeping work: tabs, drafts, the library and its versions, two at once, links, files, signing in."""

from __future__ import annotations

import base64
import difflib
import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from nodes.png_metadata import png_with_workflow
from tests.e2e.accessibility import violations
from tests.e2e.conftest import Editors
from tests.e2e.editor import Editor
from tests.web.conftest import document, two_nodes
from tests.web.http import Http

DRAFTED = """async ([text, wanted]) => {
    const read = () => new Promise((resolve, reject) => {
        const asked = indexedDB.open("latentgraph");
        asked.onerror = () => reject(asked.error);
        asked.onsuccess = () => {
            const drafts = asked.result.transaction("drafts").objectStore("drafts").getAll();
            drafts.onsuccess = () => {
                asked.result.close();
                resolve(drafts.result.some((draft) => draft.present.includes(text)));
            };
        };
    });
    const begun = performance.now();
    while ((await read()) !== wanted) {
        if (performance.now() - begun > 30000) throw new Error(`waited for nothing: ${text}`);
        await new Promise(requestAnimationFrame);
    }
}"""
DROP = """([name, type, text, size]) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes, new Uint8Array(size)], name, { type }));
    for (const kind of ["dragover", "drop"]) {
        const event = new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
    }
}"""
NO_ROOM = """IDBObjectStore.prototype.put = () => { throw new DOMException("", "QuotaExceededError"); };"""
NO_CLIPBOARD = """Object.defineProperty(navigator, "clipboard", {
    value: { writeText: () => Promise.reject(new DOMException("", "NotAllowedError")) },
});"""


def tab(page: Page, name: str) -> Locator:
    """A tab by its name, with changes or without."""
    return page.get_by_role("navigation").get_by_role(
        "button", name=re.compile(f"^{re.escape(name)}( unsaved changes)?$")
    )


def is_changed(page: Page, name: str) -> None:
    expect(
        page.get_by_role("navigation").get_by_role("button", name=f"{name} unsaved changes")
    ).to_be_visible()


def is_saved(page: Page, name: str) -> None:
    expect(page.get_by_role("navigation").get_by_role("button", name=name, exact=True)).to_be_visible()


def rename(page: Page, name: str) -> None:
    """Call the active workflow something else."""
    page.locator(".tab[data-active] .tab-name").dblclick()
    page.get_by_role("textbox", name="Name of the workflow").fill(name)
    page.keyboard.press("Enter")
    is_changed(page, name)


def drafted(page: Page, text: str, wanted: bool = True) -> None:
    """Wait until a draft in this browser has this text, or none has."""
    page.evaluate(DRAFTED, [text, wanted])


def named(name: str, **more: Any) -> dict[str, Any]:
    return {**two_nodes(), "name": name, **more}


def opened(editor: Editor, document: dict[str, Any]) -> Page:
    """The editor with this document in its only tab."""
    page = editor.open(document)
    tab(page, document["name"]).wait_for()
    return page


def kept(http: Http, document: dict[str, Any]) -> str:
    """The id of a workflow that the library has from now on."""
    found: str = http.post("/api/v1/workflows", {"document": document}).ok(201)["id"]
    return found


def open_kept(page: Page, http: Http, workflow: str) -> None:
    page.goto(f"{http.address}/?workflow={workflow}")
    page.locator(".tab[data-active]").wait_for()


def exported(http: Http, workflow: str) -> str:
    return http.get(f"/api/v1/workflows/{workflow}/export").body.decode()


def drop(page: Page, name: str, data: bytes, kind: str = "", size: int = 0) -> None:
    """Drop a file anywhere on the page; `size` zeros follow its data."""
    page.evaluate(DROP, [name, kind, base64.b64encode(data).decode(), size])


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    rows = zlib.compress(b"".join(b"\0" + b"\x80\x20\x20" * 4 for _ in range(4)))
    head = chunk(b"IHDR", bytes([0, 0, 0, 4, 0, 0, 0, 4, 8, 2, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_workflow_is_saved_closed_and_found_again(editor: Editor) -> None:
    page = opened(editor, named("Sum"))
    page.keyboard.press("Control+s")
    page.get_by_label("Name", exact=True).fill("Sum of two")
    page.get_by_label("Tags").fill("numbers, first")
    page.get_by_label("Note on this version").fill("as it began")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    is_saved(page, "Sum of two")
    expect(page).to_have_url(re.compile(r"\?workflow=wf-[0-9a-f]{16}$"))

    rename(page, "Sum of three")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    is_saved(page, "Sum of three")

    page.get_by_role("button", name="Close Sum of three").click()
    expect(page.get_by_text("No workflow is open")).to_be_visible()
    page.keyboard.press("Control+o")
    library = page.get_by_role("dialog", name="Open a workflow")
    library.get_by_label("Search").fill("numbers")
    editor.look("library")
    library.get_by_role("button", name="Sum of three", exact=True).click()
    expect(library).not_to_be_visible()
    expect(page.locator("[data-id=sum]")).to_be_visible()

    page.reload()
    is_saved(page, "Sum of three")
    expect(page.locator("[data-id=sum]")).to_be_visible()


def test_tabs_are_made_moved_and_closed_by_keys_and_by_the_mouse(editor: Editor) -> None:
    page = opened(editor, named("First"))
    page.keyboard.press("Alt+t")
    rename(page, "Second")
    page.keyboard.press("Alt+t")
    rename(page, "Third")
    names = page.locator(".tab-words")
    expect(names).to_have_text(["First", "Second", "Third"])
    page.keyboard.press("Alt+1")
    expect(page.locator(".tab[data-active]")).to_contain_text("First")
    tab(page, "First").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(names).to_have_text(["Second", "First", "Third"])
    page.locator(".tab", has_text="Third").drag_to(page.locator(".tab", has_text="Second"))
    expect(names).to_have_text(["Third", "Second", "First"])

    tab(page, "First").click(button="middle")  # nothing would be lost
    expect(names).to_have_text(["Third", "Second"])
    page.locator(".tab", has_text="Second").click(button="middle")
    asked = page.get_by_role("dialog", name="Save “Second”?")
    expect(asked).to_be_visible()
    page.keyboard.press("Escape")
    expect(asked).not_to_be_visible()
    expect(names).to_have_text(["Third", "Second"])
    page.keyboard.press("Alt+w")
    asked.get_by_role("button", name="Close without saving").click()
    expect(names).to_have_text(["Third"])
    page.keyboard.press("Alt+Shift+t")
    expect(names).to_have_text(["Third", "Second"])
    is_changed(page, "Second")


def test_work_comes_back_after_a_reload_and_after_a_crash(editor: Editor) -> None:
    page = opened(editor, named("Draft"))
    rename(page, "Draft, changed")
    page.keyboard.press("Alt+t")
    rename(page, "Another")
    drafted(page, "Another")
    page.reload()
    is_changed(page, "Draft, changed")
    is_changed(page, "Another")
    tab(page, "Draft, changed").click()
    expect(page.locator("[data-id=sum]")).to_be_visible()
    rename(page, "Draft, later")
    page.locator("main").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+z")
    is_changed(page, "Draft, changed")

    drafted(page, "Draft, changed")
    page.close(run_before_unload=False)
    after = page.context.new_page()
    after.goto(editor.http.address)
    expect(after.locator(".tab-words")).to_have_text(["Draft, changed", "Another"])
    is_changed(after, "Another")
    is_changed(after, "Draft, changed")


def test_a_window_leaves_the_drafts_of_another_alone(editor: Editor) -> None:
    page = opened(editor, named("Mine"))
    rename(page, "Mine, changed")
    drafted(page, "Mine, changed")
    other = page.context.new_page()
    other.goto(editor.http.address)
    expect(other.locator(".tab-words")).to_have_text(["Text to image"])
    is_changed(page, "Mine, changed")


def test_closed_drafts_do_not_come_back(editor: Editor) -> None:
    page = opened(editor, named("Gone"))
    drafted(page, '"Gone"')
    page.keyboard.press("Alt+t")
    page.get_by_role("button", name="Close Gone").click()
    drafted(page, '"Gone"', wanted=False)
    page.reload()
    expect(page.locator(".tab-words")).to_have_text(["Untitled"])


def two_windows(editor: Editor) -> tuple[Page, Page, str]:
    """Two windows with the same workflow, which the first one has saved once more; the second has changes."""
    workflow = kept(editor.http, named("Shared work"))
    page = editor.page
    open_kept(page, editor.http, workflow)
    other = page.context.new_page()
    open_kept(other, editor.http, workflow)
    expect(other.get_by_text("This workflow is open in another window, too.")).to_be_visible()
    rename(other, "Named by the second")
    page.bring_to_front()
    rename(page, "Named by the first")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    other.bring_to_front()
    expect(other.get_by_text("Version 2 of this workflow was saved elsewhere.")).to_be_visible()
    other.keyboard.press("Control+s")
    conflict = other.get_by_role("dialog", name="“Named by the second” was changed elsewhere")
    expect(conflict).to_contain_text("The name “Shared work” became “Named by the first”.")
    expect(conflict).to_contain_text("The name “Shared work” became “Named by the second”.")
    assert violations(other) == []
    return page, other, workflow


def names_of_versions(http: Http, workflow: str) -> list[str]:
    found = http.get(f"/api/v1/workflows/{workflow}/versions").ok()["versions"]
    return [one["name"] for one in reversed(found)]


def test_in_a_conflict_mine_can_follow_theirs(editor: Editor) -> None:
    _, other, workflow = two_windows(editor)
    other.get_by_role("button", name="Keep mine as the next version").click()
    expect(other.get_by_text("Saved as version 3.")).to_be_visible()
    wanted = ["Shared work", "Named by the first", "Named by the second"]
    assert names_of_versions(editor.http, workflow) == wanted


def test_in_a_conflict_theirs_can_be_taken_and_mine_is_an_undo_away(editor: Editor) -> None:
    _, other, workflow = two_windows(editor)
    other.get_by_role("button", name="Take theirs").click()
    is_saved(other, "Named by the first")
    other.locator("main").click(position={"x": 5, "y": 5})
    other.keyboard.press("Control+z")
    is_changed(other, "Named by the second")
    assert names_of_versions(editor.http, workflow) == ["Shared work", "Named by the first"]


def test_in_a_conflict_mine_can_be_saved_beside_theirs(editor: Editor) -> None:
    _, other, workflow = two_windows(editor)
    other.get_by_role("button", name="Save mine as a copy").click()
    is_saved(other, "Copy of Named by the second")
    expect(other).not_to_have_url(re.compile(workflow))
    assert names_of_versions(editor.http, workflow) == ["Shared work", "Named by the first"]


@pytest.fixture(autouse=True)
def refused_saves_are_no_faults(request: pytest.FixtureRequest) -> None:
    """A browser writes every refusal of a server on its console."""
    if "editor" in request.fixturenames:
        request.getfixturevalue("editor").expect_fault("status of (412|422)")


def test_versions_are_compared_in_words_and_restored(editor: Editor) -> None:
    workflow = kept(editor.http, named("Before"))
    page = editor.page
    open_kept(page, editor.http, workflow)
    rename(page, "After")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    rename(page, "Not saved")
    page.get_by_role("button", name="main menu").click()
    page.get_by_role("menuitem", name="Versions …").click()
    versions = page.get_by_role("dialog", name="Versions of “Not saved”")
    expect(versions).to_contain_text("The name “After” became “Not saved”.")
    versions.get_by_role("button", name="Version 1").click()
    expect(versions).to_contain_text("The name “Before” became “Not saved”.")
    versions.get_by_role("button", name="Restore this version").click()
    is_saved(page, "Before")
    page.locator("main").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+z")
    is_changed(page, "Not saved")
    assert names_of_versions(editor.http, workflow) == ["Before", "After", "Before"]


def test_the_library_is_kept_in_order(editor: Editor) -> None:
    kept(editor.http, named("Tidy me"))
    page = opened(editor, named("Something"))
    page.keyboard.press("Control+o")
    library = page.get_by_role("dialog", name="Open a workflow")
    library.get_by_label("Search").fill("Tidy")

    def choose(what: str) -> None:
        library.get_by_role("button", name=re.compile("^More for (Tidy|Tidied)")).click()
        page.get_by_role("menuitem", name=what).click()

    choose("Rename")
    library.get_by_role("textbox", name="Name").fill("Tidied")
    page.keyboard.press("Enter")
    expect(library.get_by_role("button", name="Tidied", exact=True)).to_be_visible()
    choose("Tags …")
    library.get_by_role("textbox", name="Tags").fill("kept, tidied")
    page.keyboard.press("Enter")
    expect(library.get_by_role("button", name="tidied", exact=True)).to_be_visible()
    with page.expect_download() as download:
        choose("Save as a file with its lock")
    assert download.value.suggested_filename == "Tidied.json"
    assert "lock" in json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    library.get_by_label("Search").fill("Tidied")
    choose("Move to the bin")
    expect(library.get_by_role("button", name="Tidied", exact=True)).not_to_be_visible()
    library.get_by_role("tab", name="Bin").click()
    line = library.get_by_role("listitem").filter(has_text="Tidied")
    line.get_by_role("button", name="Restore").click()
    expect(line).not_to_be_visible()
    library.get_by_role("tab", name="Library").click()
    expect(library.get_by_role("button", name="Tidied", exact=True)).to_be_visible()


def test_the_newest_picture_of_a_run_stands_for_its_workflow(editor: Editor) -> None:
    workflow = kept(
        editor.http, document({"show": ("paint", {"seed": 3})}, {"picture": "show.artifact"}).as_json()
    )
    page = editor.page
    open_kept(page, editor.http, workflow)
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        page.get_by_role("button", name=re.compile("^Run")).click()
    page.keyboard.press("Control+o")
    page.get_by_role("dialog").get_by_label("Search").fill(workflow)
    assert editor.http.get(f"/api/v1/workflows/{workflow}/thumbnail").status == 200
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")  # the picture is no conflict
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()


def test_an_address_opens_what_a_job_ran(editor: Editor) -> None:
    job = editor.http.post("/api/v1/jobs", {"document": named("What ran")}).ok(202)["id"]
    editor.http.ended(job)
    page = editor.page
    page.goto(f"{editor.http.address}/?job={job}")
    tab(page, "What ran").wait_for()
    expect(page.locator("[data-id=sum]")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"\?job={job}$"))


def test_a_template_is_found_in_the_gallery_and_opens(editor: Editor) -> None:
    page = opened(editor, named("Something"))
    page.get_by_role("button", name="main menu").click()
    page.get_by_role("menuitem", name="Templates").click()
    gallery = page.get_by_role("dialog", name="Open a workflow")
    gallery.get_by_label("Search").fill("inpaint")
    gallery.get_by_role("button", name=re.compile("^Inpaint")).click()
    expect(page.locator(".tab-words")).to_have_text(["Something", "Inpaint"])
    expect(page).to_have_url(re.compile(r"\?template=inpaint$"))


def test_a_link_shows_a_workflow_to_others_who_can_copy_it(editors: Editors, toy_server: Http) -> None:
    mine = editors(toy_server)
    mine.page.add_init_script(NO_CLIPBOARD)
    open_kept(mine.page, toy_server, kept(toy_server, named("For you")))
    mine.page.get_by_role("button", name="main menu").click()
    mine.page.get_by_role("menuitem", name="Share …").click()
    sharing = mine.page.get_by_role("dialog", name="Share “For you”")
    sharing.get_by_role("button", name="Make a link").click()
    address = sharing.get_by_label("Link", exact=True).input_value()
    sharing.get_by_role("button", name="Copy link").click()
    expect(mine.page.get_by_text("The link is selected")).to_be_visible()
    assert mine.page.evaluate("() => String(getSelection())") == address

    yours = editors(toy_server)
    yours.page.goto(address)
    expect(yours.page.get_by_text("Somebody shows you this workflow.")).to_be_visible()
    expect(yours.page.locator("[data-id=sum]")).to_be_visible()
    yours.look("shared")
    yours.page.locator("[data-id=sum]").click()
    yours.page.keyboard.press("Delete")
    expect(yours.page.locator("[data-id=sum]")).to_be_visible()
    yours.page.get_by_role("button", name="Copy to my library").click()
    expect(yours.page.get_by_text("It is in your library now.")).to_be_visible()
    expect(yours.page).to_have_url(re.compile("workflow="))
    rename(yours.page, "Mine now")

    sharing.get_by_role("button", name="Revoke").click()
    expect(sharing.get_by_text("was revoked")).to_be_visible()
    late = editors(toy_server)
    late.expect_fault("status of 410")
    late.page.goto(address)
    expect(late.page.get_by_role("log")).to_contain_text("revoked")


def test_what_does_not_fit_into_the_browser_is_said_and_can_be_saved_as_a_file(editor: Editor) -> None:
    editor.page.add_init_script(NO_ROOM)
    page = opened(editor, named("Large"))
    expect(page.get_by_text("This browser has no room left for drafts.")).to_be_visible()
    editor.look("storage-full")
    rename(page, "Larger")
    with page.expect_download() as download:
        page.get_by_role("status").get_by_role("button", name="Save as a file").click()
    assert download.value.suggested_filename == "Larger.json"
    assert json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["name"] == "Larger"


FOREIGN = {"last_node_id": 1, "nodes": [{"id": 1}], "links": []}
CALLS = {"3": {"class_type": "Sampler", "inputs": {}}}


@pytest.mark.parametrize(
    ("name", "data", "size", "said"),
    [
        ("cat.png", b"meow", 0, "“cat.png” is called a picture, but what is in it is none."),
        ("large.json", b"{", 200_000_000, "“large.json” has 200 MB; a workflow file has at most 17 MB."),
        ("broken.json", b'{"latentgraph": 1,', 0, "“broken.json” is neither a picture nor JSON"),
        ("list.json", b"[1, 2]", 0, "“list.json” is JSON, but no workflow."),
        ("theirs.json", json.dumps(FOREIGN).encode(), 0, "is a workflow of another program"),
        ("calls.json", json.dumps(CALLS).encode(), 0, "is a workflow of another program"),
        ("late.json", b'{"latentgraph": 7, "nodes": {}}', 0, "newer version of Latent Graph (format 7"),
        ("cut.png", png()[:40], 0, "The picture can not be read"),
    ],
)
def test_a_file_that_is_no_workflow_is_told_what_it_is(
    editor: Editor, name: str, data: bytes, size: int, said: str
) -> None:
    page = opened(editor, named("Mine"))
    rename(page, "Mine, changed")
    drop(page, name, data, size=size)
    expect(page.get_by_role("log")).to_contain_text(said)
    is_changed(page, "Mine, changed")
    expect(page.locator(".tab")).to_have_count(1)


def test_a_workflow_comes_from_a_file_a_picture_and_a_text(editor: Editor) -> None:
    page = opened(editor, named("Mine"))
    drop(page, "sum.json", json.dumps(named("From a file")).encode(), "application/json")
    tab(page, "From a file").wait_for()
    drop(page, "sum.png", png_with_workflow(png(), named("From a picture")), "image/png")
    tab(page, "From a picture").wait_for()
    page.get_by_role("button", name="Form", exact=True).click()  # on the canvas its nodes would be pasted
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = { clipboardData: data, bubbles: true, cancelable: true };
            document.body.dispatchEvent(new ClipboardEvent("paste", event));
        }""",
        json.dumps(named("From a text")),
    )
    tab(page, "From a text").wait_for()


def test_a_picture_without_a_workflow_can_be_an_input(editor: Editor) -> None:
    page = opened(editor, named("Mine"))
    expect(page.locator(".node-card")).to_have_count(2)
    drop(page, "cat.png", png(), "image/png")
    asked = page.get_by_role("dialog", name="Use this picture?")
    expect(asked).to_contain_text("“cat.png” carries no workflow.")
    asked.get_by_role("button", name="Use as input").click()
    expect(page.locator(".node-card")).to_have_count(3)
    page.locator("main").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+z")
    expect(page.locator(".node-card")).to_have_count(2)


def test_a_document_of_unknown_packs_is_shown_and_saved_as_it_was(editor: Editor) -> None:
    strange = {"type": "far/blur", "version": 3, "inputs": {"big": 2**63, "radius": 5.0, "tiny": 1e-05}}
    afar = named(
        "From afar",
        lock={"packs": {"far": "2.1"}, "models": {}},
        future={"z": 1, "a": [1.0, {"deep": None}]},
        layout={"positions": {"one": [0, 0], "sum": [300, 0], "strange": [0, 300]}, "kept": True},
    )
    afar["nodes"]["strange"] = strange
    workflow = kept(editor.http, afar)
    before = exported(editor.http, workflow)
    page = editor.page
    open_kept(page, editor.http, workflow)
    told = page.get_by_role("dialog", name="“From afar” needs packs that are not here")
    expect(told).to_contain_text("far 2.1")
    editor.look("missing")
    assert violations(page) == []
    told.get_by_role("button", name="OK").click()
    header = page.locator("[data-id=strange] .node-header")
    box = header.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 50, steps=5)
    page.mouse.up()
    is_changed(page, "From afar")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    after = exported(editor.http, workflow)
    changes = [
        line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line.startswith(("+", "-"))
    ]
    assert changes
    assert all(re.fullmatch(r"[+-] +-?[\d.]+,?", line) for line in changes), changes
    where = [json.loads(text)["layout"]["positions"].pop("strange") for text in (before, after)]
    assert where[0] != where[1]
    page.reload()
    expect(page.locator("[data-id=strange]")).to_be_visible()
    expect(told).not_to_be_visible()  # it was said once


def token(http: Http, *scopes: str) -> str:
    text: str = http.post("/api/v1/tokens", {"owner": "ada", "scopes": list(scopes)}).ok(201)["token"]
    return text


@pytest.fixture
def stranger(editors: Editors, toy_server: Http) -> Editor:
    """The editor at another machine, which the server asks for a token."""
    editor = editors(toy_server, extra_http_headers={"X-Forwarded-For": "192.0.2.7"})
    editor.expect_fault("status of (401|403)")
    return editor


def test_signing_in_goes_on_where_the_page_was(stranger: Editor) -> None:
    workflow = kept(
        stranger.http.with_headers(Authorization=f"Bearer {token(stranger.http, 'view', 'edit')}"),
        named("Mine elsewhere"),
    )
    page = stranger.page
    page.goto(f"{stranger.http.address}/?workflow={workflow}")
    asked = page.get_by_role("dialog", name="Sign in")
    asked.get_by_label("Token").fill("lg_wrong")
    page.keyboard.press("Enter")
    expect(asked.get_by_role("alert")).not_to_be_empty()
    asked.get_by_label("Token").fill(token(stranger.http, "view", "edit"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-id=sum]")).to_be_visible()
    expect(page.get_by_text("Your token lets you look and save, not run.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Run"))).to_be_disabled()
    rename(page, "Still mine")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()

    rename(page, "Not lost")
    page.get_by_role("button", name="main menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(asked).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("The server does not know you.")).to_be_visible()
    is_changed(page, "Not lost")


def test_who_may_only_look_is_told_and_can_keep_a_file(stranger: Editor) -> None:
    page = stranger.page
    page.goto(stranger.http.address)
    page.get_by_label("Token").fill(token(stranger.http, "view"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your token lets you look, not save or run.")).to_be_visible()
    tab(page, "Text to image").wait_for()
    page.keyboard.press("Control+s")
    with page.expect_download():
        page.get_by_role("log").get_by_role("button", name="Save as a file").click()


def test_a_link_needs_no_token(stranger: Editor) -> None:
    workflow = kept(stranger.http, named("For anybody"))
    path = stranger.http.post(f"/api/v1/workflows/{workflow}/shares", {"days": 1}).ok(201)["path"]
    page = stranger.page
    page.goto(f"{stranger.http.address}/?shared={path.rsplit('/', 1)[-1]}")
    expect(page.locator("[data-id=sum]")).to_be_visible()
    expect(page.get_by_role("dialog")).not_to_be_visible()
    expect(page.get_by_role("button", name="Copy to my library")).to_be_disabled()
