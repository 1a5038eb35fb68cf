"""One server and how it is talked to: the token, tries again, problems as errors, no foreign host."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar
from urllib.parse import urljoin

import aiohttp
from pydantic import BaseModel, ValidationError
from yarl import URL

from web.client.errors import AnswerLost, BadCall, ProblemError, ServerAway, UnexpectedAnswer
from web.client.waiting import FIRST_CONTACT, Waiting, retry_after
from web.models.problems import MEDIA_TYPE, ProblemView

V = TypeVar("V", bound=BaseModel)

Repeat: TypeAlias = Literal["always", "unsent"]
"""`always`: asking twice does no harm. `unsent`: again only where the first asking was certainly not done."""

Query: TypeAlias = Mapping[str, Any]
Body: TypeAlias = Callable[[], Any]
"""Makes a body anew for each try."""

CONNECT_SECONDS = 10.0
SILENT_SECONDS = 45.0  # a stream says something every 15 seconds, if only that it is there
REDIRECTS = 5
GONE = (502, 503, 504)
REDIRECTED = (301, 302, 303, 307, 308)
BROKEN = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass
class Sends:
    """How often a request was sent: aiohttp sends one again itself where a kept connection was closed."""

    count: int = 0


@dataclass(frozen=True)
class Answer:
    """A whole answer, to a request that was sent `tries` times."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    tries: int = 1
    path: str = ""  # that answered, which is another one after a redirect


class Transport:
    """The address and the token of a server. It never sends either elsewhere."""

    def __init__(self, address: str, token: str | None, timeout: float, patience: float) -> None:
        self.base = _address(address)
        self.patience = patience
        self._headers = {"Accept": f"application/json, {MEDIA_TYPE}, */*"}
        if token:
            self._headers["Authorization"] = f"Bearer {_token(token)}"
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self._known = False  # whether the server has ever answered

    @property
    def session(self) -> aiohttp.ClientSession:
        """The connections, opened on first use."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[_counted()],
                connector=aiohttp.TCPConnector(limit=0),  # streams stay open, and hold no request up
            )
        return self._session

    @property
    def headers(self) -> Mapping[str, str]:
        """What every request says."""
        return self._headers

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def waiting(self) -> Waiting:
        """Patience for one request or one stream."""
        return Waiting(self.patience if self._known else min(self.patience, FIRST_CONTACT))

    def url(self, path: str, query: Query | None = None) -> URL:
        """The whole address of a path."""
        return URL(f"{self.base}{path}", encoded=True).with_query(_pairs(query or {}))

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Any = None,
        data: Body | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: Repeat = "always",
        timeout: float | None = None,
        accepted: tuple[int, ...] = (),
    ) -> Answer:
        """Ask, as often as is right, and read the whole answer; `body` is sent as JSON.

        Raises `ProblemError`, unless its status is among `accepted`, `ServerAway` and `AnswerLost`.
        """
        waiting, sends = self.waiting(), Sends()
        sent = dict(headers or {})
        if body is not None:
            content = _json(body)
            sent["Content-Type"] = "application/json"
            data = lambda: content  # noqa: E731
        while True:
            try:
                async with self.opened(method, path, query, data, sent, timeout, sends=sends) as response:
                    found = Answer(
                        response.status,
                        response.headers,
                        await response.read(),
                        sends.count,
                        response.url.path,
                    )
            except BROKEN as error:
                if repeat != "always" and not isinstance(error, aiohttp.ClientConnectorError):
                    raise self._lost(_reason(error)) from error
                if not await waiting.again():
                    raise self.away(error) from error
                continue
            again = found.status == 429 or (repeat == "always" and found.status in GONE)
            if again and await waiting.again(retry_after(found.headers.get("Retry-After"))):
                continue
            if found.status < 400 or found.status in accepted:
                return found
            if found.status == 412 and sends.count > 1:  # the first sending may have made it another one
                raise self._lost("it was sent twice")
            raise self.refusal(found.status, found.headers, found.body)

    async def view(self, cls: type[V], method: str, path: str, **options: Any) -> V:
        """Ask, and read the answer as a model."""
        found = await self.request(method, path, **options)
        return self.read(cls, found.body)

    async def json(self, method: str, path: str, **options: Any) -> Any:
        """Ask, and read the answer as JSON; None where there is none."""
        found = await self.request(method, path, **options)
        try:
            return json.loads(found.body) if found.body else None
        except ValueError as error:
            raise self.foreign() from error

    async def delete(
        self, path: str, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Ask for something to be deleted. Gone at the second try means that the first did it."""
        found = await self.request("DELETE", path, query=query, headers=headers, accepted=(404, 410))
        if found.status >= 400 and found.tries <= 1:
            raise self.refusal(found.status, found.headers, found.body)

    def read(self, cls: type[V], body: bytes | str) -> V:
        """An answer as a model. Raises `UnexpectedAnswer`."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise self.foreign() from error

    @asynccontextmanager
    async def opened(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        data: Body | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        *,
        stream: bool = False,
        sends: Sends | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One try: the answer with its body still to come. Redirects are followed on this server only."""
        url = self.url(path, query)
        limit = aiohttp.ClientTimeout(
            total=None if stream else timeout or self._timeout,
            sock_connect=CONNECT_SECONDS,
            sock_read=SILENT_SECONDS if stream else None,
        )
        for _ in range(REDIRECTS):
            async with self.session.request(
                method,
                url,
                data=None if data is None else data(),
                headers={**self._headers, **(headers or {})},
                allow_redirects=False,
                timeout=limit,
                trace_request_ctx=sends,
            ) as response:
                self._known = True
                if response.status not in REDIRECTED:
                    yield response
                    return
                url = self._led(method, response)
        raise UnexpectedAnswer(f"{self.base} leads from one address to the next without an end.")

    def _led(self, method: str, response: aiohttp.ClientResponse) -> URL:
        target = URL(urljoin(str(response.url), response.headers.get("Location", "")))
        if target.origin() != self.base.origin():
            raise UnexpectedAnswer(
                f"{self.base} leads to another server, {target.origin()}. Nothing was sent there; "
                "if it is meant, give that address."
            )
        if method not in ("GET", "HEAD") and response.status not in (307, 308):
            raise UnexpectedAnswer(f"{self.base} leads a {method} elsewhere ({response.status}).")
        return target

    async def refused(self, response: aiohttp.ClientResponse) -> ProblemError | UnexpectedAnswer:
        """The error that an open answer means."""
        return self.refusal(response.status, response.headers, await response.read())

    def refusal(
        self, status: int, headers: Mapping[str, str], body: bytes
    ) -> ProblemError | UnexpectedAnswer:
        """The error that an answer means."""
        if headers.get("Content-Type", "").partition(";")[0] == MEDIA_TYPE:
            return ProblemError(self.read(ProblemView, body))
        return UnexpectedAnswer(
            f"{self.base} answers {status}, and not as a Latent Graph server would. Something stands "
            "in between, or another program is there."
        )

    def _lost(self, reason: str) -> AnswerLost:
        return AnswerLost(
            f"The connection to {self.base} broke before it answered ({reason}). "
            "Look whether it was done before you ask again."
        )

    def foreign(self) -> UnexpectedAnswer:
        """The error for an answer that nothing here understands."""
        return UnexpectedAnswer(
            f"{self.base} answers what this version does not understand: it is another program, "
            "or a server of another version."
        )

    def away(self, error: BaseException) -> ServerAway:
        """The error for a server that does not answer."""
        if self._known:
            return ServerAway(
                f"{self.base} has not answered for {self.patience:g} seconds ({_reason(error)}). What it has "
                "accepted is kept, and goes on when it is back."
            )
        return ServerAway(
            f"No server answers at {self.base} ({_reason(error)}). `latentgraph serve` starts one on this "
            "machine; check host and port if it is elsewhere."
        )


