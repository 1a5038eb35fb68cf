"""A plain HTTP client for tests: one request, one answer, nothing hidden."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LIMIT = 120.0  # seconds that a test waits for what must come


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def ok(self, status: int = 200) -> Any:
        """The JSON of an answer that must have this status."""
        assert self.status == status, f"{self.status}: {self.body[:2000]!r}"
        return self.json if self.body else None

    def refused(self, status: int, code: str = "") -> Any:
        """The problem of an answer that must be one."""
        assert self.status == status, f"{self.status}: {self.body[:2000]!r}"
        assert self.headers["Content-Type"] == "application/problem+json"
        problem = self.json
        assert problem["status"] == status
        assert problem["detail"]
        assert code in ("", problem["code"]), problem
        return problem


@dataclass(frozen=True)
class Event:
    """A server-sent event."""

    id: str
    kind: str
    data: Any


@dataclass(frozen=True)
class Http:
    """A server's address, and headers that every request has."""

    host: str
    port: int
    headers: Mapping[str, str]

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def with_headers(self, **headers: str) -> Http:
        """The same with more headers; an underscore stands for a hyphen."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return Http(self.host, self.port, {**self.headers, **more})

    def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send a request; a body that is not bytes is sent as JSON."""
        sent = {**self.headers, **(headers or {})}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(self.host, self.port, timeout=LIMIT)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())  # type: ignore[arg-type]
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.request("GET", path, None, {k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.request("POST", path, body, {k.replace("_", "-"): v for k, v in headers.items()})

    def delete(self, path: str) -> Reply:
        return self.request("DELETE", path)

    def events(self, path: str, **headers: str) -> Iterator[Event]:
        """The events of a stream, until it ends or is no longer wanted."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=LIMIT)
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            connection.request("GET", path, None, sent)
            answer = connection.getresponse()
            assert answer.status == 200, f"{answer.status}: {answer.read()[:2000]!r}"
            fields: dict[str, str] = {}
            while line := answer.readline():
                text = line.decode().rstrip("\n")
                if text:
                    name, _, value = text.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    yield Event(fields.get("id", ""), fields.get("event", ""), json.loads(fields["data"]))
                    fields = {}
                else:
                    fields = {}
        finally:
            connection.close()

    def ended(self, job: str) -> Any:
        """A job when it has ended."""
        begun = time.monotonic()
        while True:
            found = self.get(f"/api/v1/jobs/{job}").ok()
            if found["status"] in ("done", "failed", "cancelled"):
                return found
            assert time.monotonic() - begun < LIMIT, f"waited for nothing: {found}"
            time.sleep(0.01)
