"""Connections and bodies that come slowly, half, too large, packed or not at all: each is told why."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import Running, running, two_nodes
from tests.web.http import Http
from tests.web.people import Wire, head, raw
from tests.web.test_jobs import waiting

QUICK_SECONDS = 0.3
JSON = ("Content-Type", "application/json")


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that waits for no head for long, and takes little."""
    data = tmp_path_factory.mktemp("hasty") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.api.connections.LINGER_SECONDS", 1.0)
        with running(data, header_seconds=QUICK_SECONDS, json_limit=4096) as server:
            yield server


@pytest.fixture
def server(hasty: Running) -> Iterator[Http]:
    """The hasty server, which still answers when the test is over."""
    yield hasty.http
    assert hasty.http.get("/healthz").status == 200


def host(http: Http) -> tuple[str, str]:
    return ("Host", f"{http.host}:{http.port}")


def post(http: Http, *headers: tuple[str, str]) -> bytes:
    return head("POST", "/api/v1/check", (host(http), *headers))


@pytest.mark.parametrize("begun", [b"G", b"GET /healthz HTTP/1.1\r\n", b"GET /healthz HTTP/1.1\r\nHost: loc"])
def test_a_head_that_does_not_end_is_told_so_and_closed(server: Http, begun: bytes) -> None:
    with Wire(server) as wire:
        wire.send(begun).reply().refused(408, "too_slow")
        assert wire.rest() == b""


def test_a_head_that_comes_byte_by_byte_has_no_more_time_for_it(server: Http) -> None:
    with Wire(server) as wire:
        begun = time.monotonic()
        wire.send(b"GET /healthz HTTP/1.1\r\n")
        try:
            for _ in range(2000):
                wire.send(b"X-a: b\r\n")
                time.sleep(0.01)
        except OSError:
            pass
        assert time.monotonic() - begun < 15


def test_a_second_head_on_a_connection_has_the_same_time(server: Http) -> None:
    with Wire(server) as wire:
        assert wire.send(head("GET", "/healthz", [host(server)])).reply().status == 200
        wire.send(b"GET /healthz HTTP").reply().refused(408, "too_slow")


def test_a_head_in_pieces_that_ends_in_time_is_answered_and_so_are_several_at_once(server: Http) -> None:
    whole = head("GET", "/healthz", [host(server)])
    with Wire(server) as wire:
        for piece in (whole[:10], whole[10:20], whole[20:]):
            wire.send(piece)
            time.sleep(0.02)
        assert wire.reply().status == 200
        for _ in range(3):
            time.sleep(QUICK_SECONDS / 2)
            assert wire.send(whole).reply().status == 200


def test_a_half_sent_head_behind_a_stream_does_not_end_the_stream(server: Http) -> None:
    job = server.post("/api/v1/jobs", {"document": waiting(2)}).ok(202)["id"]
    with Wire(server) as wire:
        wire.send(head("GET", f"/api/v1/jobs/{job}/events", [host(server)]))
        time.sleep(0.1)
        reply = wire.send(b"GET /half").reply()
    assert reply.status == 200
    assert b'"done"' in reply.body


def test_many_that_dawdle_keep_nobody_out(server: Http) -> None:
    wires = [Wire(server).send(b"POST /api/v1/jobs HTTP/1.1\r\nHost:") for _ in range(200)]
    try:
        assert server.get("/healthz").status == 200
        for wire in wires:
            wire.reply().refused(408, "too_slow")
    finally:
        for wire in wires:
            wire.__exit__()


def test_a_connection_beyond_the_bound_is_told_so_and_there_is_room_again_later(
    serving: Callable[..., Running],
) -> None:
    http = serving(connections=3).http
    held = [Wire(http) for _ in range(3)]
    for wire in held:
        assert wire.send(head("GET", "/healthz", [host(http)])).reply().status == 200
    for _ in range(2):
        reply = http.get("/healthz")
        reply.refused(503, "too_many_connections")
        assert reply.headers["Retry-After"]
    assert held[0].send(head("GET", "/healthz", [host(http)])).reply().status == 200
    for wire in held:
        wire.__exit__()
    begun = time.monotonic()
    while http.get("/healthz").status != 200:
        assert time.monotonic() - begun < 60
        time.sleep(0.01)


