"""The browser that the tests drive: the system's Chromium, or the one that Playwright brought."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
WAY_OUT = (
    "Install one (on Debian: sudo apt install chromium), or name yours: LATENTGRAPH_CHROMIUM=/path/to/it."
)


def lacking(what: str) -> None:
    """Leave a test out for want of something; where LATENTGRAPH_BROWSER is `required`, as in CI, fail."""
    if os.environ.get("LATENTGRAPH_BROWSER") == "required":
        pytest.fail(what)
    pytest.skip(what)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window, until the block is left."""
    with sync_playwright() as playwright:
        named = os.environ.get("LATENTGRAPH_CHROMIUM")
        own = playwright.chromium.executable_path
        path = named or next(filter(None, map(shutil.which, NAMES)), own)
        if not os.path.exists(path):
            lacking(f"There is no browser for these tests. {WAY_OUT}")
        sandbox = os.geteuid() != 0  # Chromium has none for the superuser
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=sandbox)
        yield browser
        browser.close()
