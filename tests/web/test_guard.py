"""The guard: foreign names and foreign sites get nothing, and nothing is let in by accident."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from graph_engine.errors import BadSettings
from tests.web.conftest import Running, running, two_nodes
from tests.web.http import Http, Reply
from tests.web.people import EVERYWHERE, raw, with_token
from tests.web.people import token as new_token
from web.api.guard import names
from web.service.settings import ServerSettings

FRIEND = "https://friend.example"


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server at this machine, with a name and a site that may use it."""
    with running(
        tmp_path_factory.mktemp("guard") / "data", hosts=("studio.example", "fe80::1"), origins=(FRIEND,)
    ) as server:
        yield server


def ask(http: Http, *headers: tuple[str, str], method: str = "GET", path: str = "/api/v1/server") -> Reply:
    return raw(http, method, path, *headers)


def own(http: Http) -> tuple[str, str]:
    return ("Host", f"{http.host}:{http.port}")


@pytest.mark.parametrize(
    "name",
    [
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost",
        "LOCALHOST:8188",
        "localhost.",
        "canvas.localhost:3000",
        "[::1]",
        "[::1]:8188",
        "[0:0:0:0:0:0:0:1]:8188",
    ],
)
def test_the_names_of_this_machine_lead_here(open_server: Running, name: str) -> None:
    assert ask(open_server.http, ("Host", name)).status == 200


@pytest.mark.parametrize(
    "name", ["studio.example", "STUDIO.example:443", "studio.example.", "[fe80::1]", "[FE80:0::1]:8188"]
)
def test_a_name_in_the_settings_leads_here_but_its_callers_need_a_token(
    open_server: Running, name: str
) -> None:
    ask(open_server.http, ("Host", name)).refused(401, "no_token")
    text = new_token(open_server, "ada", "view")
    assert ask(open_server.http, ("Host", name), ("Authorization", f"Bearer {text}")).status == 200


@pytest.mark.parametrize(
    "name",
    [
        "attacker.example",
        "localhost.attacker.example",
        "attackerlocalhost",
        "127.0.0.1.attacker.example",
        "192.168.0.7:8188",
        "0.0.0.0",
        "[::]",
        "xstudio.example",
        "studio.example.attacker.example",
        "2130706433",
    ],
)
def test_a_foreign_name_is_refused_with_the_way_out(open_server: Running, name: str) -> None:
    problem = ask(open_server.http, ("Host", name)).refused(421, "foreign_host")
    assert "`hosts`" in problem["detail"]


@pytest.mark.parametrize(
    "name", ["", "localhost:80:90", "user@localhost", "local host", "[::1", "localhost/x"]
)
def test_what_is_no_name_is_refused(open_server: Running, name: str) -> None:
    ask(open_server.http, ("Host", name)).refused(400)


def test_one_host_is_wanted_neither_none_nor_two(open_server: Running) -> None:
    ask(open_server.http).refused(400)
    ask(open_server.http, ("Host", "localhost"), ("Host", "localhost")).refused(400)
    ask(open_server.http, ("Host", "localhost"), ("Host", "attacker.example")).refused(400)


def test_a_whole_url_as_target_does_not_get_around_the_check_of_names(open_server: Running) -> None:
    http = open_server.http
    foreign = f"http://attacker.example:{http.port}/api/v1/server"
    ask(http, own(http), path=foreign).refused(421, "foreign_host")
    ask(http, ("Host", "attacker.example"), path="http://localhost/api/v1/server").refused(421)
    ask(http, own(http), path="http://localhost@attacker.example/api/v1/server").refused(400)
    assert ask(http, own(http), path="http://localhost/api/v1/server").status == 200


