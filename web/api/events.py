"""Events: what happens to jobs, as server-sent events and over a WebSocket; the newest preview as a picture.

Facts are numbered and come once each, from any number on. Progress and previews pass: the newest wins.
"""

from __future__ import annotations

import asyncio
import json
import logging
import struct
from contextlib import suppress
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import ValidationError

from graph_engine.digest import digest_content
from graph_engine.errors import EngineError
from graph_engine.jobs.errors import UnknownJob
from graph_engine.jobs.job import Job
from web.api.guard import SUBPROTOCOL
from web.api.problems import Refused
from web.api.routing import REQUEST, STREAMS, Call, Content, Reply, Routes
from web.models.events import AllEventsQuery, EventStreamQuery, PreviewQuery, WatchForm
from web.service.facts import STATUS, Batch, Fact, Preview
from web.service.reader import Reader

log = logging.getLogger(__name__)
routes = Routes("events")

STREAM = "text/event-stream"
MAGIC = b"LGp1"
HEARTBEAT_SECONDS = 15.0
STALLED_SECONDS = 60.0  # a client that takes nothing for so long is let go; it can go on where it was
LAST = "Last-Event-ID"
MAX_MESSAGE = 64 * 1024


@routes.add(
    "GET",
    "/api/v1/jobs/{job}/events",
    scope="view",
    query=EventStreamQuery,
    answers={200: Content((STREAM,), "Events of the job, until it has ended."), 204: None},
    headers={LAST: "The number of the last event that the client has; as a browser sends it on its own."},
)
async def stream_job_events(call: Call) -> Reply:
    """Stream the events of a job.

    `id` is the number of the event, `event` its kind, `data` JSON. Facts come once each and in order, from
    the number that `after` or `Last-Event-ID` gives; `node_progress` and `node_preview` have no number. The
    stream ends when the job has, or was deleted, and 204 says that there is nothing more. `server_ending`
    says that the server is about to end, and the stream with it: go on later, from the last number.
    """
    query: EventStreamQuery = call.query
    job = await call.service.call(call.service.jobs.get, call.person, call.parts["job"])
    last = job.events
    after = await _after(call, query.after, last)
    if job.ended and after >= last:
        return Reply(status=204)
    reader = Reader(
        call.service.hub,
        call.person.sees,
        jobs=[job.id],
        number=after,
        progress_seconds=query.progress_seconds,
        preview_seconds=query.preview_seconds,
    )
    return Reply(await _stream(call, reader, lambda fact: fact.number, _End(call, job, last)))


@routes.add(
    "GET",
    "/api/v1/events",
    scope="view",
    query=AllEventsQuery,
    answers={
        101: None,
        200: Content((STREAM,), "Events of all jobs that the client may see, without an end."),
    },
    headers={LAST: "The serial of the last event that the client has."},
    refusals=(404,),
)
async def stream_events(call: Call) -> Reply:
    """Stream the events of all jobs, as server-sent events or over a WebSocket.

    Events go on from the serial in `after`; without it, from now. Over a WebSocket, facts and progress come
    as texts, each a JSON array of events, previews as binary: `LGp1`, the length of a head (32 bits,
    big-endian), the head in JSON (`job`, `node`, `number`, `media_type`), then the picture. A client may send
    `{"watch": {...}}` with the fields of this query to be told of other jobs, sizes and rates from then on.
    """
    query: AllEventsQuery = call.query
    for job in query.jobs:
        await call.service.call(call.service.jobs.get, call.person, job)
    last = await call.service.call(call.service.journal.last_serial)
    after = (
        await _after(call, query.after, last)
        if query.after is not None or LAST in call.request.headers
        else None
    )
    if call.request.headers.get("Upgrade", "").lower() == "websocket":
        return Reply(await _Socket(call).serve(query, after))
    return Reply(await _stream(call, _reader(call, query, after), lambda fact: fact.serial))


