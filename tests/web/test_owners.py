"""Owners over HTTP: of another's workflow nothing is said, and nobody goes on with another's stream."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from tests.web.conftest import Running, running, two_nodes
from tests.web.http import Http
from tests.web.people import EVERYWHERE, as_person, token, with_token

WORKFLOWS = "/api/v1/workflows"
NOBODYS = "wf-0000000000000000"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that everybody needs a token for."""
    with running(tmp_path_factory.mktemp("owners") / "data", host=EVERYWHERE) as server:
        yield server


def ended(http: Http, value: int) -> str:
    """A job of this person that is done."""
    job: str = http.post("/api/v1/jobs", {"document": two_nodes(value)}).ok(202)["id"]
    http.ended(job)
    return job


def last_serial(http: Http, job: str) -> int:
    """The number, among all events of the server, of the last one of a job."""
    return int(http.get(f"/api/v1/jobs/{job}/journal").ok()["events"][-1]["serial"])


@pytest.mark.parametrize(
    ("method", "end", "body"),
    [
        ("GET", "", None),
        ("PUT", "", {"document": two_nodes(2)}),
        ("PATCH", "", {"name": "Mine"}),
        ("DELETE", "", None),
        ("DELETE", "?forever=true", None),
        ("POST", "/restore", None),
        ("GET", "/export", None),
        ("GET", "/thumbnail", None),
        ("GET", "/openapi.json", None),
        ("POST", "/runs", {}),
        ("GET", "/shares", None),
        ("POST", "/shares", {}),
        ("DELETE", "/shares/sh-0000000000000000", None),
    ],
)
def test_a_workflow_of_another_is_as_if_it_were_not_there(
    guarded: Running, method: str, end: str, body: Any
) -> None:
    ada = as_person(guarded, "ada", "view", "run", "edit")
    eve = as_person(guarded, "eve", "view", "run", "edit")
    kept = ada.post(WORKFLOWS, {"document": two_nodes(1), "name": "Secret"}).ok(201)
    any_version = {"If-Match": "*"}
    refused = eve.request(method, f"{WORKFLOWS}/{kept['id']}{end}", body, any_version)
    said = refused.refused(404, "unknown_workflow")["detail"]
    nobodys = eve.request(method, f"{WORKFLOWS}/{NOBODYS}{end}", body, any_version)
    assert said.replace(kept["id"], NOBODYS) == nobodys.refused(404, "unknown_workflow")["detail"]
    assert kept["id"] not in {one["id"] for one in eve.get(WORKFLOWS).ok()["workflows"]}
    assert ada.get(f"{WORKFLOWS}/{kept['id']}").ok() == {**kept, "problems": None}


def test_who_goes_on_after_the_last_event_of_another_sees_nothing_of_theirs(guarded: Running) -> None:
    ada = as_person(guarded, "ada", "view", "run")
    eve = as_person(guarded, "eve", "view", "run")
    theirs = [ended(ada, value) for value in (31, 32)]
    mine = ended(eve, 33)
    first, end = last_serial(ada, theirs[0]), last_serial(eve, mine)
    eve.get(f"/api/v1/jobs/{theirs[0]}/events", Last_Event_ID="1").refused(404, "unknown_job")
    seen = set()
    for event in eve.events("/api/v1/events", Last_Event_ID=str(first)):
        seen.add(event.data["job"])
        if event.id == str(end):
            break
    assert seen == {mine}


def test_a_websocket_that_names_the_job_of_another_when_it_comes_back_goes_on_with_ones_own(
    guarded: Running,
) -> None:
    ada = as_person(guarded, "ada", "view", "run")
    text = token(guarded, "eve", "view", "run")
    eve = with_token(guarded.http, text)
    theirs, mine = ended(ada, 41), ended(eve, 42)
    protocols = ("latentgraph", f"latentgraph.bearer.{text}")

    async def come_back() -> tuple[Any, list[Any]]:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{eve.address}/api/v1/events", protocols=protocols) as stream,
        ):
            await stream.receive_json()
            await stream.send_json({"watch": {"jobs": [theirs], "after": 0}})
            (refused,) = await stream.receive_json()
            await stream.send_json({"watch": {"after": 0}})
            facts = []
            while not facts or facts[-1]["serial"] != last_serial(eve, mine):
                facts += await stream.receive_json()
            return refused, facts

    refused, facts = asyncio.run(come_back())
    assert refused["kind"] == "refused"
    assert "no job" in refused["detail"]
    assert theirs not in {fact["job"] for fact in facts}
    assert mine in {fact["job"] for fact in facts}
