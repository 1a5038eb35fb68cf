"""Tokens and sessions: whom they let in, for what, and how they end."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.web.conftest import Running, running, two_nodes
from tests.web.http import Http
from tests.web.people import EVERYWHERE, as_person, token, with_token
from tests.web.test_jobs import waiting
from web.cli.main import main
from web.service.people.errors import NotLetIn, PeopleUnusable, TooManyTokens, UnknownToken
from web.service.people.people_file import MIGRATIONS, PeopleFile
from web.service.people.sessions import MAX_SESSIONS, Sessions
from web.service.people.tokens import DAY, Tokens

ROOT = Path(__file__).parents[2]


class Clock:
    """A clock that a test sets."""

    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(tmp_path: Path) -> Iterator[PeopleFile]:
    file = PeopleFile(tmp_path)
    yield file
    file.close()


@pytest.fixture
def tokens(people: PeopleFile, clock: Clock) -> Tokens:
    return Tokens(people, clock)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that everybody needs a token for."""
    with running(tmp_path_factory.mktemp("guarded") / "data", host=EVERYWHERE) as server:
        yield server


def test_a_token_lets_its_owner_in_with_its_scopes(tokens: Tokens) -> None:
    made, text = tokens.create("ada", ["run", "view"], name="laptop")
    person = tokens.person(text)
    assert (person.owner, person.scopes, person.token) == ("ada", {"view", "run"}, made.id)
    assert tokens.all()[0].last_used == made.created


def test_nothing_that_lets_anybody_in_is_kept(tokens: Tokens, tmp_path: Path) -> None:
    _, text = tokens.create("ada", ["view"])
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("people.sqlite*"))
    assert text.rpartition("_")[2].encode() not in kept
    assert bytes.fromhex(text.rpartition("_")[2]) not in kept
    assert (tmp_path / "people.sqlite").stat().st_mode & 0o077 == 0


def test_any_other_text_lets_nobody_in(tokens: Tokens) -> None:
    made, text = tokens.create("ada", ["view"])
    other = tokens.create("eve", ["admin"])[1]
    wrong = [
        "",
        "lg_",
        text[:-1],
        text + "0",
        text + "\n",
        text.upper(),
        f" {text}",
        f"lg_{made.id}_{other.rpartition('_')[2]}",
        f"lg_{'0' * 12}_{text.rpartition('_')[2]}",
        text.replace("lg_", "LG_"),
        f"lg_{made.id}_{'٣' * 64}",
        "x" * 100_000,
    ]
    for one in wrong:
        with pytest.raises(NotLetIn):
            tokens.person(one)


def test_a_token_ends_with_its_time_and_stays_ended_when_the_clock_is_set_back(
    tokens: Tokens, clock: Clock
) -> None:
    _, text = tokens.create("ada", ["view"], days=1)
    clock.now += DAY - 1
    assert tokens.person(text).owner == "ada"
    clock.now += 1
    with pytest.raises(NotLetIn, match="expired"):
        tokens.person(text)
    clock.now -= 10 * DAY
    with pytest.raises(NotLetIn, match="expired"):
        tokens.person(text)
    assert not tokens.usable()


def test_a_clock_that_is_behind_neither_refuses_a_token_nor_revives_a_revoked_one(
    tokens: Tokens, clock: Clock
) -> None:
    made, text = tokens.create("ada", ["view"], days=1)
    clock.now -= 1000 * DAY
    assert tokens.person(text).owner == "ada"
    tokens.revoke(made.id)
    for shift in (-5000 * DAY, 1000 * DAY, 9000 * DAY):
        clock.now += shift
        with pytest.raises(NotLetIn, match="revoked"):
            tokens.person(text)


def test_revoking_twice_is_revoking_once_and_an_unknown_token_is_said(tokens: Tokens, clock: Clock) -> None:
    made, _ = tokens.create("ada", ["view"])
    first = tokens.revoke(made.id)
    clock.now += 10
    assert tokens.revoke(made.id) == first
    with pytest.raises(UnknownToken):
        tokens.revoke("0" * 12)


