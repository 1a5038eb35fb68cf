"""The client against servers that fail in every way: what it asks again, what not, and what it says."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from tests.web.scripted import Handler, Scripted, cut, cutter, in_turn, job, refusal, scripted
from web.client import AnswerLost, BadCall, Client, FileBroken, ProblemError, ServerAway, UnexpectedAnswer
from web.client.event_stream import EventParser
from web.client.waiting import retry_after
from web.models.jobs import EventView

JOB = "job-0123456789abcdef"
DIGEST = "ab" * 32


def fact(number: int, kind: str = "node_started", **data: Any) -> bytes:
    """A fact as the stream has it."""
    text = json.dumps(
        {"serial": number + 100, "job": JOB, "number": number, "time": 0, "kind": kind, "data": data}
    )
    return f"id: {number}\nevent: {kind}\ndata: {text}\n\n".encode()


def streaming(*parts: bytes, abort: bool = False) -> Handler:
    """A stream of events that ends, or is cut."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for one in parts:
            await response.write(one)
        if abort:
            assert request.transport is not None
            request.transport.abort()
        return response

    return handle


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    "failing", [cut, (502, {}), (503, refusal(503)), (429, refusal(429), {"Retry-After": "0"})]
)
def test_what_may_be_asked_twice_is_asked_again(failing: Any) -> None:
    with scripted(in_turn(failing, failing, (200, job()))) as server, Client(server.address) as client:
        assert client.job(JOB).name == "a job"
        assert server.paths == [f"GET /api/v1/jobs/{JOB}"] * 3


def test_a_submission_is_asked_again_under_one_key_made_up_for_it() -> None:
    bodies = []

    async def take(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.json())
        return await (cut(request) if len(bodies) == 1 else in_turn((202, job()))(request))

    with scripted(take) as server, Client(server.address) as client:
        assert client.submit({"latentgraph": 1}).id == JOB
    first, second = bodies
    assert first == second
    assert len(first["idempotency_key"]) >= 20


def test_two_submissions_have_two_keys() -> None:
    keys = []

    async def take(request: web.Request) -> web.StreamResponse:
        keys.append((await request.json())["idempotency_key"])
        return await in_turn((202, job()))(request)

    with scripted(take) as server, Client(server.address) as client:
        client.submit({})
        client.submit({})
        client.submit({}, idempotency_key="mine")
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


def test_what_may_not_be_asked_twice_is_not_once_it_was_sent() -> None:
    with scripted(in_turn(cut, (200, job()))) as server, Client(server.address) as client:
        with pytest.raises(AnswerLost, match="Look whether it was done"):
            client.retry(JOB)
        assert server.paths == [f"POST /api/v1/jobs/{JOB}/retry"]


def test_a_refusal_is_an_error_with_every_fault() -> None:
    faults = [
        {
            "code": "unknown_type",
            "message": "There is no 'a'.",
            "node": "one",
            "hint": "Did you mean 'b'?",
        },
        {"code": "form", "message": "is no number.", "node": "two", "input": "value"},
    ]
    with (
        scripted(in_turn((422, refusal(422, "invalid_document", problems=faults)))) as server,
        Client(server.address) as client,
        pytest.raises(ProblemError) as caught,
    ):
        client.submit({})
    assert (caught.value.status, caught.value.code) == (422, "invalid_document")
    assert [one.node for one in caught.value.faults] == ["one", "two"]
    text = str(caught.value)
    assert "node 'one': There is no 'a'. Did you mean 'b'?" in text
    assert "node 'two', input 'value': is no number." in text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
def test_what_will_not_change_is_not_asked_again(status: int) -> None:
    with (
        scripted(in_turn((status, refusal(status)))) as server,
        Client(server.address) as client,
    ):
        with pytest.raises(ProblemError):
            client.job(JOB)
        assert len(server.seen) == 1


