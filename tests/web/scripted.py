"""Servers that do what a test says: answers in turn, connections cut after so many bytes."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

from aiohttp import web

from tests.web.http import LIMIT

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Scripted:
    """A server whose every request goes to `handler`; `seen` are method, path and headers, in order."""

    def __init__(self, handler: Handler, port: int = 0) -> None:
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self._handler, self.port = handler, port
        self._opened = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="scripted")
        self._thread.start()
        assert self._opened.wait(LIMIT)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [f"{method} {path}" for method, path, _ in self.seen]

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(LIMIT)
        assert not self._thread.is_alive()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = runner.addresses[0][1]
        self._opened.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.method, request.path_qs, dict(request.headers)))
        return await self._handler(request)


@contextmanager
def scripted(handler: Handler, port: int = 0) -> Iterator[Scripted]:
    """A scripted server, until the block is left."""
    server = Scripted(handler, port)
    try:
        yield server
    finally:
        server.close()


def in_turn(*answers: Any) -> Handler:
    """Answers one after the other, the last again and again; an answer is a response or makes one."""
    left = list(answers)

    async def handle(request: web.Request) -> web.StreamResponse:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if callable(answer):
            made: web.StreamResponse = await answer(request)
            return made
        status, body, *more = answer
        headers = more[0] if more else {}
        kind = "application/problem+json" if status >= 400 else "application/json"
        head = {"Content-Type": kind, **headers}
        return web.Response(status=status, body=json.dumps(body).encode(), headers=head)

    return handle


async def cut(request: web.Request) -> web.StreamResponse:
    """Take the request, and end the connection without an answer."""
    await request.read()
    assert request.transport is not None
    request.transport.abort()
    raise asyncio.CancelledError


def refusal(status: int, code: str = "why", **more: Any) -> dict[str, Any]:
    """The body of a problem."""
    return {
        "type": f"urn:latentgraph:problem:{code}",
        "title": "T",
        "status": status,
        "detail": f"It is {code}.",
        "code": code,
        **more,
    }


def job(**more: Any) -> dict[str, Any]:
    """A job as the server tells it."""
    return {
        "id": "job-0123456789abcdef",
        "status": "queued",
        "name": "a job",
        "owner": "",
        "priority": 0,
        "paused": False,
        "cancel_asked": False,
        "attempts": 0,
        "submitted": "2026-01-01T00:00:00Z",
        **more,
    }


class Cutter:
    """A proxy on a port of its own that cuts each of its first connections after so many bytes of answer.

    `target` may be set to another port, as after a server's restart, or to None: nobody is there.
    """

    def __init__(self, port: int, *cuts: int) -> None:
        self.target: int | None = port
        self._cuts = list(cuts)
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="cutter", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(LIMIT)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            left = self._cuts.pop(0) if self._cuts else None
            try:
                if self.target is None:
                    raise OSError("nobody is there")
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            threading.Thread(target=_pump, args=(near, far, None), daemon=True).start()
            threading.Thread(target=_pump, args=(far, near, left), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, left: int | None) -> None:
    with suppress(OSError):
        while piece := source.recv(4096):
            if left is not None and len(piece) >= left:
                sink.sendall(piece[:left])
                break
            left = None if left is None else left - len(piece)
            sink.sendall(piece)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@contextmanager
def cutter(port: int, *cuts: int) -> Iterator[Cutter]:
    """A cutting proxy, until the block is left."""
    proxy = Cutter(port, *cuts)
    try:
        yield proxy
    finally:
        proxy.close()
