"""Routes: what an address takes and gives, said once, for the handler and for the OpenAPI document alike."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from aiohttp import HttpVersion11, web
from pydantic import BaseModel, ValidationError

from graph_engine.declaration.fields import CONTROL_NAME
from graph_engine.packs.texts import LANGUAGE
from graph_engine.problem import Problem
from web.api.problems import Refused, faults_of
from web.service.person import Person, Scope
from web.service.service import Service

SERVICE: web.AppKey[Service] = web.AppKey("service", Service)

# What is known of a request while it is answered, for the log.
REQUEST = web.RequestKey("request", str)  # its id
PERSON = web.RequestKey("person", Person)  # who asks, once that is known
CODE = web.RequestKey("code", str)  # why it was refused
JOB = web.RequestKey("job", str)  # the job that it made
ASKED_FOR = web.RequestKey("asked_for", bool)  # the client was told to send its body
STREAMS = web.RequestKey("streams", bool)  # the answer goes on for as long as the client likes

Method: TypeAlias = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
JSON = "application/json"

LARGE = 64 * 1024  # bytes; more JSON than this is not read on the event loop
MOST_FAULTS = 1000  # of a body; to make and send more holds others up
PIECE_SECONDS = 20.0  # within which the next piece of a body must come
SLOWEST = 16 * 1024  # bytes a second that a body must come with, in the long run

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

PATH_PARTS = {
    "job": (r"job-[0-9a-f]{16}", "job-0123456789abcdef"),
    "digest": (r"[0-9a-f]{64}", "0" * 64),
    "webhook": (r"wh-[0-9a-f]{16}", "wh-0123456789abcdef"),
    "delivery": (r"msg-[0-9a-f]{32}", "msg-" + "0" * 32),
    "workflow": (r"wf-[0-9a-f]{16}", "wf-0123456789abcdef"),
    "version": (r"[1-9][0-9]{0,8}", "1"),
    "before": (r"[1-9][0-9]{0,8}", "1"),
    "after": (r"[1-9][0-9]{0,8}", "2"),
    "share": (r"sh-[0-9a-f]{16}", "sh-0123456789abcdef"),
    "link": (r"sh-[0-9a-f]{16}-[A-Za-z0-9_-]{43}", "sh-0123456789abcdef-" + "A" * 43),
    "template": (r"[A-Za-z0-9_-]{1,100}(?:\.[A-Za-z0-9_-]{1,100})?", "text_to_image"),
    "language": (LANGUAGE, "ko"),
    "control": (CONTROL_NAME, "knob"),
    "token": (r"[0-9a-f]{12}", "0123456789ab"),
    "pack": (r"[^/]{1,300}", "core"),
    "node": (r"[^/]{1,300}", "load_bundle"),
    "input": (r"[^/]{1,300}", "name"),
}
"""The parts of a path by name: what they look like, and an example. Anything else is not found."""


@dataclass(frozen=True)
class Content:
    """Bytes that are no JSON, sent or answered: their media types."""

    media_types: tuple[str, ...]
    description: str = ""


Answer: TypeAlias = "type[BaseModel] | Content | None"


@dataclass(frozen=True)
class Reply:
    """What a handler gives: a model becomes JSON; a finished response goes as it is."""

    content: BaseModel | web.StreamResponse | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request, read and checked."""

    request: web.Request
    service: Service
    person: Person
    parts: Mapping[str, str]
    query: Any = None
    body: Any = None