def test_a_wait_longer_than_the_patience_is_a_refusal_at_once() -> None:
    handler = in_turn((429, refusal(429, "quota_jobs"), {"Retry-After": "86400"}))
    with scripted(handler) as server, Client(server.address) as client:
        with pytest.raises(ProblemError, match="quota_jobs"):
            client.submit({})
        assert len(server.seen) == 1


def test_no_server_is_one_sentence_with_the_way_out(unused_port: int) -> None:
    with (
        Client(f"http://127.0.0.1:{unused_port}") as client,
        pytest.raises(ServerAway, match=r"No server answers .*latentgraph serve"),
    ):
        client.server()


def test_a_server_that_comes_back_within_the_patience_was_never_away() -> None:
    with scripted(in_turn((200, job()))) as server, Client(server.address) as client:
        client.job(JOB)
        server.close()
        again: list[Scripted] = []
        opening = threading.Timer(0.5, lambda: again.append(Scripted(in_turn((200, job())), server.port)))
        opening.start()
        try:
            assert client.job(JOB).id == JOB
        finally:
            opening.join()
            again[0].close()


def test_a_server_that_stays_away_is_an_error_that_says_so() -> None:
    with scripted(in_turn((200, job()))) as server, Client(server.address, patience=0.5) as client:
        client.job(JOB)
        server.close()
        with pytest.raises(ServerAway, match=r"has not answered for 0.5 seconds"):
            client.job(JOB)


def test_the_token_goes_to_its_server_only() -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"{other.address}/api/v1/jobs/{JOB}"})

    with scripted(in_turn((200, job()))) as other, scripted(elsewhere) as server:
        with (
            Client(server.address, "lg_secret") as client,
            pytest.raises(UnexpectedAnswer, match="another"),
        ):
            client.job(JOB)
        assert server.seen[0][2]["Authorization"] == "Bearer lg_secret"
        assert other.seen == []


def test_a_redirect_on_the_same_server_is_followed() -> None:
    async def moved(request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    with scripted(in_turn(moved, (202, job()))) as server, Client(server.address) as client:
        assert client.submit({}).id == JOB
        assert server.paths == ["POST /api/v1/jobs", "POST /elsewhere"]


def test_a_redirect_without_an_end_is_given_up() -> None:
    async def around(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/again"})

    with (
        scripted(around) as server,
        Client(server.address) as client,
        pytest.raises(UnexpectedAnswer, match="without an end"),
    ):
        client.job(JOB)


@pytest.mark.parametrize("answer", [(200, {"hello": "world"}), (200, "<html>"), (403, "no")])
def test_another_program_at_the_address_is_told_apart(answer: Any) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        return web.json_response(answer[1], status=answer[0])

    with scripted(handle) as server, Client(server.address) as client, pytest.raises(UnexpectedAnswer):
        client.server()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "no address"),
        ("ftp://host", "no address"),
        ("http://", "no address"),
        ("http://host/?a=1", "no address"),
        ("http://host:99999", "no address"),
        ("http://me:secret@host", "a token is given apart"),
    ],
)
def test_an_address_that_is_none_is_refused(address: str, says: str) -> None:
    with pytest.raises(BadCall, match=says):
        Client(address)


def test_a_token_that_would_break_the_head_is_refused() -> None:
    with pytest.raises(BadCall, match="token"):
        Client("http://127.0.0.1:1", "a\r\nX-Evil: 1")


def test_an_address_may_have_a_path_of_its_own() -> None:
    with scripted(in_turn((200, job()))) as server, Client(f"{server.address}/graphs/") as client:
        client.job(JOB)
        assert server.paths == [f"GET /graphs/api/v1/jobs/{JOB}"]


def test_what_json_can_not_say_is_not_sent() -> None:
    with (
        scripted(in_turn((202, job()))) as server,
        Client(server.address) as client,
        pytest.raises(BadCall, match="JSON"),
    ):
        client.submit({}, inputs={"value": float("nan")})


