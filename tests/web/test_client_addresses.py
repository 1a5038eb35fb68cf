"""Which address each call of the client asks, with what, and that it sends a change once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from tests.web.scripted import cut, in_turn, job, refusal, scripted
from web.client import AnswerLost, Client, ClientError

WF = "wf-0123456789abcdef"
NOW = "2026-01-01T00:00:00Z"
SUMMARY = {
    "id": WF, "name": "n", "tags": [], "owner": "", "created": NOW, "updated": NOW, "version": 1,
    "etag": '"1"',
}  # fmt: skip
VERSION = {
    "number": 1, "name": "", "digest": "0" * 64, "nodes": 0, "author": "", "time": NOW, "note": ""
}  # fmt: skip
WORKFLOW = {**SUMMARY, "document": {}, "shown": VERSION}
SHARE = {
    "id": "sh-0123456789abcdef", "workflow": WF, "version": "current", "created": NOW, "expires": NOW,
    "state": "open", "opened": 0, "path": "/api/v1/shared/x",
}  # fmt: skip
TOKEN = {"id": "0123456789ab", "owner": "o", "name": "", "scopes": ["run"], "created": NOW, "usable": True}
HOOK = {"id": "wh-0123456789abcdef", "owner": "", "url": "http://h", "events": ["done"], "created": NOW}
DELIVERY = {
    "id": "msg-" + "0" * 32, "job": "job-0123456789abcdef", "type": "job.done", "url": "http://h",
    "state": "dead", "tries": 8, "created": NOW,
}  # fmt: skip

Call = Callable[[Client], Any]

READS: list[tuple[Call, str, Any]] = [
    (lambda c: c.workflow(WF), f"GET /api/v1/workflows/{WF}?check=false", WORKFLOW),
    (lambda c: c.version(WF, 2), f"GET /api/v1/workflows/{WF}/versions/2", {**VERSION, "document": {}}),
    (
        lambda c: c.compare_versions(WF, 1, 2),
        f"GET /api/v1/workflows/{WF}/versions/1/diff/2",
        {"differences": []},
    ),
    (lambda c: c.export_workflow(WF, lock=True), f"GET /api/v1/workflows/{WF}/export?lock=true", {}),
    (lambda c: c.workflow_openapi(WF), f"GET /api/v1/workflows/{WF}/openapi.json", {}),
    (
        lambda c: c.choices("a/b c", "d/e", "red", limit=5),
        "GET /api/v1/nodes/a/b%20c/inputs/d%2Fe/choices?query=red&limit=5",
        {"choices": [{"value": "x"}], "more": False},
    ),
    (lambda c: c.shares(WF), f"GET /api/v1/workflows/{WF}/shares", {"shares": [SHARE]}),
    (lambda c: c.templates(), "GET /api/v1/templates", {"templates": []}),
    (
        lambda c: c.texts("ko"),
        "GET /api/v1/nodes/texts/ko",
        {"language": "ko", "nodes": {}, "values": {}, "categories": {}},
    ),
    (lambda c: c.whoami(), "GET /api/v1/session", {"owner": "", "scopes": ["view"]}),
    (lambda c: c.tokens(), "GET /api/v1/tokens", {"tokens": [TOKEN]}),
    (lambda c: c.webhooks(), "GET /api/v1/webhooks", {"webhooks": [HOOK]}),
    (lambda c: c.webhook_secret(), "GET /api/v1/webhooks/secret", {"secret": "whsec_x"}),
    (lambda c: c.delete_workflow(WF), f"DELETE /api/v1/workflows/{WF}?forever=false", {}),
    (lambda c: c.revoke_share(WF, "sh-1"), f"DELETE /api/v1/workflows/{WF}/shares/sh-1", {}),
    (lambda c: c.revoke_token("0123456789ab"), "DELETE /api/v1/tokens/0123456789ab", {}),
    (lambda c: c.delete_webhook("wh-1"), "DELETE /api/v1/webhooks/wh-1", {}),
    (lambda c: c.restore_workflow(WF), f"POST /api/v1/workflows/{WF}/restore", SUMMARY),
    (lambda c: c.run(WF, {"a": 1}, version=3), f"POST /api/v1/workflows/{WF}/runs?version=3", job()),
]
CHANGES: list[tuple[Call, str, Any, Any]] = [
    (
        lambda c: c.create_workflow({"latentgraph": 1}, name="n", tags=["t"]),
        "POST /api/v1/workflows",
        WORKFLOW,
        {"document": {"latentgraph": 1}, "name": "n", "tags": ["t"], "note": ""},
    ),
    (
        lambda c: c.create_workflow(upload="blake3:x"),
        "POST /api/v1/workflows",
        WORKFLOW,
        {"upload": "blake3:x", "tags": [], "note": ""},
    ),
    (
        lambda c: c.save_workflow(WF, {}, '"1"', note="why"),
        f"PUT /api/v1/workflows/{WF}",
        WORKFLOW,
        {"document": {}, "note": "why"},
    ),
    (
        lambda c: c.change_workflow(WF, '"1"', tags=[]),
        f"PATCH /api/v1/workflows/{WF}",
        SUMMARY,
        {"tags": []},
    ),
    (
        lambda c: c.restore_version(WF, 2, '"1"'),
        f"POST /api/v1/workflows/{WF}/versions/2/restore",
        WORKFLOW,
        None,
    ),
    (
        lambda c: c.share_workflow(WF, days=3),
        f"POST /api/v1/workflows/{WF}/shares",
        SHARE,
        {"days": 3, "version": "current"},
    ),
    (lambda c: c.copy_shared("x/y"), "POST /api/v1/shared/x%2Fy/copy", WORKFLOW, {}),
    (lambda c: c.copy_template("t", name="n"), "POST /api/v1/templates/t/copy", WORKFLOW, {"name": "n"}),
    (
        lambda c: c.create_token("me", ["run"], days=2),
        "POST /api/v1/tokens",
        {**TOKEN, "token": "lg_x"},
        {"owner": "me", "scopes": ["run"], "name": "", "days": 2},
    ),
    (
        lambda c: c.add_webhook("http://h", ["done"]),
        "POST /api/v1/webhooks",
        {**HOOK, "secret": "whsec_x"},
        {"url": "http://h", "events": ["done"]},
    ),
    (lambda c: c.retry_delivery("msg-1"), "POST /api/v1/webhooks/deliveries/msg-1/retry", DELIVERY, None),
]


@pytest.mark.parametrize(("call", "asks", "answer"), READS)
def test_what_may_be_asked_twice(call: Call, asks: str, answer: Any) -> None:
    with scripted(in_turn((503, {}), (200, answer))) as server, Client(server.address) as client:
        call(client)
        assert server.paths == [asks, asks]


@pytest.mark.parametrize(("call", "asks", "answer", "body"), CHANGES)
def test_what_is_sent_once(call: Call, asks: str, answer: Any, body: Any) -> None:
    got = []

    async def take(request: web.Request) -> web.StreamResponse:
        got.append(await request.read())
        return await in_turn((200, answer))(request)

    with scripted(take) as server, Client(server.address) as client:
        call(client)
        assert server.paths == [asks]
        assert (json.loads(got[0]) if got[0] else None) == body
        takes_etag = "save" in asks or asks.startswith(("PUT", "PATCH")) or "versions" in asks
        assert server.seen[0][2].get("If-Match") == ('"1"' if takes_etag else None)
    with scripted(in_turn(cut)) as server, Client(server.address) as client:
        with pytest.raises(AnswerLost):
            call(client)
        assert len(server.seen) == (2 if asks.startswith("PUT") else 1)  # aiohttp; a tag stops it


def test_a_change_that_was_sent_twice_is_not_said_to_be_another_ones() -> None:
    taken = in_turn(cut, (412, refusal(412, "workflow_changed")))
    with scripted(taken) as server, Client(server.address) as client, pytest.raises(AnswerLost):
        client.save_workflow(WF, {}, '"1"')


@pytest.mark.parametrize(
    ("call", "path", "name", "one"),
    [
        (lambda c: c.workflows(tags=["a"]), "/api/v1/workflows", "workflows", SUMMARY),
        (lambda c: c.versions(WF), f"/api/v1/workflows/{WF}/versions", "versions", VERSION),
        (
            lambda c: c.audit(),
            "/api/v1/audit",
            "entries",
            {"number": 1, "time": NOW, "operation": "submit_job"},
        ),
        (lambda c: c.deliveries(), "/api/v1/webhooks/deliveries", "deliveries", DELIVERY),
    ],
)
def test_pages_are_read_to_the_last(call: Call, path: str, name: str, one: Any) -> None:
    pages = in_turn((200, {name: [one, one], "cursor": 7}), (200, {name: [one]}))
    with scripted(pages) as server, Client(server.address) as client:
        assert len(list(call(client))) == 3
        first, second = server.paths
        assert first.startswith(f"GET {path}")
        assert "cursor=7" in second


def test_every_error_of_the_client_is_one_of_the_engine() -> None:
    from graph_engine.errors import EngineError

    assert issubclass(ClientError, EngineError)
