"""People for tests: tokens, and what is sent byte for byte."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterable

from tests.web.conftest import Running
from tests.web.http import LIMIT, Http, Reply
from web.service.person import Scope

EVERYWHERE = "0.0.0.0"  # a setting: the tests' servers are at 127.0.0.1 all the same


def token(server: Running, owner: str, *scopes: Scope, days: float | None = None) -> str:
    """The text of a new token."""
    return server.service.people.tokens.create(owner, scopes, days=days)[1]


def as_person(server: Running, owner: str, *scopes: Scope) -> Http:
    """A client that shows a new token."""
    return with_token(server.http, token(server, owner, *scopes))


def with_token(http: Http, text: str) -> Http:
    """A client that shows a token."""
    return http.with_headers(Authorization=f"Bearer {text}")


class Wire:
    """A connection on which a test says what is sent."""

    def __init__(self, http: Http) -> None:
        self._socket = socket.create_connection((http.host, http.port), LIMIT)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> Wire:
        self._socket.sendall(data)
        return self

    def end(self) -> Wire:
        """Say that nothing more comes."""
        self._socket.shutdown(socket.SHUT_WR)
        return self

    def line(self) -> bytes:
        """The next line that comes."""
        found = b""
        while not found.endswith(b"\r\n"):
            piece = self._socket.recv(1)
            assert piece, found
            found += piece
        return found.removesuffix(b"\r\n")

    def rest(self) -> bytes:
        """All that comes until the server closes."""
        found = b""
        while piece := self._socket.recv(65536):
            found += piece
        return found

    def reply(self) -> Reply:
        """The next answer."""
        answer = http.client.HTTPResponse(self._socket)
        answer.begin()
        return Reply(answer.status, answer.headers, answer.read())  # type: ignore[arg-type]


def head(method: str, path: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """A request's head, with these headers and no others."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode()


def raw(http: Http, method: str, path: str, *headers: tuple[str, str], body: bytes = b"") -> Reply:
    """The answer to a request with these headers and no others."""
    with Wire(http) as wire:
        return wire.send(head(method, path, headers) + body).reply()