def test_a_name_stays_one_piece_of_the_path() -> None:
    with scripted(in_turn((404, refusal(404)))) as server, Client(server.address) as client:
        with pytest.raises(ProblemError):
            client.job("../queue?x=1")
        assert server.paths == ["GET /api/v1/jobs/..%2Fqueue%3Fx%3D1"]


def test_gone_at_the_second_try_means_that_the_first_deleted_it() -> None:
    with scripted(in_turn(cut, (404, refusal(404)))) as server, Client(server.address) as client:
        client.delete(JOB)
        assert len(server.seen) == 2
    with (
        scripted(in_turn((404, refusal(404)))) as server,
        Client(server.address) as client,
        pytest.raises(ProblemError),
    ):
        client.delete(JOB)


def test_a_stream_that_breaks_goes_on_with_the_last_number_and_gives_each_fact_once() -> None:
    end = fact(4, "job_status", status="done")
    handler = in_turn(
        streaming(fact(1), fact(2)[:-9], abort=True),
        streaming(fact(1), fact(2), fact(3)),  # a server that says again what is known
        (503, refusal(503), {"Retry-After": "0"}),
        cut,
        streaming(fact(3), end),
    )
    with scripted(handler) as server, Client(server.address) as client:
        events = [one for one in client.events(JOB) if isinstance(one, EventView)]
        assert [one.number for one in events] == [1, 2, 3, 4]
        afters = [path.partition("after=")[2].partition("&")[0] for path in server.paths]
        assert afters == ["0", "1", "3", "3", "3"]


def test_a_stream_of_what_is_over_is_empty() -> None:
    async def over(request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    with scripted(over) as server, Client(server.address) as client:
        assert list(client.events(JOB, after=7)) == []


def test_a_stream_that_is_refused_is_an_error() -> None:
    with (
        scripted(in_turn((404, refusal(404, "unknown_job")))) as server,
        Client(server.address) as client,
        pytest.raises(ProblemError, match="unknown_job"),
    ):
        next(client.events(JOB))


def test_a_stream_that_never_begins_again_ends_the_patience() -> None:
    with (
        scripted(in_turn(streaming(fact(1)), cut)) as server,
        Client(server.address, patience=0.4) as client,
        pytest.raises(ServerAway),
    ):
        list(client.events(JOB))


def test_words_that_a_newer_server_says_are_passed_over() -> None:
    handler = in_turn(
        streaming(b"event: server_ending\ndata: {}\n\n", fact(1)),
        streaming(b": still here\n\n", fact(2, "job_status", status="failed", error="so")),
    )
    with scripted(handler) as server, Client(server.address) as client:
        assert [one.kind for one in client.events(JOB)] == ["node_started", "job_status"]


def test_a_stream_in_words_of_another_program_is_told_apart() -> None:
    handler = streaming(b"id: 1\nevent: x\ndata: nonsense\n\n")
    with scripted(handler) as server, Client(server.address) as client, pytest.raises(UnexpectedAnswer):
        list(client.events(JOB))


@given(st.lists(st.integers(1, 60), max_size=20))
def test_events_come_whole_however_the_bytes_are_cut(cuts: list[int]) -> None:
    text = "retry: 1\r\n\r\n: nothing\n\nid: 7\nevent: kind\ndata: ä\ndata: b\n\nevent: bare\ndata:x\n\n"
    data, parser, events = f"{text}data: half".encode(), EventParser(), []
    for size in cuts:
        events += parser.feed(data[:size])
        data = data[size:]
    events += parser.feed(data)
    assert [(one.kind, one.data, one.id) for one in events] == [("kind", "ä\nb", "7"), ("bare", "x", "")]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0.0), ("7", 7.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("soon", None), ("", None)],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after(text) == seconds


def ranged(content: bytes) -> Handler:
    """A file, in parts where they are asked for."""

    async def handle(request: web.Request) -> web.StreamResponse:
        begin = request.http_range.start or 0
        head = {"ETag": '"tag"', "Content-Type": "application/octet-stream"}
        return web.Response(body=content[begin:], status=206 if begin else 200, headers=head)

    return handle


