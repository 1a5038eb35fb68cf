"""Events: every fact once and in order from any number on, of the rest the newest; nobody waits."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from aiohttp import WSCloseCode

from graph_engine.jobs.queue import JobQueue
from tests.web.conftest import Running, document, link, two_nodes
from tests.web.http import Event, Http
from tests.web.people import Wire, head
from tests.web.test_jobs import waiting
from web.api import events as api_events
from web.service.reader import Reader

PASSING = ("node_progress", "node_preview")


def numbers(events: list[Event]) -> list[int]:
    return [int(event.id) for event in events if event.kind not in PASSING]


def submitted(http: Http, raw: dict[str, Any]) -> str:
    return str(http.post("/api/v1/jobs", {"document": raw}).ok(202)["id"])


def many(count: int) -> dict[str, Any]:
    """A chain of nodes."""
    nodes: dict[str, Any] = {"n0": ("number", {"value": count * 31})}
    for index in range(1, count):
        nodes[f"n{index}"] = ("add", {"a": link(f"n{index - 1}.integer"), "b": 1})
    return document(nodes, outputs={"out": f"n{count - 1}.integer"}).as_json()


def test_a_stream_gives_every_fact_in_order_and_ends_with_the_job(http: Http) -> None:
    job = submitted(http, two_nodes(1234))
    events = list(http.events(f"/api/v1/jobs/{job}/events"))
    assert numbers(events) == list(range(1, len(numbers(events)) + 1))
    assert events[0].kind == "job_status"
    assert events[0].data["data"]["status"] == "queued"
    assert events[-1].kind == "job_status"
    assert events[-1].data["data"]["status"] == "done"
    assert events[-1].data["data"]["outputs"] == {"sum": 1235}
    assert {"run_started", "node_started", "node_finished", "run_finished"} <= {
        event.kind for event in events
    }
    assert all(event.data["job"] == job for event in events)


def test_a_stream_goes_on_from_any_number(http: Http) -> None:
    job = submitted(http, two_nodes(4321))
    every = list(http.events(f"/api/v1/jobs/{job}/events"))
    last = int(every[-1].id)
    for after in range(last):
        rest = list(http.events(f"/api/v1/jobs/{job}/events?after={after}"))
        assert numbers(rest) == list(range(after + 1, last + 1))
        by_header = list(http.events(f"/api/v1/jobs/{job}/events", Last_Event_ID=str(after)))
        assert [event.data for event in by_header] == [event.data for event in rest]
    assert http.get(f"/api/v1/jobs/{job}/events?after={last}").status == 204


def test_a_stream_ends_also_where_the_journal_goes_on_after_the_end_of_the_job(http: Http) -> None:
    job = submitted(http, two_nodes(91))
    http.ended(job)
    last = http.post(f"/api/v1/jobs/{job}/move", {"priority": 3}).ok()["events"]
    for after in range(last):
        assert numbers(list(http.events(f"/api/v1/jobs/{job}/events?after={after}")))[-1] == last


def test_a_stream_ends_also_where_the_journal_is_of_a_version_that_told_of_no_end(
    http: Http, shared_server: Running
) -> None:
    job = submitted(http, two_nodes(92))
    http.ended(job)
    with shared_server.service.queue.file.writing() as connection:
        connection.execute(
            "UPDATE event SET kind = 'before' WHERE kind = 'job_status' "
            "AND job = (SELECT number FROM job WHERE id = ?)",
            (job,),
        )
    found = list(http.events(f"/api/v1/jobs/{job}/events"))
    assert found[-1].kind == "before"


def test_a_stream_ends_when_its_job_is_deleted(
    serving: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_events, "HEARTBEAT_SECONDS", 0.1)
    http = serving().http
    http.post("/api/v1/queue", {"paused": True}).ok()
    job = submitted(http, two_nodes(93))
    stream = http.events(f"/api/v1/jobs/{job}/events")
    assert next(stream).data["data"] == {"status": "queued"}
    assert http.delete(f"/api/v1/jobs/{job}").status == 204
    assert list(stream) == []


def test_a_number_that_no_event_had_is_refused(http: Http) -> None:
    job = submitted(http, two_nodes())
    http.ended(job)
    http.get(f"/api/v1/jobs/{job}/events?after=999999").refused(422, "unknown_event")
    http.get(f"/api/v1/jobs/{job}/events", Last_Event_ID="nonsense").refused(400, "bad_header")
    http.get("/api/v1/jobs/job-0000000000000000/events").refused(404, "unknown_job")


def test_progress_comes_without_a_number_and_never_after_the_end(http: Http) -> None:
    job = submitted(http, waiting(0.5))
    events = list(http.events(f"/api/v1/jobs/{job}/events?progress_seconds=0.02"))
    kinds = [event.kind for event in events]
    assert "node_progress" in kinds
    assert all(not event.id for event in events if event.kind == "node_progress")
    assert "node_progress" not in kinds[kinds.index("node_finished") :]


def test_a_page_of_the_journal_says_the_same_as_the_stream(http: Http) -> None:
    job = submitted(http, two_nodes(777))
    streamed = [
        event.data for event in http.events(f"/api/v1/jobs/{job}/events") if event.kind not in PASSING
    ]
    page = http.get(f"/api/v1/jobs/{job}/journal").ok()["events"]
    assert page == streamed
    assert http.get(f"/api/v1/jobs/{job}/journal?after=2&limit=1").ok()["events"] == page[2:3]


def test_thousands_of_facts_reach_readers_that_come_early_late_and_in_the_middle(http: Http) -> None:
    job = submitted(http, many(1200))
    found: list[list[int]] = []

    def read(after: int) -> None:
        found.append(numbers(list(http.events(f"/api/v1/jobs/{job}/events?after={after}"))))

    threads = [threading.Thread(target=read, args=(0,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    last = http.ended(job)["events"]
    threads += [threading.Thread(target=read, args=(0,)) for _ in range(5)]
    for thread in threads[5:]:
        thread.start()
    for thread in threads:
        thread.join()
    assert last > 2400
    assert found == [list(range(1, last + 1))] * 10


def test_a_reader_that_takes_nothing_slows_nobody(http: Http) -> None:
    job = submitted(http, many(1500))
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        # A segment of a loopback is larger than this buffer: the sender would try again ever more seldom.
        lazy.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        lazy.connect((http.host, http.port))
        lazy.sendall(f"GET /api/v1/jobs/{job}/events HTTP/1.1\r\nHost: {http.host}\r\n\r\n".encode())
        assert http.ended(job)["status"] == "done"
        last = http.get(f"/api/v1/jobs/{job}").ok()["events"]
        text = b""
        while f"id: {last}\n".encode() not in text:
            piece = lazy.recv(65536)
            assert piece, "the stream ended too early"
            text += piece
    assert [int(line[4:]) for line in text.split(b"\n") if line.startswith(b"id: ")] == list(
        range(1, last + 1)
    )


def test_facts_that_another_process_wrote_reach_the_streams(serving: Callable[..., Running]) -> None:
    server = serving()
    http = server.http
    http.post("/api/v1/queue", {"paused": True}).ok()
    job = submitted(http, two_nodes())
    elsewhere = JobQueue(server.settings.data / "jobs.sqlite")
    kinds = []
    for event in http.events(f"/api/v1/jobs/{job}/events"):
        kinds.append(event.data["data"]["status"])
        if len(kinds) == 1:
            elsewhere.cancel(job)
    elsewhere.close()
    assert kinds == ["queued", "cancelled"]


def test_the_server_goes_on_with_numbers_and_streams_after_a_restart(serving: Callable[..., Running]) -> None:
    first = serving()
    done = submitted(first.http, two_nodes(1))
    before = list(first.http.events(f"/api/v1/jobs/{done}/events"))
    busy = submitted(first.http, waiting(30))
    seen = []
    for event in first.http.events(f"/api/v1/jobs/{busy}/events"):
        if event.kind not in PASSING:
            seen.append(int(event.id))
        if event.kind == "node_started":
            break
    first.close()
    http = serving().http
    assert [e.data for e in http.events(f"/api/v1/jobs/{done}/events")] == [e.data for e in before]
    statuses = []
    for event in http.events(f"/api/v1/jobs/{busy}/events?after={seen[-1]}"):
        if event.kind not in PASSING:
            seen.append(int(event.id))
        if event.kind == "job_status":
            statuses.append(event.data["data"]["status"])
        if event.kind == "node_started":
            http.post(f"/api/v1/jobs/{busy}/cancel").ok()
    assert seen == list(range(1, len(seen) + 1))
    assert statuses[0] == "queued"
    assert statuses[-1] == "cancelled"


def run(coroutine: Any) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 100))


def test_a_websocket_gives_the_facts_of_all_jobs_and_previews_as_frames(http: Http) -> None:
    async def follow() -> tuple[list[Any], list[bytes]]:
        texts: list[Any] = []
        frames: list[bytes] = []
        address = f"{http.address}/api/v1/events?preview_seconds=0.02"
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as stream:
            (hello,) = await stream.receive_json()
            assert hello["kind"] == "hello"
            jobs = [await asyncio.to_thread(submitted, http, raw) for raw in (two_nodes(55), shown(3))]
            async for message in stream:
                if message.type is aiohttp.WSMsgType.BINARY:
                    frames.append(message.data)
                    continue
                texts += json.loads(message.data)
                ended = {one["job"] for one in texts if one.get("data", {}).get("status") == "done"}
                if ended >= set(jobs):
                    return texts, frames
        raise AssertionError("the stream ended")

    texts, frames = run(follow())
    serials = [one["serial"] for one in texts if "serial" in one]
    assert serials == sorted(set(serials))
    assert frames
    magic, length = struct.unpack(">4sI", frames[-1][:8])
    assert magic == b"LGp1"
    head = json.loads(frames[-1][8 : 8 + length])
    assert head["node"] == "show"
    assert frames[-1][8 + length :]


def test_a_websocket_goes_on_from_a_serial_and_can_be_told_to_watch_other_jobs(http: Http) -> None:
    one, two = submitted(http, two_nodes(661)), submitted(http, two_nodes(662))
    http.ended(one)
    http.ended(two)
    journal = {job: http.get(f"/api/v1/jobs/{job}/journal").ok()["events"] for job in (one, two)}

    async def follow() -> tuple[list[int], list[int]]:
        address = f"{http.address}/api/v1/events?jobs={one}&after=0"
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as stream:
            await stream.receive_json()
            first = [event["serial"] for event in await stream.receive_json()]
            await stream.send_json({"watch": {"jobs": [two], "after": 0}})
            second = [event["serial"] for event in await stream.receive_json()]
            await stream.send_str("no json")
            assert (await stream.receive_json())[0]["kind"] == "refused"
            await stream.send_json({"watch": {"jobs": ["job-0000000000000000"]}})
            assert "no job" in (await stream.receive_json())[0]["detail"]
            return first, second

    first, second = run(follow())
    assert first == [event["serial"] for event in journal[one]]
    assert second == [event["serial"] for event in journal[two]]


def test_a_websocket_that_is_told_to_go_on_after_what_never_was_says_so(http: Http) -> None:
    async def ask() -> Any:
        address = f"{http.address}/api/v1/events"
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as stream:
            await stream.receive_json()
            await stream.send_json({"watch": {"after": 2**53}})
            return (await stream.receive_json())[0]

    assert "no event" in run(ask())["detail"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\xff" + struct.pack(">Q", 1 << 40) + b"\0\0\0\0", WSCloseCode.MESSAGE_TOO_BIG),
        (b"\x83\x80\0\0\0\0", WSCloseCode.PROTOCOL_ERROR),
        (b"\x81\x81\0\0\0\0\xff", WSCloseCode.INVALID_TEXT),
    ],
)
def test_what_is_no_websocket_ends_the_stream_with_the_reason_and_is_no_fault_of_the_server(
    http: Http, caplog: pytest.LogCaptureFixture, frame: bytes, code: int
) -> None:
    upgrade = [
        ("Host", f"{http.host}:{http.port}"),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ]
    with Wire(http) as wire:
        wire.send(head("GET", "/api/v1/events", upgrade) + frame)
        assert wire.rest().endswith(b"\x88\x02" + struct.pack(">H", code))
    assert http.get("/healthz").ok()
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


def test_a_websocket_whose_stream_can_not_go_on_is_closed(
    serving: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    http = serving().http

    async def broken(*_: Any) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(Reader, "take", broken)

    async def follow() -> list[aiohttp.WSMsgType]:
        address = f"{http.address}/api/v1/events"
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as stream:
            return [message.type async for message in stream]

    assert run(follow()) == [aiohttp.WSMsgType.TEXT]


def test_the_stream_of_all_jobs_comes_as_server_sent_events_too(http: Http) -> None:
    job = submitted(http, two_nodes(90001))
    http.ended(job)
    first = http.get(f"/api/v1/jobs/{job}/journal").ok()["events"][0]["serial"]
    for event in http.events(f"/api/v1/events?after={first - 1}"):
        assert int(event.id) >= first
        if event.data.get("data", {}).get("status") == "done":
            break


def shown(count: int) -> dict[str, Any]:
    """A document whose node shows previews."""
    return document({"show": ("paint", {"pictures": count})}, outputs={"out": "show.artifact"}).as_json()


def test_the_newest_preview_is_a_picture_with_a_tag(http: Http) -> None:
    job = submitted(http, shown(5))
    http.ended(job)
    reply = http.get(f"/api/v1/jobs/{job}/preview")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "image/png"
    assert http.get(f"/api/v1/jobs/{job}/preview", If_None_Match=reply.headers["ETag"]).status == 304
    assert http.get(f"/api/v1/jobs/{job}/preview?node=show").body == reply.body
    http.get(f"/api/v1/jobs/{job}/preview?node=other").refused(404, "no_preview")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/events?after=-1",
        "/api/v1/events?jobs=x",
        "/api/v1/events?after=9e99",
        "/api/v1/events?preview_seconds=0",
    ],
)
def test_a_bad_query_for_a_stream_is_refused(http: Http, path: str) -> None:
    http.get(path).refused(422, "invalid_query")


def test_a_stream_that_breaks_inside_is_broken_off_and_can_be_gone_on_with(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submitted(http, two_nodes(424242))
    http.ended(job)
    take = Reader.take
    broken = []

    async def once(self: Reader, patience: float) -> Any:
        if self.jobs == {job} and not broken:
            broken.append(await take(self, patience))
            raise RuntimeError("inside")
        return await take(self, patience)

    monkeypatch.setattr(Reader, "take", once)
    with Wire(http) as wire:
        read = b""
        with suppress(ConnectionResetError):
            read = wire.send(head("GET", f"/api/v1/jobs/{job}/events", [("Host", "localhost")])).rest()
    assert broken
    assert read.count(b"HTTP/1.1") <= 1  # no second answer inside the first
    assert b"internal" not in read
    assert numbers(list(http.events(f"/api/v1/jobs/{job}/events")))[0] == 1