Handler: TypeAlias = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True)
class Route:
    """An address and what it takes and gives. `scope` None: anybody may ask."""

    method: Method
    path: str
    handler: Handler
    scope: Scope | None
    query: type[BaseModel] | None = None
    body: type[BaseModel] | Content | None = None
    answers: Mapping[int, Answer] = field(default_factory=dict)
    refusals: tuple[int, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)  # request headers that it reads, and what for
    tag: str = ""

    @property
    def name(self) -> str:
        """The operation's name, the same in OpenAPI and in logs."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (self.handler.__doc__ or "").strip().partition("\n")[0].removesuffix(".")

    @property
    def description(self) -> str:
        """The rest of the handler's docstring."""
        _, _, rest = (self.handler.__doc__ or "").strip().partition("\n")
        return re.sub(r"\n +", "\n", rest).strip()

    @property
    def part_names(self) -> list[str]:
        """The names of the parts of the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def pattern(self) -> str:
        """The path as aiohttp matches it."""
        return re.sub(r"{(\w+)}", lambda found: f"{{{found[1]}:{PATH_PARTS[found[1]][0]}}}", self.path)


class Routes:
    """The routes of one family of addresses: one file in `web.api` makes one."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.routes: list[Route] = []

    def add(self, method: Method, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare the decorated handler; the options are the fields of `Route`."""

        def declare(handler: Handler) -> Handler:
            self.routes.append(Route(method, path, handler, tag=self.tag, **options))
            return handler

        return declare


async def read_call(route: Route, request: web.Request, person: Person) -> Call:
    """Read and check all that a request gives. Raises `Refused`."""
    service = request.app[SERVICE]
    query = _read_query(route, request)
    body = await _read_body(route, request, service) if isinstance(route.body, type) else None
    return Call(request, service, person, dict(request.match_info), query, body)


def _read_query(route: Route, request: web.Request) -> BaseModel | None:
    given: dict[str, Any] = {}
    fields = route.query.model_fields if route.query else {}
    for name in request.query:
        values = request.query.getall(name)
        many = name in fields and _takes_many(fields[name].annotation)
        if len(values) > 1 and not many:
            fault = Problem("repeated", f"'{name}' is there {len(values)} times; once is wanted.", input=name)
            raise Refused(422, "invalid_query", "The query gives one name twice.", faults=[fault])
        given[name] = values if many else values[0]
    if route.query is None:
        if given:
            faults = [Problem("form", "there is no such field here.", input=name) for name in given]
            raise Refused(422, "invalid_query", "This address takes no query.", faults=faults)
        return None
    try:
        return route.query.model_validate(given)
    except ValidationError as error:
        faults = faults_of(error)
        raise Refused(422, "invalid_query", "The query does not fit this address.", faults=faults) from error


def _takes_many(annotation: Any) -> bool:
    return "list[" in str(annotation) or "tuple[" in str(annotation)


async def _read_body(route: Route, request: web.Request, service: Service) -> BaseModel:
    assert isinstance(route.body, type)
    kind = request.content_type
    data = await read_bytes(request, service.settings.json_limit)
    if data and kind != JSON and not kind.endswith("+json"):
        raise Refused(415, "unsupported_media_type", f"The body is '{kind}'; {JSON} is wanted.")
    if not data:
        raise Refused(400, "no_body", f"There is no body; JSON ({JSON}) is wanted.")
    if len(data) > LARGE:
        return await asyncio.to_thread(_form_in, data, route.body)
    return _form_in(data, route.body)


def _form_in(data: bytes, form: type[BaseModel]) -> BaseModel:
    """The form that a body fills in. Raises `Refused` with every fault, but for a flood of them."""
    try:
        return form.model_validate(parse_json(data))
    except ValidationError as error:
        if (count := error.error_count()) > MOST_FAULTS:
            text = f"The body does not fit this address in {count:,} places, too many to name each."
            raise Refused(422, "invalid_body", text) from None
        text = "The body does not fit this address; each fault is named with its place."
        raise Refused(422, "invalid_body", text, faults=faults_of(error)) from error
    except RecursionError as error:
        raise Refused(400, "too_deep", "The body is nested too deep.") from error


def parse_json(data: bytes) -> Any:
    """JSON as RFC 8259 has it, in UTF-8, of whole characters. Raises `Refused`."""
    try:
        found = json.loads(
            data.decode("utf-8"),
            parse_constant=_no_constant,
            parse_float=_finite,
            object_pairs_hook=_named_once,
        )
        if _SURROGATE.search(data):  # only an escape can make one, and two together are a character
            json.dumps(found, ensure_ascii=False).encode()
        return found
    except UnicodeEncodeError as error:
        text = "A text in the body holds half of a character, a lone surrogate."
        raise Refused(400, "not_text", text) from error
    except UnicodeDecodeError as error:
        raise Refused(400, "not_utf8", f"The body is not UTF-8 text at byte {error.start}.") from error
    except RecursionError as error:
        raise Refused(400, "too_deep", "The body is nested too deep.") from error
    except ValueError as error:
        raise Refused(400, "not_json", f"The body is not JSON: {error}.") from error


def _no_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the name '{twice[:40]}' is there twice in one object")
    return found


def _finite(digits: str) -> float:
    found = float(digits)
    if found in (float("inf"), float("-inf")):
        raise ValueError(f"the number {digits[:20]} is too large")
    return found


async def read_bytes(request: web.Request, limit: int) -> bytes:
    """A whole body of at most `limit` bytes, that comes in time. Raises `Refused`."""
    pieces = bytearray()
    async for piece in pieces_of(request, limit):
        pieces += piece
    return bytes(pieces)


async def pieces_of(request: web.Request, limit: int) -> Any:
    """The pieces of a body, at most `limit` bytes in all, that come in time. Raises `Refused`."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        text = f"The body is packed ('{encoding[:40]}'); send it as it is, without 'Content-Encoding'."
        raise Refused(415, "packed_body", text)
    too_large = Refused(
        413,
        "body_too_large",
        f"The body has more than the {limit:,} bytes that are allowed here.",
        headers={"Connection": "close"},
    )
    if (request.content_length or 0) > limit:
        raise too_large
    await _ask_for_body(request)
    loop = asyncio.get_running_loop()
    began, size = loop.time(), 0
    while True:
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                piece = await request.content.readany()
        except TimeoutError:
            raise _too_slow(size) from None
        if not piece:
            return
        size += len(piece)
        if size > limit:
            raise too_large
        if loop.time() - began > PIECE_SECONDS + size / SLOWEST:
            raise _too_slow(size)
        yield piece


async def asked_when_read(request: web.Request) -> None:
    """An `Expect` header is answered when the body is read: what is refused before is never sent."""


async def _ask_for_body(request: web.Request) -> None:
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version == HttpVersion11:
        request[ASKED_FOR] = True
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun


def _too_slow(size: int) -> Refused:
    text = f"The body came too slowly: {size:,} bytes were here when the server gave up. Send it again."
    return Refused(408, "too_slow", text, headers={"Connection": "close"})