@pytest.mark.parametrize(
    "headers",
    [
        [("X-Long", "x" * 20_000)],
        [(f"X-{index}", "x") for index in range(300)],
        [("Cookie", "x=" + "y" * 60_000)],
    ],
)
def test_a_head_that_is_too_large_is_refused(server: Http, headers: list[tuple[str, str]]) -> None:
    raw(server, "GET", "/healthz", host(server), *headers).refused(431, "head_too_large")
    raw(server, "GET", "/" + "x" * 20_000, host(server)).refused(431, "head_too_large")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40,
        b"HELO mail.example\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x00\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
    ],
)
def test_what_is_no_request_is_refused_and_closed_and_not_repeated(server: Http, sent: bytes) -> None:
    with Wire(server) as wire:
        reply = wire.send(sent).reply()
        assert reply.status == 400
        assert reply.headers["Connection"] == "close"
        assert reply.json["detail"]
        assert wire.rest() == b""
        assert b"mail.example" not in reply.body


def test_a_token_in_a_head_that_can_not_be_read_is_not_logged(
    server: Http, caplog: pytest.LogCaptureFixture
) -> None:
    raw(server, "GET", "/healthz", host(server), ("Authorization", "Bearer " + "5ec7e7" * 3000)).refused(431)
    assert "5ec7e7" not in caplog.text


def test_a_body_that_is_not_sent_to_its_end_changes_nothing(server: Http) -> None:
    body = json.dumps({"document": two_nodes()}).encode()
    before = server.get("/api/v1/jobs").ok()["counts"]
    with Wire(server) as wire:
        length = ("Content-Length", str(len(body)))
        wire.send(head("POST", "/api/v1/jobs", [host(server), JSON, length]) + body[:-3]).end()
        answered = wire.rest()
    assert b" 202 " not in answered
    assert server.get("/api/v1/jobs").ok()["counts"] == before


def test_a_body_that_comes_too_slowly_is_refused(server: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.api.routing.PIECE_SECONDS", 0.2)
    with Wire(server) as wire:
        wire.send(post(server, JSON, ("Content-Length", "100")) + b"{").reply().refused(408, "too_slow")
    monkeypatch.setattr("web.api.routing.SLOWEST", 1e9)
    with Wire(server) as wire:
        wire.send(post(server, JSON, ("Content-Length", "100")))
        try:
            for _ in range(90):
                wire.send(b" ")
                time.sleep(0.02)
        except OSError:
            pass
        wire.reply().refused(408, "too_slow")


def test_a_body_that_is_too_large_is_refused_before_it_is_sent_and_while_it_is(server: Http) -> None:
    with Wire(server) as wire:
        wire.send(post(server, JSON, ("Content-Length", "5000"))).reply().refused(413, "body_too_large")
    with Wire(server) as wire:
        wire.send(post(server, JSON, ("Content-Length", str(10**15)))).reply().refused(413, "body_too_large")
    chunk = b"400\r\n" + b" " * 1024 + b"\r\n"
    with Wire(server) as wire:
        wire.send(post(server, JSON, ("Transfer-Encoding", "chunked")))
        wire.send(chunk * 5).reply().refused(413, "body_too_large")


def test_a_body_longer_than_it_said_is_cut_there_and_the_rest_is_no_request(server: Http) -> None:
    body = json.dumps({"document": two_nodes()}).encode()
    whole = post(server, JSON, ("Content-Length", str(len(body)))) + body
    with Wire(server) as wire:
        assert wire.send(whole).reply().ok()["problems"] == []
        wire.send(b"and more\r\n\r\n").reply().refused(400, "bad_request")
        assert wire.rest() == b""
    with Wire(server) as wire:
        wire.send(whole + b"and more\r\n\r\n").reply().refused(400, "bad_request")
        assert wire.rest() == b""


def test_who_asks_before_sending_is_told_to_send_and_then_answered(server: Http) -> None:
    body = json.dumps({"document": two_nodes()}).encode()
    with Wire(server) as wire:
        wire.send(post(server, JSON, ("Expect", "100-continue"), ("Content-Length", str(len(body)))))
        assert wire.line() == b"HTTP/1.1 100 Continue"
        assert wire.line() == b""
        assert wire.send(body).reply().ok()["problems"] == []
        assert wire.send(head("GET", "/healthz", (host(server),))).reply().ok()["status"] == "ok"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/v1/check", [JSON, ("Content-Length", "5000")], 413),
        ("/api/v1/check?no=1", [JSON, ("Content-Length", "9")], 422),
        ("/api/v1/uploads", [("Authorization", "Bearer none"), ("Content-Length", "9")], 401),
        ("/api/v1/check", [JSON, ("Content-Encoding", "br"), ("Content-Length", "9")], 415),
    ],
)
def test_who_asks_before_sending_what_is_refused_need_not_send_it(
    server: Http, path: str, headers: list[tuple[str, str]], status: int
) -> None:
    with Wire(server) as wire:
        wire.send(head("POST", path, [host(server), ("Expect", "100-continue"), *headers]))
        wire.reply().refused(status)
        assert wire.rest() == b""


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/nothing/here"])
def test_an_expectation_that_nobody_knows_is_answered_all_the_same(server: Http, path: str) -> None:
    reply = raw(server, "GET", path, host(server), ("Expect", "wonders"))
    assert reply.status in (200, 404, 417)
    assert reply.headers["X-Request-Id"]