@routes.add(
    "GET",
    "/api/v1/jobs/{job}/preview",
    scope="view",
    query=PreviewQuery,
    answers={200: Content(("image/*", "application/octet-stream"), "The newest preview."), 304: None},
    headers={"If-None-Match": "The tag of a preview that the client has."},
)
async def read_preview(call: Call) -> Reply:
    """Read the newest preview of a job, or of one of its nodes."""
    query: PreviewQuery = call.query
    job = await call.service.call(call.service.jobs.get, call.person, call.parts["job"])
    preview = call.service.hub.preview(job.id, query.node)
    if preview is None:
        raise Refused(404, "no_preview", f"Job '{job.id}' has shown nothing yet, or nothing lately.")
    data = await sized(call, preview, query.size)
    tag = f'"{digest_content(data)[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if call.request.headers.get("If-None-Match") == tag:
        return Reply(status=304, headers=headers)
    return Reply(web.Response(body=data, headers={**headers, "Content-Type": preview.media_type}))


async def sized(call: Call, preview: Preview, size: int | None) -> bytes:
    """A preview, not larger than a client wants it."""
    return await call.service.scaled.get(preview, size)


def _reader(call: Call, query: AllEventsQuery, after: int | None) -> Reader:
    return Reader(
        call.service.hub,
        call.person.sees,
        jobs=query.jobs,
        serial=after,
        progress_seconds=query.progress_seconds,
        preview_seconds=query.preview_seconds,
    )


async def _after(call: Call, given: int | None, last: int) -> int:
    """Where a client goes on. Raises `Refused` for a number that no event has had."""
    text = call.request.headers.get(LAST, "")
    after = given or 0
    if given is None or not given:
        if text and not (text.isascii() and text.isdigit() and len(text) <= 16):
            raise Refused(400, "bad_header", f"'{LAST}' is the number of an event, not '{text[:40]}'.")
        after = int(text or 0)
    check_number(after, last)
    return after


def check_number(after: int, last: int) -> None:
    """Refuse to go on after an event that there was not."""
    if after > last:
        raise Refused(
            422,
            "unknown_event",
            f"There was no event {after} here; the last is {last}. Read from 0 on: "
            "this is another stream, or another server.",
        )


class _End:
    """Whether the stream of a job is over; `last` is the number of its last event when it was opened."""

    def __init__(self, call: Call, job: Job, last: int) -> None:
        self._call, self._job = call, job.id
        # Not every journal says that its job has ended: there are some of versions before it did.
        self._last = last if job.ended else None

    async def after(self, batch: Batch) -> bool:
        """Whether nothing comes after a batch."""
        statuses = [fact for fact in batch.facts if fact.kind == STATUS]
        if statuses:
            return statuses[-1].ends
        if batch.facts:
            return self._last is not None and batch.facts[-1].number >= self._last
        return not batch and await self._is_gone()

    async def _is_gone(self) -> bool:
        """Whether the job was deleted, which no journal says."""
        service = self._call.service
        try:
            await service.call(service.jobs.get, self._call.person, self._job)
        except UnknownJob:
            return True
        return False


async def _stream(call: Call, reader: Reader, number: Any, end: _End | None = None) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{STREAM}; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    call.request[STREAMS] = True
    streams = call.service.people.streams
    with streams.open(call.person, reader.close):
        await _send_batches(call, response, reader, number, end)
    return response


async def _send_batches(
    call: Call, response: web.StreamResponse, reader: Reader, number: Any, end: _End | None
) -> None:
    async with reader:
        await response.prepare(call.request)
        try:
            await response.write(b"retry: 1000\n\n")
            while (batch := await reader.take(HEARTBEAT_SECONDS)) is not None:
                data = "".join(_sse(batch, number)) if batch else ": still here\n\n"
                async with asyncio.timeout(STALLED_SECONDS):
                    await response.write(data.encode())
                if end is not None and await end.after(batch):
                    break
            await response.write_eof()
        except ConnectionError:
            pass  # the client went away
        except TimeoutError:
            _break_off(call)
        except Exception:  # too late for an answer that says so: the client comes back to where it was
            log.exception("A stream broke off.", extra={"fields": {"request": call.request.get(REQUEST, "")}})
            _break_off(call)


def _break_off(call: Call) -> None:
    if call.request.transport is not None:
        call.request.transport.abort()


def _sse(batch: Batch, number: Any) -> Any:
    for fact in batch.facts:
        yield f"id: {number(fact)}\nevent: {fact.kind}\ndata: {fact.text}\n\n"
    for progress in batch.progress:
        yield f"event: node_progress\ndata: {progress.text}\n\n"
    if batch.ending:
        yield "event: server_ending\ndata: {}\n\n"
    for preview in batch.previews:
        yield f"event: node_preview\ndata: {json.dumps(_head(preview), ensure_ascii=False)}\n\n"