def test_a_download_that_is_cut_goes_on_where_it_was(tmp_path: Path) -> None:
    content = bytes(range(256)) * 4000
    digest = blake3(content).hexdigest()
    with (
        scripted(ranged(content)) as server,
        cutter(server.port, 300_000, 200_000) as proxy,
        Client(proxy.address) as client,
    ):
        assert client.artifact(digest) == content
        ranges = [head.get("Range", "") for _, _, head in server.seen]
        assert ranges[0] == ""
        assert all(one.startswith("bytes=") for one in ranges[1:])
        assert len(ranges) == 3


def test_a_download_of_other_bytes_is_refused() -> None:
    with (
        scripted(ranged(b"other")) as server,
        Client(server.address) as client,
        pytest.raises(FileBroken, match="not what this digest says"),
    ):
        client.artifact(DIGEST)


def test_names_of_artifacts_lead_nowhere_else_and_replace_nothing(tmp_path: Path) -> None:
    names = ["../../evil.png", "a/b\\c.png", "c.png", "\x00.", "..", "x" * 400 + ".png"]
    artifacts = [{"digest": DIGEST, "name": name, "media_type": "image/png", "size": 3} for name in names]

    async def handle(request: web.Request) -> web.StreamResponse:
        if "/artifacts/" in request.path:
            return await ranged(f"{len(server.seen)}".encode())(request)
        return await in_turn((200, job(status="done", artifacts=artifacts)))(request)

    (tmp_path / "c.png").write_text("mine")
    with scripted(handle) as server, Client(server.address) as client:
        paths = client.save(JOB, tmp_path)
    assert {path.parent for path in paths} == {tmp_path}
    assert [path.name for path in paths[:5]] == ["evil.png", "c-2.png", "c-3.png", "artifact", "artifact-2"]
    assert (tmp_path / "c.png").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 7  # and nothing half-written


def test_a_file_that_is_there_is_not_sent_again(tmp_path: Path) -> None:
    async def known(request: web.Request) -> web.StreamResponse:
        return web.Response(headers={"Content-Type": "image/png"})

    (tmp_path / "a.png").write_bytes(b"picture")
    with scripted(known) as server, Client(server.address) as client:
        sent = client.upload(tmp_path / "a.png")
        assert server.paths == [f"HEAD /api/v1/uploads/{sent.digest}"]
        assert sent.reference == f"blake3:{sent.digest}"
        assert (sent.name, sent.size) == ("a.png", 7)


def test_a_file_is_sent_whole_again_after_a_break(tmp_path: Path) -> None:
    content, got = b"picture" * 300_000, []

    async def take(request: web.Request) -> web.StreamResponse:
        if request.method == "HEAD":
            return web.Response(status=404)
        if request.method == "GET":
            limits = {"upload_bytes": 1 << 30}
            return web.json_response({"version": "1", "limits": limits})
        body = b"".join([piece async for piece in request.content.iter_any()])
        got.append((len(body), request.headers["X-File-Name"]))
        if len(got) == 1:
            return await cut(request)
        digest = request.path.rpartition("/")[2]
        return web.json_response({"reference": f"blake3:{digest}", "digest": digest, "size": len(body)})

    (tmp_path / "bärenbild.png").write_bytes(content)
    with scripted(take) as server, Client(server.address) as client:
        assert client.upload(tmp_path / "bärenbild.png").size == len(content)
    assert got == [(len(content), "b%C3%A4renbild.png")] * 2


def test_a_file_that_is_too_large_for_the_server_is_not_sent(tmp_path: Path) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.method == "HEAD":
            return web.Response(status=404)
        return web.json_response({"version": "1", "limits": {"upload_bytes": 3}})

    with scripted(handle) as server, Client(server.address) as client:
        with pytest.raises(BadCall, match="takes 3 at most"):
            client.upload(b"1234")
        assert not any(path.startswith("PUT") for path in server.paths)