def test_a_name_that_is_checked_guards_every_address(open_server: Running) -> None:
    for path in ("/healthz", "/readyz", "/openapi.json", "/nothing/here", "/api/v1/jobs"):
        ask(open_server.http, ("Host", "attacker.example"), path=path).refused(421)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://attacker.example",
        "http://127.0.0.1:1",
        "http://localhost",
        "https://friend.example:444",
        "http://friend.example",
        "https://friend.example.attacker.example",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_another_site_is_refused(open_server: Running, origin: str, method: str) -> None:
    http = open_server.http
    reply = ask(
        http, own(http), ("Origin", origin), ("Content-Length", "0"), method=method, path="/api/v1/jobs"
    )
    reply.refused(403, "foreign_origin")
    assert "Access-Control-Allow-Origin" not in reply.headers


def test_two_origins_are_refused_even_when_one_is_good(open_server: Running) -> None:
    http = open_server.http
    good = f"http://{http.host}:{http.port}"
    assert ask(http, own(http), ("Origin", good)).status == 200
    ask(http, own(http), ("Origin", good), ("Origin", "https://attacker.example")).refused(403)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_what_another_site_embeds_is_refused_also_without_an_origin(open_server: Running, site: str) -> None:
    http = open_server.http
    for mode, dest in (("no-cors", "image"), ("navigate", "iframe"), ("no-cors", "script")):
        headers = (("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest))
        ask(http, own(http), *headers).refused(403, "foreign_site")
    link = (("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"))
    assert ask(http, own(http), *link).status == 200
    ask(http, own(http), *link, ("Content-Length", "0"), method="POST", path="/api/v1/jobs").refused(403)


def test_a_foreign_referer_may_change_nothing(open_server: Running) -> None:
    http = open_server.http
    job = "/api/v1/jobs/job-0000000000000000"
    foreign = ("Referer", "https://attacker.example/page?127.0.0.1")
    ask(http, own(http), foreign, method="DELETE", path=job).refused(403, "foreign_referer")
    ask(http, own(http), foreign, method="GET", path=job).refused(404)
    for referer in (f"http://{http.host}:{http.port}/canvas", f"{FRIEND}/page"):
        ask(http, own(http), ("Referer", referer), method="DELETE", path=job).refused(404)


@pytest.mark.parametrize("url", ["http://[", "http://[::1", "//", "nonsense", "http://\xff/"])
def test_a_url_that_is_none_is_foreign(open_server: Running, url: str) -> None:
    http = open_server.http
    job = "/api/v1/jobs/job-0000000000000000"
    ask(http, own(http), ("Referer", url), method="DELETE", path=job).refused(403, "foreign_referer")
    ask(http, own(http), ("Origin", url)).refused(403, "foreign_origin")
    assert ask(http, own(http), path=url).status in (400, 404, 421)


@pytest.mark.parametrize(
    "given", [{"hosts": ["*"]}, {"hosts": ["http://name"]}, {"origins": ["*"]}, {"origins": ["https://*.x"]}]
)
def test_names_and_sites_are_listed_whole_and_never_with_a_star(given: dict[str, list[str]]) -> None:
    with pytest.raises(BadSettings, match="star"):
        ServerSettings.given(**given)


def test_a_name_in_the_settings_may_have_its_port() -> None:
    settings = ServerSettings(hosts=("studio.example:8188", "[2001:db8::1]:80", "2001:db8::2"))
    assert names(settings) == {"127.0.0.1", "studio.example", "2001:db8::1", "2001:db8::2"}


def test_a_site_in_the_settings_may_use_the_api_and_is_told_so_by_name(open_server: Running) -> None:
    http = open_server.http
    reply = ask(http, own(http), ("Origin", FRIEND), ("Sec-Fetch-Site", "cross-site"))
    assert reply.status == 200
    assert reply.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "Access-Control-Allow-Credentials" not in reply.headers
    refused = ask(http, own(http), ("Origin", FRIEND), path="/api/v1/jobs/job-0000000000000000")
    assert refused.headers["Access-Control-Allow-Origin"] == FRIEND  # so that its pages can read why
    for one in (reply, refused, ask(http, own(http))):
        assert one.headers["Vary"] == "Origin"


def test_a_browser_that_asks_first_is_answered_for_those_sites_only(open_server: Running) -> None:
    http = open_server.http
    asks = (("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"))
    reply = ask(http, own(http), ("Origin", FRIEND), *asks, method="OPTIONS", path="/api/v1/jobs")
    assert reply.status == 204
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]
    foreign = ("Origin", "https://attacker.example")
    ask(http, own(http), foreign, *asks, method="OPTIONS", path="/api/v1/jobs").refused(403, "foreign_origin")


def test_every_answer_tells_browsers_to_guess_nothing_and_to_run_nothing(open_server: Running) -> None:
    http = open_server.http
    for path in ("/api/v1/server", "/healthz", "/nothing", "/openapi.json", "/api/v1/jobs?limit=x"):
        found = ask(http, own(http), path=path).headers
        assert found["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in found["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in found["Content-Security-Policy"]
        assert found["Cross-Origin-Resource-Policy"] == "same-origin"
        assert found["X-Request-Id"]


def test_a_stream_has_the_same_headers_as_every_answer(open_server: Running) -> None:
    http = open_server.http

    async def opened() -> tuple[int, Any]:
        async with aiohttp.ClientSession() as session, session.get(f"{http.address}/api/v1/events") as stream:
            return stream.status, stream.headers.copy()

    status, found = asyncio.run(opened())
    assert status == 200
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["X-Request-Id"]


def test_a_websocket_of_another_site_is_refused(open_server: Running) -> None:
    http = open_server.http

    async def connect(origin: str) -> int:
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(f"{http.address}/api/v1/events", origin=origin) as stream:
                    return 101 if "hello" in await stream.receive_str() else 0
            except aiohttp.WSServerHandshakeError as error:
                return error.status

    assert asyncio.run(connect("https://attacker.example")) == 403
    assert asyncio.run(connect("null")) == 403
    assert asyncio.run(connect(FRIEND)) == 101
    assert asyncio.run(connect(http.address)) == 101


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "Via", "X-Real-IP", "X-Forwarded-Host"])
def test_what_a_proxy_passes_on_is_not_the_person_at_this_machine(open_server: Running, name: str) -> None:
    http = open_server.http
    ask(http, own(http), (name, "127.0.0.1")).refused(401, "no_token")