def _counted() -> aiohttp.TraceConfig:
    """What counts how often a request is sent."""

    async def count(_: aiohttp.ClientSession, context: Any, sent: Any) -> None:
        if isinstance(context.trace_request_ctx, Sends):
            context.trace_request_ctx.count += 1

    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(count)
    return config


def _address(text: str) -> URL:
    """The address of a server without a slash at its end. Raises `BadCall`."""
    given = text.strip()
    try:
        url = URL(given if "://" in given else f"http://{given}")
        good = url.scheme in ("http", "https") and bool(url.host) and not (url.query_string or url.fragment)
    except ValueError:
        good = False
    if not good:
        raise BadCall(f"'{text}' is no address of a server; one is http://127.0.0.1:8188.")
    if url.user or url.password:
        raise BadCall("The address holds a name or a password; a token is given apart from it.")
    return URL(str(url).rstrip("/"))


def _token(token: str) -> str:
    if not (token.isascii() and token.isprintable()) or " " in token.strip():
        raise BadCall("The token holds what no token holds: spaces, line ends or other letters.")
    return token.strip()


def _pairs(query: Query) -> list[tuple[str, str]]:
    pairs = []
    for name, value in query.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if one is not None:
                pairs.append((name, str(one).lower() if isinstance(one, bool) else str(one)))
    return pairs


def _json(body: Any) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise BadCall(f"This can not be said in JSON: {error}.") from error


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return "it took too long"
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error.strerror or str(error.os_error)
    return str(error) or type(error).__name__
