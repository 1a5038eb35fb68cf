"""The editor in a browser, as a test drives it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Route

from tests.web.http import Http

FIRST = "/api/v1/templates/text_to_image"  # the document that the editor opens when it starts


@dataclass
class Editor:
    """A page, the server that it is from, and what went wrong on it."""

    page: Page
    http: Http
    folder: Path
    faults: list[str] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"{error}\n{error.stack}"))

    def open(self, document: Mapping[str, Any] | None = None) -> Page:
        """Load the editor, with this document in place of the default template."""
        if document is not None:
            view = {**self.http.get(FIRST).ok(), "document": document}
            asked = re.compile(f"{re.escape(FIRST)}(\\?.*)?$")  # in any language
            self.page.route(asked, lambda route: _answer(route, view))
        self.page.goto(self.http.address)
        self.page.locator(".app[data-ready]").wait_for()
        return self.page

    def expect_fault(self, pattern: str) -> None:
        """Errors on the console that a test brings about, such as those of a server that is gone."""
        self._expected.append(re.compile(pattern))

    def look(self, name: str) -> None:
        """Keep a picture of the page for people, where LATENTGRAPH_SCREENSHOTS names a folder for them."""
        if "LATENTGRAPH_SCREENSHOTS" in os.environ:
            self.screenshot(name)

    def screenshot(self, name: str) -> Path:
        """A picture of the page: in LATENTGRAPH_SCREENSHOTS, or the test's own folder."""
        path = self.folder / f"{name}.png"
        self.page.screenshot(path=path, animations="disabled")
        return path

    def check(self) -> None:
        """Fail where something went wrong on the page: an error on its console, a script, its policy."""
        surprising = [one for one in self.faults if not any(known.search(one) for known in self._expected)]
        assert not surprising, "\n".join(surprising)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"{message.text} ({message.location.get('url', '')})")


def _answer(route: Route, view: Mapping[str, Any]) -> None:
    route.fulfill(json=view)