def _head(preview: Preview) -> dict[str, Any]:
    return {
        "job": preview.job,
        "node": preview.node,
        "number": preview.number,
        "media_type": preview.media_type,
    }


class _Socket:
    """One WebSocket: a task that sends, while this one takes what the client says."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_SECONDS, max_msg_size=MAX_MESSAGE, protocols=(SUBPROTOCOL,)
        )

    async def serve(self, query: AllEventsQuery, after: int | None) -> web.WebSocketResponse:
        self._call.request[STREAMS] = True
        with (
            self._call.service.people.streams.open(self._call.person, self._let_go),
            suppress(ConnectionError),  # the client went away
        ):
            await self._serve(query, after)
        return self._socket

    def _let_go(self) -> None:
        """The token has ended: so does the stream."""
        message = b"The token that this stream was opened with has ended."
        self._leaving = asyncio.create_task(
            self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=message)
        )

    async def _serve(self, query: AllEventsQuery, after: int | None) -> None:
        await self._socket.prepare(self._call.request)
        reader = _reader(self._call, query, after)
        await self._send({"kind": "hello", "serial": reader.serial, "version": self._call.service.version})
        sending = asyncio.create_task(self._tell(reader, query.preview_size))
        try:
            async for message in self._socket:
                if message.type is WSMsgType.ERROR:  # what came is no WebSocket, and the client was told so
                    break
                if message.type is not WSMsgType.TEXT:
                    await self._send({"kind": "refused", "detail": "Only texts of JSON are taken here."})
                    continue
                changed = await self._watched(message.data)
                if changed is not None:
                    sending.cancel()
                    await asyncio.gather(sending, return_exceptions=True)
                    reader = _reader(
                        self._call, changed, reader.serial if changed.after is None else changed.after
                    )
                    sending = asyncio.create_task(self._tell(reader, changed.preview_size))
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _watched(self, text: str) -> AllEventsQuery | None:
        """What a client wants to be told from now on; None where that is not understood, which it is told."""
        try:
            query = AllEventsQuery.model_validate(WatchForm.model_validate_json(text).watch)
            for job in query.jobs:
                await self._call.service.call(self._call.service.jobs.get, self._call.person, job)
            if query.after is not None:
                last = await self._call.service.call(self._call.service.journal.last_serial)
                check_number(query.after, last)
            return query
        except ValidationError as error:
            reason = f"That is not understood: {error.errors()[0]['msg']}."
        except (EngineError, Refused) as error:
            reason = str(error)
        await self._send({"kind": "refused", "detail": reason})
        return None

    async def _tell(self, reader: Reader, size: int | None) -> None:
        """Send until the stream is over; when it can not go on, end it, so that the client comes again."""
        try:
            await self._send_batches(reader, size)
        except (ConnectionError, TimeoutError):
            pass
        except Exception:
            log.exception("A stream of events can not go on.")
        await self._socket.close()

    async def _send_batches(self, reader: Reader, size: int | None) -> None:
        async with reader:
            while (batch := await reader.take(HEARTBEAT_SECONDS)) is not None:
                if texts := [*(one.text for one in batch.facts), *(one.text for one in batch.progress)]:
                    async with asyncio.timeout(STALLED_SECONDS):
                        await self._socket.send_str(f"[{','.join(texts)}]")
                if batch.ending:
                    await self._send({"kind": "server_ending"})
                for preview in batch.previews:
                    data = await sized(self._call, preview, size)
                    async with asyncio.timeout(STALLED_SECONDS):
                        await self._socket.send_bytes(frame(preview, data))

    async def _send(self, value: dict[str, Any]) -> None:
        await self._socket.send_str(json.dumps([value], ensure_ascii=False))


def frame(preview: Preview, data: bytes) -> bytes:
    """A preview as a binary frame."""
    head = json.dumps(_head(preview), ensure_ascii=False, separators=(",", ":")).encode()
    return MAGIC + struct.pack(">I", len(head)) + head + data


__all__ = ["Fact", "frame", "routes", "sized"]