def test_beyond_loopback_every_address_but_health_wants_a_token(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running(tmp_path_factory.mktemp("wide") / "data", host=EVERYWHERE) as server:
        http = server.http
        reply = http.post("/api/v1/jobs", {"document": two_nodes()})
        reply.refused(401, "no_token")
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
        for path in ("/api/v1/jobs", "/api/v1/events", "/api/v1/nodes", "/api/v1/session", "/api/v1/audit"):
            http.get(path).refused(401)
        for path in ("/healthz", "/readyz"):
            assert http.get(path).status == 200
            assert http.request("HEAD", path).status == 200
        assert with_token(http, new_token(server, "ada", "view")).get("/api/v1/jobs").status == 200
        ask(http, ("Host", EVERYWHERE)).refused(421, "foreign_host")


def test_why_the_server_is_not_ready_is_not_told_to_everybody(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    secret = "'/srv/somewhere/python' can not be run"
    with running(tmp_path_factory.mktemp("sick") / "data", host=EVERYWHERE) as server:
        server.service.runs.error = secret
        server.service.workers.workers[0].error = secret
        assert secret not in json.dumps(server.http.get("/readyz").ok(503))
        assert server.http.request("HEAD", "/readyz").status == 503
        known = with_token(server.http, new_token(server, "ada", "view")).get("/api/v1/workers").ok()
        assert secret in (known["reason"], known["workers"][0]["error"])


def test_at_this_machine_it_is_told_why_the_server_is_not_ready(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running(tmp_path_factory.mktemp("here") / "data") as server:
        server.service.runs.error = "The disk is full."
        assert server.http.get("/readyz").ok(503)["reason"] == "The disk is full."
        proxied = server.http.get("/readyz", X_Forwarded_For="192.0.2.1").ok(503)
        assert proxied["reason"] != "The disk is full."
