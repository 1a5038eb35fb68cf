"""Fixtures of the browser tests: a real server, a real browser, and the editor in it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.accessibility import AXE
from tests.e2e.chromium import chromium, lacking
from tests.e2e.editor import Editor
from tests.web.http import Http
from tests.web.process import Process
from web.api.pages.editor import BUILT

HERE = Path(__file__).parent
SECONDS = 30.0  # that a page may take for what a test waits for
FAILED = pytest.StashKey[bool]()

Editors = Callable[..., Editor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser; one a module, because Playwright's event loop would be in the way of other tests' own."""
    if not (BUILT / "index.html").is_file():
        lacking("The editor is not built; scripts/setup builds it.")
    if not AXE.is_file():
        lacking("The client's packages are not installed; scripts/client_packages does that.")
    expect.set_options(timeout=SECONDS * 1000)
    with chromium() as found:
        yield found


def serving(data: Path, **given: Any) -> Iterator[Http]:
    """A server in a process of its own, until it is not needed any more; it must end well."""
    process = Process(data, "--port", "0", **given)
    yield process.http
    process.signal(signal.SIGTERM)
    assert process.ended() == 0, process.said


@pytest.fixture(scope="session")
def toy_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Http]:
    """A server that has the toy nodes besides the built-in ones; for tests that do not mind each other."""
    yield from serving(tmp_path_factory.mktemp("toys") / "data")


@pytest.fixture(scope="session")
def embedded_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Http]:
    """A server as it is installed, with the embedded model."""
    yield from serving(tmp_path_factory.mktemp("embedded") / "data", packs=())


@pytest.fixture
def editors(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Editors]:
    """Opens pages on a server, each as in a browser of its own; options are a Playwright context's."""
    folder = Path(os.environ.get("LATENTGRAPH_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    opened: list[Editor] = []

    def make(http: Http, **options: Any) -> Editor:
        usual = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", "reduced_motion": "reduce"}
        context = browser.new_context(**{**usual, **options})
        context.set_default_timeout(SECONDS * 1000)
        opened.append(Editor(context.new_page(), http, folder))
        return opened[-1]

    yield make
    for number, editor in enumerate(opened):
        if request.node.stash.get(FAILED, False) and not editor.page.is_closed():
            print(f"The page when the test failed: {editor.screenshot(f'{request.node.name}-{number}')}")
        editor.page.context.close()
        editor.check()


@pytest.fixture
def editor(editors: Editors, toy_server: Http) -> Editor:
    """The editor over the toy nodes; `open` it first."""
    return editors(toy_server)


@pytest.fixture
def embedded_editor(editors: Editors, embedded_server: Http) -> Editor:
    """The editor over the built-in nodes and the embedded model; `open` it first."""
    return editors(embedded_server)
