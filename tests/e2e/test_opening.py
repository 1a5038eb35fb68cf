"""The editor opens: from an empty browser, and with a document of one's own."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.editor import Editor
from tests.web.conftest import two_nodes


def test_the_page_opens_and_nothing_is_wrong_with_it(editor: Editor) -> None:
    page = editor.open()
    expect(page).to_have_title(re.compile("Latent Graph"))
    expect(page.locator("#app")).not_to_be_empty()


def test_a_document_opens_with_its_nodes(editor: Editor) -> None:
    page = editor.open(two_nodes())
    for node in ("one", "sum"):
        expect(page.locator(f"[data-id={node}]")).to_be_visible()


def test_the_page_knows_which_client_the_server_serves(editor: Editor) -> None:
    page = editor.open()
    mine = page.locator('meta[name="latentgraph-client"]').get_attribute("content")
    assert mine == editor.http.get("/api/v1/server").headers["X-Latentgraph-Client"]


def test_the_policy_lets_the_page_hear_events_and_run_no_inline_script(editor: Editor) -> None:
    page = editor.open()
    heard = page.evaluate(
        """() => new Promise((resolve) => {
            const socket = new WebSocket(location.origin.replace("http", "ws") + "/api/v1/events");
            socket.onmessage = (event) => { resolve(JSON.parse(event.data)[0].kind); socket.close(); };
            socket.onerror = () => resolve("refused");
        })"""
    )
    assert heard == "hello"
    editor.expect_fault("Content Security Policy")
    ran = page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.head.append(script);
            return Boolean(window.ran);
        }"""
    )
    assert ran is False
