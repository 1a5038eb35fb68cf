"""Events: the facts of one job or of all, once each and in order, over lost connections and restarts."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeAlias, TypeVar

import aiohttp

from web.client.calls import Calls, given, part
from web.client.errors import ProblemError, UnexpectedAnswer, WaitedTooLong
from web.client.event_stream import EventParser, ServerEvent
from web.client.transport import BROKEN, CONNECT_SECONDS, GONE
from web.client.waiting import retry_after
from web.models.events import PreviewView, ProgressView
from web.models.jobs import EventView, JobView

JobEvent: TypeAlias = EventView | ProgressView | PreviewView
"""A fact with a number; or progress and previews, of which only the newest comes."""

Read = TypeVar("Read")

ENDED = ("done", "failed", "cancelled")
MAGIC = b"LGp1"
HEARTBEAT_SECONDS = 15.0
LARGEST_MESSAGE = 64 << 20


class EventCalls(Calls):
    """The calls that follow jobs."""

    async def events(
        self,
        job: str,
        after: int = 0,
        *,
        progress_seconds: float | None = 0.1,
        preview_seconds: float | None = None,
    ) -> AsyncIterator[JobEvent]:
        """The events of a job from a number on, until it has ended.

        `progress_seconds` and `preview_seconds` say how often these may come; None: not at all. A connection
        that breaks is made again with the last number, so that each fact comes once. Raises `ServerAway` when
        the server stays away.
        """
        query = given(preview_seconds=preview_seconds) | {"progress_seconds": progress_seconds or 3600}
        waiting, over = self._server.waiting(), False
        while not over:
            parser = EventParser()
            error: BaseException | None = None
            try:
                async with self._server.opened(
                    "GET", f"/api/v1/jobs/{part(job)}/events", {**query, "after": after}, stream=True
                ) as response:
                    if response.status == 204:
                        return
                    await self._check(response)
                    waiting.opened(self._server.patience)
                    async for piece in response.content.iter_any():
                        for sent in parser.feed(piece):
                            waiting.heard()
                            event = self._read(_event, sent)
                            if isinstance(event, EventView):
                                if event.number <= after:
                                    continue
                                after, over = event.number, _ends(event)
                            elif event is None or _unwanted(event, progress_seconds):
                                continue
                            yield event
            except _Later as later:
                if await waiting.again(later.seconds):
                    continue
                raise later.error from None
            except BROKEN as broken:
                error = broken
            if not over and not await waiting.again():
                raise self._server.away(error or ConnectionError("it ends the stream")) from error

    async def watch(
        self,
        jobs: Sequence[str] = (),
        *,
        after: int | None = None,
        progress_seconds: float | None = 0.1,
        preview_seconds: float | None = 0.2,
        preview_size: int | None = None,
    ) -> AsyncIterator[JobEvent]:
        """The events of all jobs that one may see, or of some, with previews as bytes; without an end.

        `after` is a serial; without it events come from now on. Made again after a break like `events`.
        """
        query = {
            "jobs": list(jobs),
            "progress_seconds": progress_seconds or 3600,
            "preview_seconds": preview_seconds,
            "preview_size": preview_size,
        }
        waiting = self._server.waiting()
        while True:
            error: BaseException | None = None
            try:
                async with self._socket({**query, "after": after}) as socket:
                    waiting.opened(self._server.patience)
                    async for message in socket:
                        for event in self._read(_message, message):
                            if isinstance(event, int):
                                after = event if after is None else after
                                continue
                            waiting.heard()
                            if isinstance(event, EventView):
                                if after is None or event.serial > after:
                                    after = event.serial
                                    yield event
                            elif not _unwanted(event, progress_seconds):
                                yield event
            except aiohttp.WSServerHandshakeError as refused:
                if refused.status not in (429, *GONE):
                    await self._explain(query, after, refused)
                error = refused
            except BROKEN as broken:
                error = broken
            if not await waiting.again():
                raise self._server.away(error or ConnectionError("it ends the stream")) from error

    async def wait(self, job: str, timeout: float | None = None) -> JobView:
        """The job when it has ended. Raises `WaitedTooLong` after `timeout` seconds; the job goes on then."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    found = await self._server.view(JobView, "GET", f"/api/v1/jobs/{part(job)}")
                    if found.status in ENDED:
                        return found
                    async for _ in self.events(job, found.events, progress_seconds=None):
                        pass
        except TimeoutError as error:
            raise WaitedTooLong(f"Job '{job}' has not ended in {timeout:g} seconds. It goes on.") from error

    async def preview(self, job: str, *, node: str | None = None, size: int | None = None) -> bytes:
        """The newest preview of a job, or of one of its nodes, at most `size` pixels long."""
        path = f"/api/v1/jobs/{part(job)}/preview"
        return (await self._server.request("GET", path, query={"node": node, "size": size})).body

    def _read(self, function: Callable[[Any], Read], sent: Any) -> Read:
        try:
            return function(sent)
        except (ValueError, KeyError, TypeError, struct.error) as error:
            raise self._server.foreign() from error

    async def _check(self, response: aiohttp.ClientResponse) -> None:
        """Raise for an answer that is no stream."""
        if response.status < 400:
            if response.content_type != "text/event-stream":
                raise self._server.foreign()
            return
        refusal = await self._server.refused(response)
        if response.status in (429, *GONE):
            raise _Later(refusal, retry_after(response.headers.get("Retry-After")))
        raise refusal

    def _socket(self, query: dict[str, Any]) -> Any:
        return self._server.session.ws_connect(
            self._server.url("/api/v1/events", query),
            headers=self._server.headers,
            heartbeat=HEARTBEAT_SECONDS,
            max_msg_size=LARGEST_MESSAGE,
            timeout=aiohttp.ClientWSTimeout(ws_close=CONNECT_SECONDS),
        )

    async def _explain(
        self, query: dict[str, Any], after: int | None, refused: aiohttp.WSServerHandshakeError
    ) -> None:
        """Ask the same as a plain stream, whose refusal says why a WebSocket was refused."""
        async with self._server.opened(
            "GET", "/api/v1/events", {**query, "preview_size": None, "after": after}, stream=True
        ) as response:
            await self._check(response)
        raise UnexpectedAnswer(
            f"{self._server.base} takes no WebSocket ({refused.status}). Something that stands in between "
            "may not let them through."
        )