def test_tokens_have_a_bound_and_those_long_revoked_make_room(
    tokens: Tokens, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.service.people.tokens.MAX_TOKENS", 2)
    made, _ = tokens.create("ada", ["view"])
    tokens.create("eve", ["view"])
    tokens.revoke(made.id)
    with pytest.raises(TooManyTokens):
        tokens.create("bob", ["view"])
    clock.now += 91 * DAY
    tokens.create("bob", ["view"])
    assert [one.owner for one in tokens.all()] == ["eve", "bob"]


def test_what_another_process_revokes_is_revoked_here_at_once(
    tokens: Tokens, tmp_path: Path, clock: Clock
) -> None:
    made, text = tokens.create("ada", ["view"])
    assert tokens.person(text)
    other = PeopleFile(tmp_path)
    Tokens(other, clock).revoke(made.id)
    other.close()
    with pytest.raises(NotLetIn):
        tokens.person(text)


def test_a_disk_that_takes_nothing_keeps_nobody_out(
    tokens: Tokens, people: PeopleFile, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _, text = tokens.create("ada", ["view"])

    def full(*_: Any) -> Any:
        raise PeopleUnusable("The disk is full.")

    monkeypatch.setattr(people, "writing", full)
    assert tokens.person(text).owner == "ada"
    assert "disk is full" in caplog.text


def test_a_file_of_a_newer_version_or_a_damaged_one_is_left_alone_and_said(tmp_path: Path) -> None:
    newer = sqlite3.connect(tmp_path / "people.sqlite")
    newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer.commit()
    newer.close()
    with pytest.raises(PeopleUnusable, match="newer version"):
        PeopleFile(tmp_path)
    (tmp_path / "people.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(PeopleUnusable, match="can not be read"):
        PeopleFile(tmp_path)


def test_a_session_ends_by_itself_when_asked_and_with_its_token(
    tokens: Tokens, people: PeopleFile, clock: Clock
) -> None:
    sessions = Sessions(people, tokens, clock)
    made, text = tokens.create("ada", ["view"])
    _, first = sessions.begin(text)
    _, second = sessions.begin(text)
    assert sessions.person(first).owner == "ada"
    sessions.end(first)
    with pytest.raises(NotLetIn):
        sessions.person(first)
    clock.now += 31 * DAY
    with pytest.raises(NotLetIn, match="over"):
        sessions.person(second)
    clock.now -= 31 * DAY
    with pytest.raises(NotLetIn):
        sessions.person(second)
    _, third = sessions.begin(text)
    tokens.revoke(made.id)
    with pytest.raises(NotLetIn):
        sessions.person(third)
    with pytest.raises(NotLetIn):
        sessions.begin(text)
    for wrong in ("", "x", third[:-1], "0" * 12 + third[12:]):
        with pytest.raises(NotLetIn):
            sessions.person(wrong)


def test_the_oldest_session_of_a_token_makes_room_for_another(
    tokens: Tokens, people: PeopleFile, clock: Clock
) -> None:
    sessions = Sessions(people, tokens, clock)
    _, text = tokens.create("ada", ["view"])
    cookies = []
    for _ in range(MAX_SESSIONS + 1):
        clock.now += 1
        cookies.append(sessions.begin(text)[1])
    with pytest.raises(NotLetIn):
        sessions.person(cookies[0])
    assert all(sessions.person(cookie) for cookie in (cookies[1], cookies[-1]))


def test_a_wrong_token_is_refused_also_where_none_is_needed(http: Http) -> None:
    for shown in ("Bearer lg_x", "Bearer", "Bearer " + "x" * 5000):
        reply = http.get("/api/v1/jobs", Authorization=shown)
        assert reply.status in (401, 429)
        assert shown[7:] == "" or shown[7:] not in reply.body.decode()
    http.get("/api/v1/jobs", Authorization="Basic YWRhOmFkYQ==").refused(401, "no_token")


def test_a_token_that_is_shown_counts_also_at_this_machine(serving: Callable[..., Running]) -> None:
    server = serving()
    ada = as_person(server, "ada", "view")
    assert ada.get("/api/v1/session").ok()["owner"] == "ada"
    ada.post("/api/v1/jobs", {"document": two_nodes()}).refused(403, "missing_scope")
    assert server.http.get("/api/v1/session").ok() == {
        "owner": "",
        "scopes": ["view", "run", "edit", "admin"],
        "token": "",
    }


def test_each_scope_lets_in_to_its_own_only_and_the_refusal_names_it(guarded: Running) -> None:
    viewer, runner = as_person(guarded, "ada", "view"), as_person(guarded, "ada", "run")
    admin = as_person(guarded, "root", "admin")
    problem = viewer.post("/api/v1/jobs", {"document": two_nodes()}).refused(403, "missing_scope")
    assert "'run'" in problem["detail"]
    assert "'view'" in runner.get("/api/v1/jobs").refused(403, "missing_scope")["detail"]
    for person in (viewer, runner):
        assert person.get("/api/v1/audit").refused(403)["scope"] == "admin"
        person.post("/api/v1/tokens", {"owner": "eve", "scopes": ["admin"]}).refused(403)
        person.post("/api/v1/queue", {"paused": True}).refused(403)
    job = runner.post("/api/v1/jobs", {"document": two_nodes(7)}).ok(202)["id"]
    assert viewer.ended(job)["owner"] == "ada"
    assert admin.get(f"/api/v1/jobs/{job}").ok()["owner"] == "ada"


def test_what_is_anothers_is_as_if_it_were_not_there(guarded: Running) -> None:
    ada = as_person(guarded, "ada", "view", "run", "edit")
    eve = as_person(guarded, "eve", "view", "run", "edit")
    job = ada.post("/api/v1/jobs", {"document": two_nodes(8)}).ok(202)["id"]
    ada.ended(job)
    unknown = eve.get("/api/v1/jobs/job-0000000000000000").refused(404, "unknown_job")["detail"]
    for path in ("", "/document", "/journal", "/events", "/preview"):
        said = eve.get(f"/api/v1/jobs/{job}{path}").refused(404, "unknown_job")["detail"]
        assert said.replace(job, "job-0000000000000000") == unknown
    for verb in ("cancel", "retry", "pause", "resume"):
        eve.post(f"/api/v1/jobs/{job}/{verb}").refused(404, "unknown_job")
    mine = eve.post("/api/v1/jobs", {"document": two_nodes(9)}).ok(202)["id"]
    eve.post(f"/api/v1/jobs/{mine}/move", {"before": job}).refused(404, "unknown_job")
    eve.delete(f"/api/v1/jobs/{job}").refused(404, "unknown_job")
    eve.get(f"/api/v1/events?jobs={job}").refused(404, "unknown_job")
    assert job not in {one["id"] for one in eve.get("/api/v1/jobs").ok()["jobs"]}
    eve.get("/api/v1/jobs?owner=ada").refused(403, "missing_scope")
    assert ada.get(f"/api/v1/jobs/{job}").ok()["status"] == "done"


def test_the_same_idempotency_key_of_two_owners_is_two_jobs(guarded: Running) -> None:
    jobs = [
        as_person(guarded, owner, "run").post(
            "/api/v1/jobs", {"document": two_nodes(11), "idempotency_key": "k"}
        )
        for owner in ("ada", "eve")
    ]
    assert len({reply.ok(202)["id"] for reply in jobs}) == 2


def test_a_stream_of_all_jobs_tells_of_ones_own_only(guarded: Running) -> None:
    ada, eve = as_person(guarded, "ada", "view", "run"), as_person(guarded, "eve", "view", "run")
    first = ada.post("/api/v1/jobs", {"document": two_nodes(21)}).ok(202)["id"]
    ada.ended(first)
    last = eve.post("/api/v1/jobs", {"document": two_nodes(22)}).ok(202)["id"]
    seen = set()
    for event in eve.events("/api/v1/events?after=0"):
        seen.add(event.data["job"])
        if event.data["job"] == last and event.data["data"].get("status") == "done":
            break
    assert first not in seen
    assert last in seen


def test_administrators_make_list_and_revoke_tokens_over_http(guarded: Running) -> None:
    admin = as_person(guarded, "root", "admin")
    reply = admin.post(
        "/api/v1/tokens", {"owner": "zoë o'hara"[:3], "scopes": ["view"], "days": 2, "name": "x"}
    )
    made = reply.ok(201)
    assert reply.headers["Location"] == f"/api/v1/tokens/{made['id']}"
    assert reply.headers["Cache-Control"] == "no-store"
    zoe = with_token(guarded.http, made["token"])
    assert zoe.get("/api/v1/session").ok()["token"] == made["id"]
    listed = {one["id"]: one for one in admin.get("/api/v1/tokens").ok()["tokens"]}
    assert listed[made["id"]]["usable"]
    assert "token" not in listed[made["id"]]
    assert admin.delete(f"/api/v1/tokens/{made['id']}").status == 204
    reply = zoe.get("/api/v1/session")
    assert "revoked" in reply.refused(401, "wrong_token")["detail"]
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    admin.delete("/api/v1/tokens/000000000000").refused(404, "unknown_token")
    admin.delete("/api/v1/tokens/..%2f..").refused(404)


@pytest.mark.parametrize(
    "body",
    [
        {"owner": "", "scopes": ["view"]},
        {"owner": " ada", "scopes": ["view"]},
        {"owner": "a\nb", "scopes": ["view"]},
        {"owner": "a\n", "scopes": ["view"]},
        {"owner": "a/../b", "scopes": ["view"]},
        {"owner": "x" * 101, "scopes": ["view"]},
        {"owner": "ada", "scopes": []},
        {"owner": "ada", "scopes": ["root"]},
        {"owner": "ada", "scopes": ["view"], "days": 0},
        {"owner": "ada", "scopes": ["view"], "days": True},
        {"owner": "ada", "scopes": ["view"], "days": 1e9},
        {"owner": "ada", "scopes": ["view"], "secret": "mine"},
    ],
)
def test_a_token_that_can_not_be_is_refused(guarded: Running, body: dict[str, Any]) -> None:
    admin = as_person(guarded, "root", "admin")
    admin.post("/api/v1/tokens", body).refused(422, "invalid_body")


def test_a_browser_signs_in_with_a_cookie_that_scripts_can_not_read(guarded: Running) -> None:
    http = guarded.http
    reply = http.post("/api/v1/session", {"token": token(guarded, "ada", "view")})
    assert reply.ok()["owner"] == "ada"
    cookie = reply.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie
    signed_in = http.with_headers(Cookie=cookie.partition(";")[0])
    assert signed_in.get("/api/v1/jobs").status == 200
    signed_in.post("/api/v1/jobs", {"document": two_nodes()}).refused(403, "missing_scope")
    ended = signed_in.delete("/api/v1/session")
    assert ended.status == 204
    assert "Max-Age=0" in ended.headers["Set-Cookie"]
    signed_in.get("/api/v1/jobs").refused(401, "wrong_token")
    http.post("/api/v1/session", {"token": "lg_wrong"}).refused(401)


def test_behind_a_proxy_with_https_the_cookie_is_for_https_only(guarded: Running) -> None:
    body = {"token": token(guarded, "ada", "view")}
    reply = guarded.http.post("/api/v1/session", body, X_Forwarded_Proto="https")
    assert "; Secure" in reply.headers["Set-Cookie"]


def test_an_old_cookie_keeps_nobody_out_at_this_machine(serving: Callable[..., Running]) -> None:
    server = serving()
    name = server.service.people.sessions.cookie
    assert server.http.with_headers(Cookie=f"{name}=nonsense").get("/api/v1/jobs").status == 200


def socket_status(http: Http, protocols: tuple[str, ...]) -> tuple[int, str | None]:
    async def connect() -> tuple[int, str | None]:
        address = f"{http.address}/api/v1/events"
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(address, protocols=protocols) as stream:
                    await stream.receive_json()
                    return 101, stream.protocol
            except aiohttp.WSServerHandshakeError as error:
                return error.status, None

    return asyncio.run(connect())


def test_a_websocket_shows_its_token_as_a_subprotocol(
    guarded: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    text = token(guarded, "ada", "view")
    bearer = f"latentgraph.bearer.{text}"
    assert socket_status(guarded.http, ("latentgraph", bearer)) == (101, "latentgraph")
    assert socket_status(guarded.http, ("latentgraph", bearer[:-1] + "x")) == (401, None)
    assert socket_status(guarded.http, ("latentgraph",)) == (401, None)
    assert socket_status(guarded.http, (bearer,)) == (400, None)
    assert socket_status(guarded.http, ("latentgraph", bearer, bearer)) == (400, None)
    assert text.rpartition("_")[2] not in caplog.text


def test_streams_end_when_their_token_does(guarded: Running) -> None:
    made, text = guarded.service.people.tokens.create("ada", ["view", "run"])
    ada = with_token(guarded.http, text)
    job = ada.post("/api/v1/jobs", {"document": waiting(60)}).ok(202)["id"]
    ended = []

    async def watch() -> int | None:
        address, protocols = f"{ada.address}/api/v1/events", ("latentgraph", f"latentgraph.bearer.{text}")
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(address, protocols=protocols) as stream,
        ):
            async for _ in stream:
                ended.append("event")
            return stream.close_code

    codes: list[int | None] = []
    socket = threading.Thread(target=lambda: codes.append(asyncio.run(watch())))
    socket.start()
    for event in ada.events(f"/api/v1/jobs/{job}/events"):
        if event.kind == "node_started":
            guarded.service.people.tokens.revoke(made.id)
    socket.join(60)
    assert codes == [1008]
    begun = time.monotonic()
    while guarded.service.people.streams.tokens and time.monotonic() - begun < 60:
        time.sleep(0.01)  # the server's side of a stream ends a moment after the client's
    assert guarded.service.people.streams.tokens == []
    as_person(guarded, "root", "admin").post(f"/api/v1/jobs/{job}/cancel").ok()


def test_an_address_that_shows_wrong_tokens_again_and_again_waits_and_a_right_one_still_works(
    serving: Callable[..., Running],
) -> None:
    server = serving(host=EVERYWHERE)
    wrong = with_token(server.http, f"lg_{'0' * 12}_{'0' * 64}")
    replies = [wrong.get("/api/v1/jobs") for _ in range(12)]
    assert [reply.status for reply in replies[:10]] == [401] * 10
    assert replies[-1].refused(429, "too_many_failures")
    assert int(replies[-1].headers["Retry-After"]) >= 1
    assert as_person(server, "ada", "view").get("/api/v1/jobs").status == 200


def test_the_command_line_makes_lists_and_revokes_tokens_while_a_server_runs(
    serving: Callable[..., Running], capsys: pytest.CaptureFixture[str]
) -> None:
    server = serving(host=EVERYWHERE)
    data = ["--data", str(server.settings.data)]
    assert main(["tokens", *data, "create", "--owner", "ada", "--scope", "view", "--days", "3"]) == 0
    text = capsys.readouterr().out.strip()
    ada = with_token(server.http, text)
    assert ada.get("/api/v1/session").ok()["owner"] == "ada"
    assert main(["tokens", *data, "list"]) == 0
    listed = capsys.readouterr().out
    assert "ada" in listed
    assert text not in listed
    assert main(["tokens", *data, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)["tokens"][0]
    assert made["usable"]
    assert main(["tokens", *data, "revoke", made["id"]]) == 0
    ada.get("/api/v1/session").refused(401, "wrong_token")
    assert main(["tokens", *data, "revoke", "nothing"]) == 2
    assert main(["tokens", *data, "create", "--owner", "", "--scope", "view"]) == 2
    assert main(["tokens", *data, "create", "--owner", "a", "--scope", "view", "--days", "nan"]) == 2
    assert "There is no token 'nothing'" in capsys.readouterr().err


def test_beyond_loopback_serve_refuses_to_start_while_nobody_could_come_in(tmp_path: Path) -> None:
    command = [sys.executable, "server.py", "--data", str(tmp_path), "--host", EVERYWHERE, "--port", "0"]

    def start() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)

    first = start()
    assert first.returncode == 2
    assert "latentgraph tokens create" in first.stderr
    assert "Traceback" not in first.stderr
    file = PeopleFile(tmp_path)
    made, _ = Tokens(file).create("ada", ["view"])
    Tokens(file).revoke(made.id)
    file.close()
    assert start().returncode == 2