def test_a_body_that_stops_before_what_it_said_waits_and_is_given_up(
    server: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.api.routing.PIECE_SECONDS", 0.2)
    body = json.dumps({"document": two_nodes()}).encode()
    with Wire(server) as wire:
        wire.send(post(server, JSON, ("Content-Length", str(len(body) + 1))) + body)
        wire.reply().refused(408, "too_slow")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"document": "\xff\xfe"}', "not_utf8"),
        (b"\xff\xfe{\x00}\x00", "not_utf8"),
        (b"{", "not_json"),
        (b'{"document": NaN}', "not_json"),
        (b'{"document": 1e999}', "not_json"),
        (b'{"document": {}} {}', "not_json"),
        (b"\x00", "not_json"),
        (b'{"document": {"name": "\\ud800"}}', "not_text"),
        (b'{"document": {"nodes": {"\\uDfff": {}}}}', "not_text"),
        (b"", "no_body"),
    ],
)
def test_a_body_that_is_no_json_is_refused_with_the_reason(server: Http, body: bytes, code: str) -> None:
    server.post("/api/v1/check", body, Content_Type="application/json").refused(400, code)


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_body_that_is_100000_deep_is_refused(http: Http, opening: bytes, closing: bytes) -> None:
    deep = b'{"document": {"nodes": ' + opening * 100_000 + b"1" + closing * 100_000 + b"}}"
    http.post("/api/v1/check", deep, Content_Type="application/json").refused(400, "too_deep")
    http.post("/api/v1/jobs", opening * 100_000, Content_Type="application/json").refused(400)


def test_a_name_that_is_there_twice_is_refused(server: Http) -> None:
    body = b'{"document": {"latentgraph": 1, "nodes": {}}, "document": {}}'
    server.post("/api/v1/check", body, Content_Type="application/json").refused(400, "not_json")


def test_a_character_that_is_escaped_in_two_halves_is_a_character(server: Http) -> None:
    body = b'{"document": {"latentgraph": 1, "name": "\\ud83d\\ude00", "nodes": {}}}'
    assert server.post("/api/v1/check", body, Content_Type="application/json").ok() == {"problems": []}


def test_the_last_of_a_million_names_is_there_twice_and_that_is_found_in_no_time(http: Http) -> None:
    body = json.dumps({str(number): 1 for number in range(1_000_000)}).encode()
    body = body[:-1] + b', "999999": 1}'
    http.post("/api/v1/check", body, Content_Type="application/json").refused(400, "not_json")


def test_a_flood_of_faults_is_counted_and_a_few_are_named(http: Http) -> None:
    few = {"document": {}, **{f"field{number}": 1 for number in range(1000)}}
    assert len(http.post("/api/v1/check", few).refused(422, "invalid_body")["problems"]) == 1000
    flood = {"document": {}, **{f"field{number}": 1 for number in range(200_000)}}
    refused = http.post("/api/v1/check", flood).refused(422, "invalid_body")
    assert "200,000" in refused["detail"]
    assert "problems" not in refused


@pytest.mark.parametrize("field", ["inputs", "texts", "wanted"])
def test_names_beyond_any_workflow_are_refused_before_they_are_looked_up(http: Http, field: str) -> None:
    names = {f"name{number}": "1" for number in range(1001)}
    body = {"document": two_nodes(), field: list(names) if field == "wanted" else names}
    (problem,) = http.post("/api/v1/plan", body).refused(422, "invalid_body")["problems"]
    assert problem["input"] == field


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "GZIP", "gzip, gzip", "unknown"])
def test_a_packed_body_is_refused_unopened(server: Http, encoding: str) -> None:
    bomb = gzip.compress(b" " * (1 << 20))
    reply = server.post("/api/v1/check", bomb, Content_Type="application/json", Content_Encoding=encoding)
    reply.refused(415, "packed_body")


def test_a_body_of_another_kind_is_refused(server: Http) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        server.post("/api/v1/check", b'{"document": {}}', Content_Type=kind).refused(415)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_answered_or_closed_and_never_with_a_fault_of_the_server(
    server: Http, sent: bytes
) -> None:
    with Wire(server) as wire:
        try:
            answered = wire.send(sent + b"\r\n\r\n").end().rest()
        except ConnectionError:
            answered = b""
    assert not answered.startswith(b"HTTP/1.1 5")