class _Later(Exception):
    """The server is there, and says that it can not now."""

    def __init__(self, error: ProblemError | UnexpectedAnswer, seconds: float | None) -> None:
        super().__init__(str(error))
        self.error, self.seconds = error, seconds


def _ends(event: EventView) -> bool:
    return event.kind == "job_status" and event.data.get("status") in ENDED


def _unwanted(event: JobEvent, progress_seconds: float | None) -> bool:
    return progress_seconds is None and isinstance(event, ProgressView)


def _event(sent: ServerEvent) -> JobEvent | None:
    """A server-sent event; None for one that a client need not know."""
    if sent.kind == "node_progress":
        return _progress(json.loads(sent.data))
    if sent.kind == "node_preview":
        return PreviewView.model_validate_json(sent.data)
    return EventView.model_validate_json(sent.data) if sent.id else None


def _progress(raw: dict[str, Any]) -> ProgressView:
    return ProgressView.model_validate({"job": raw["job"], **raw["data"]})


def _message(message: aiohttp.WSMessage) -> list[JobEvent | int]:
    """What a message of the WebSocket holds; a number is the serial that the server begins after."""
    if message.type == aiohttp.WSMsgType.BINARY:
        preview = _preview(message.data)
        return [] if preview is None else [preview]
    if message.type != aiohttp.WSMsgType.TEXT:
        return []
    return [event for raw in json.loads(message.data) if (event := _told(raw)) is not None]


def _told(raw: dict[str, Any]) -> JobEvent | int | None:
    if "serial" in raw and "job" in raw:
        return EventView.model_validate(raw)
    if raw.get("kind") == "node_progress":
        return _progress(raw)
    return int(raw["serial"]) if raw.get("kind") == "hello" else None


def _preview(data: bytes) -> PreviewView | None:
    if data[:4] != MAGIC or len(data) < 8:
        return None
    end = 8 + struct.unpack(">I", data[4:8])[0]
    return PreviewView.model_validate({**json.loads(data[8:end]), "data": data[end:]})
