"""A real server over the toy pack and the rough one: its sockets, its workers, its files."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from graph_engine.workers.supervision import Supervision
from tests.graph_engine.conftest import RESOURCES, document, link
from tests.web.http import LIMIT, Http
from web.api.app import make_app
from web.api.connections import Runner
from web.service.service import Service
from web.service.settings import ServerSettings

ROUGH = RESOURCES / "rough"
sys.path.insert(0, str(ROUGH))

__all__ = ["Running", "document", "link"]

QUICK = Supervision(grace=10.0, backoff=0.05)
NO_EDITOR = Path("/nonexistent/client")  # whether one is built in this checkout is no matter of these tests


class Running:
    """A server in a thread of its own, with an event loop of its own."""

    def __init__(
        self, settings: ServerSettings, supervision: Supervision = QUICK, built: Path = NO_EDITOR
    ) -> None:
        self.settings = settings
        self._built = built
        self._supervision = supervision
        self._opened = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="server under test")
        self._thread.start()
        assert self._opened.wait(LIMIT)
        if self._failed is not None:
            self._thread.join()
            raise self._failed

    def close(self) -> None:
        """End it, and wait for its end."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(LIMIT)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failed = error
            self._opened.set()

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with Service(self.settings, self._supervision) as self.service:
            runner = Runner(make_app(self.service, self._built), self.settings, closing_seconds=1.0)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            self.http = Http(host, port, {})
            self._opened.set()
            await self._stop.wait()
            await self.service.hub.close()
            await runner.cleanup()


@contextmanager
def running(
    data: Path, supervision: Supervision = QUICK, built: Path = NO_EDITOR, **settings: Any
) -> Iterator[Running]:
    """A server on a data folder, until the block is left."""
    given = {"device": "cpu", "cpu_slots": 1, "host": "127.0.0.1", **settings}
    server = Running(ServerSettings(data=data, **given), supervision, built)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests that leave it as it was, but for jobs of their own."""
    with running(tmp_path_factory.mktemp("server") / "data") as server:
        yield server


@pytest.fixture
def http(shared_server: Running) -> Http:
    """The shared server's address."""
    return shared_server.http


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts servers of one's own on one data folder, one after the other."""
    started: list[Running] = []

    def start(supervision: Supervision = QUICK, **settings: Any) -> Running:
        given = {"device": "cpu", "cpu_slots": 1, "host": "127.0.0.1", **settings}
        started.append(Running(ServerSettings(data=tmp_path / "data", **given), supervision))
        return started[-1]

    yield start
    for server in started:
        server.close()


def two_nodes(value: int = 1) -> dict[str, Any]:
    """A document of two nodes, with an input and an output."""
    return document(
        {"one": ("number", {"value": value}), "sum": ("add", {"a": link("one.integer"), "b": 1})},
        outputs={"sum": "sum.integer"},
        inputs={"value": "one.value"},
    ).as_json()
