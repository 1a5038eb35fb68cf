"""Connections: how many may be open, how long a request's head may take, what is said of what is no request.

What a body may take is in `routing`; what is here happens before there is a request.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from http import HTTPStatus
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import RequestHandler

from web.api.guard import SECURITY
from web.api.problems import Refused, problem_response
from web.service.settings import ServerSettings

log = logging.getLogger(__name__)

IDLE_SECONDS = 30.0  # after which a connection that asks nothing is closed
LINGER_SECONDS = 10.0  # that a client which is refused may still send its body before it must hear the answer
LEAVING_SECONDS = 2.0  # that a connection which is told to go has to hear it
MOST_LEAVING = 256  # of those at once; more are closed without a word
SPARE_FILES = 512  # for all that is no connection


class Runner(web.AppRunner):
    """Runs an application over connections that are bounded."""

    def __init__(self, app: web.Application, settings: ServerSettings, *, closing_seconds: float) -> None:
        super().__init__(
            app,
            handle_signals=False,
            access_log=None,
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=LINGER_SECONDS,
            shutdown_timeout=closing_seconds,
            auto_decompress=False,
        )
        self._settings = settings

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(made, self._settings)


class _Server(web.Server):
    """Makes the connections, and counts them."""

    def __init__(self, made: web.Server, settings: ServerSettings) -> None:
        super().__init__(made.request_handler, request_factory=made.request_factory, **made._kwargs)
        self.bound = _room_for(settings.connections)
        self.header_seconds = settings.header_seconds
        self.open = self.leaving = 0

    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(RequestHandler):
    """One connection."""

    def __init__(self, server: _Server, **options: Any) -> None:
        super().__init__(server, **options)
        self._server = server
        self._refused = False
        self._body: StreamReader | None = None  # of the request whose head came last
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection, or say that there are too many."""
        if self._server.open < self._server.bound:
            self._server.open += 1
            super().connection_made(transport)
            return
        self._refused = True
        self._server.leaving += 1
        assert isinstance(transport, asyncio.Transport)
        if self._server.leaving > MOST_LEAVING:
            transport.abort()
            return
        refused = Refused(
            503,
            "too_many_connections",
            f"{self._server.bound:,} connections are open, and not more may be. Try again in a moment.",
            headers={"Retry-After": "2"},
        )
        transport.write(_bare(refused))
        if transport.can_write_eof():
            transport.write_eof()  # what the client sends is still read, or it would not hear the answer
        self._loop.call_later(LEAVING_SECONDS, transport.close)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget a connection."""
        if self._refused:
            self._server.leaving -= 1
            return
        self._stop_timer()
        self._server.open -= 1
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; a head that has begun has so long to end."""
        if self._refused:
            return
        count = self._request_count
        super().data_received(data)
        if self._request_count != count:
            self._stop_timer()
            self._body = self._messages[-1][1] if self._messages else None
        elif (
            data
            and self._timer is None
            and not self._upgraded
            and (self._body is None or self._body.is_eof())
        ):
            self._timer = self._loop.call_later(self._server.header_seconds, self._too_slow)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Say as a problem what the parser refuses, and end the connection.

        Nothing of what came is told or logged: it may hold a token.
        """
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun already")
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("A request from %s failed.", request.remote, exc_info=exc)
        response = problem_response(_of_parser(status, exc), _mark())
        response.headers.update(SECURITY)
        response.headers["Connection"] = "close"
        response.force_close()
        return response

    def _too_slow(self) -> None:
        self._timer = None
        if self._waiter is None or self._waiter.done():  # a request is worked on; its answer comes first
            self._timer = self._loop.call_later(self._server.header_seconds, self._too_slow)
            return
        if self.transport is not None:
            text = f"The request's head did not come within {self._server.header_seconds:g} s. Send it again."
            self.transport.write(_bare(Refused(408, "too_slow", text)))
        self.force_close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _of_parser(status: int, error: BaseException | None) -> Refused:
    if isinstance(error, LineTooLong) or "Too many headers" in str(error):
        text = "The request's head is too large: 8,190 bytes a line and 128 lines are read."
        return Refused(431, "head_too_large", text)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return Refused(500, "internal", "Something went wrong inside Latent Graph. The log has it.")
    return Refused(400, "bad_request", "That is no request of HTTP/1.1 that can be read.")


def _bare(refused: Refused) -> bytes:
    """A whole answer, for a connection on which there is no request."""
    response = problem_response(refused, _mark())
    body = response.body
    assert isinstance(body, bytes)
    headers = {**response.headers, **SECURITY, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"HTTP/1.1 {refused.status} {HTTPStatus(refused.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _mark() -> str:
    return secrets.token_hex(8)


def _room_for(connections: int) -> int:
    """As many of these connections as one process may have; the system is asked for more if need be."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_FILES
    if resource.RLIM_INFINITY not in (soft, hard) and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
        soft = min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    bound = max(16, soft - SPARE_FILES)
    log.warning("Only %d connections can be open, for one process may have %d files open.", bound, soft)
    return bound
