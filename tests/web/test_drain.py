"""Ends and starts of real server processes: an end loses nothing, a failed start says one sentence."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from graph_engine.store.lock import is_held
from tests.graph_engine.conftest import document
from tests.web.conftest import Running, two_nodes
from tests.web.http import LIMIT, Http
from tests.web.process import Process

ROOT = Path(__file__).parents[2]


Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers on a port that is free, and ends those that are left."""
    started: list[Process] = []

    def begin(*options: str, data: Path = tmp_path / "data", **environment: str) -> Process:
        started.append(Process(data, "--port", "0", *options, **environment))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.ended()


def training(seconds: float) -> dict[str, Any]:
    """A document that runs for some seconds, or until it is stopped."""
    steps = int(seconds * 50)
    nodes = {"wait": ("train", {"steps": steps, "seconds": 0.02})}
    return document(nodes, outputs={"out": "wait.integer"}).as_json()


def running(http: Http, seconds: float) -> str:
    """A job that is at work."""
    job: str = http.post("/api/v1/jobs", {"document": training(seconds)}).ok(202)["id"]
    begun = time.monotonic()
    while http.get(f"/api/v1/jobs/{job}").ok()["status"] != "running":
        assert time.monotonic() - begun < LIMIT
        time.sleep(0.02)
    return job


def test_it_says_where_it_is_and_a_signal_ends_it(start: Start) -> None:
    server = start()
    assert server.http.get("/healthz").ok() == {"status": "ok"}
    server.signal()
    assert server.ended() == 0
    assert "Traceback" not in server.said


def test_while_it_ends_runs_end_streams_are_told_and_nothing_new_is_taken(start: Start) -> None:
    server = start()
    http = server.http
    job = running(http, 2.0)
    stream = http.events(f"/api/v1/jobs/{job}/events")
    server.signal()
    kinds = []
    for event in stream:
        kinds.append(event.kind)
        if event.kind == "server_ending":
            http.get("/readyz").ok(503)
            refused = http.post("/api/v1/jobs", {"document": two_nodes()})
            assert refused.refused(503, "server_ending")
            assert int(refused.headers["Retry-After"]) > 0
    assert kinds.count("server_ending") == 1
    assert kinds[-1] == "job_status"  # the job's end came after it
    assert server.ended() == 0
    again = start().http
    assert again.get(f"/api/v1/jobs/{job}").ok()["status"] == "done"


def test_a_websocket_is_told_too(serving: Callable[..., Running]) -> None:
    server = serving()

    async def told() -> list[str]:
        kinds: list[str] = []
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{server.http.address}/api/v1/events") as connection,
        ):
            kinds += [one["kind"] for one in await connection.receive_json()]
            server.loop.call_soon_threadsafe(server.service.hub.announce_ending)
            kinds += [one["kind"] for one in await connection.receive_json()]
        return kinds

    assert asyncio.run(told()) == ["hello", "server_ending"]


def test_what_takes_longer_than_the_time_to_end_goes_back_to_the_queue(start: Start) -> None:
    server = start(LATENTGRAPH_DRAIN_SECONDS="0.2")
    job = running(server.http, 3.0)
    server.signal()
    assert server.ended() == 0
    again = start().http
    ended = again.ended(job)
    assert (ended["status"], ended["attempts"]) == ("done", 2)


def test_a_second_signal_ends_it_at_once_and_loses_nothing(start: Start) -> None:
    server = start(LATENTGRAPH_DRAIN_SECONDS="600")
    http = server.http
    job = running(http, 4.0)
    server.signal()
    server.until(lambda: http.get("/readyz").status == 503)
    server.signal(signal.SIGINT)
    assert server.ended() == 128 + signal.SIGINT
    assert "Stopped at once" in server.said
    ended = start().http.ended(job)
    assert ended["status"] == "done"


def test_after_a_kill_the_lock_holds_nobody_up(start: Start, tmp_path: Path) -> None:
    server = start()
    job = running(server.http, 2.0)
    server.process.kill()
    server.ended()
    server.until(lambda: not is_held(tmp_path / "data" / "jobs.lock"))
    assert start().http.ended(job)["status"] == "done"


def refused(server: Process) -> str:
    """The one sentence that a server which can not start says."""
    assert server.ended() == 2
    assert "Traceback" not in server.said
    (sentence,) = server.said.splitlines()
    return sentence


def test_a_second_server_on_a_folder_is_refused(start: Start) -> None:
    assert start().http.get("/healthz").ok()
    assert "Another process runs the jobs" in refused(start())


def test_a_port_that_is_taken_is_named(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = refused(start("--port", str(port)))
    assert f"port {port}" in sentence
    assert "--port" in sentence
    assert not (tmp_path / "data" / "jobs.sqlite").exists()


def test_a_folder_that_can_not_be_written_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    assert "can not be written" in refused(start())


def test_a_folder_of_a_newer_version_is_left_alone(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "latentgraph.json").write_text('{"layout": 99}')
    assert "Update it" in refused(start())
    assert [one.name for one in folder.iterdir()] == ["latentgraph.json"]


def test_lines_of_the_log_are_json_when_it_is_asked_for(start: Start, tmp_path: Path) -> None:
    server = start("--log-format", "json")
    server.http.get("/healthz").ok()
    server.signal()
    assert server.ended() == 0
    lines = [json.loads(one) for one in (tmp_path / "data" / "logs" / "server.log").read_text().splitlines()]
    assert "read_health" in {one.get("operation") for one in lines}
