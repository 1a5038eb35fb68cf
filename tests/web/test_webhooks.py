"""Webhooks: signed, in order, at least once, tried again, and never to where they must not go."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from graph_engine.jobs.job import Job, Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from tests.web.conftest import Running, two_nodes
from tests.web.http import LIMIT, Http
from web.service.hub import Hub
from web.service.person import LOCAL, Person
from web.service.webhooks.addresses import WebhookRefused, check_public, host_name, host_of, is_public
from web.service.webhooks.sending import Schedule
from web.service.webhooks.signing import new_secret, signed_headers
from web.service.webhooks.store import (
    FURTHEST_SECONDS,
    Delivery,
    NewDelivery,
    UnknownWebhook,
    WebhookStore,
)
from web.service.webhooks.webhooks import Webhooks

ANN = Person("ann", frozenset({"view", "run"}))
BOB = Person("bob", frozenset({"view", "run"}))
CHIEF = Person("chief", frozenset({"admin"}))
QUICK = Schedule(pauses=(0.05,) * 3, timeout=5.0)

Answer = Callable[[int], Awaitable[web.Response]]


def verified(headers: Any, body: bytes, secret: str) -> bool:
    """A receiver's side of the specification, written from its text and nothing of ours."""
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    key = base64.b64decode(secret[len("whsec_") :])
    wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    given = [one.partition(",") for one in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(text, wanted) for version, _, text in given)


@dataclass
class Received:
    """A message that came."""

    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A receiving server, and what came to it."""

    url: str
    came: list[Received] = field(default_factory=list)

    async def of(self, count: int) -> list[Received]:
        """What came, when there is so much."""
        await until(lambda: len(self.came) >= count)
        return self.came


@asynccontextmanager
async def receiving(answer: Answer | None = None) -> AsyncIterator[Receiver]:
    """A server that takes what comes."""
    receiver = Receiver("")

    async def take(request: web.Request) -> web.Response:
        receiver.came.append(Received(request.headers.copy(), await request.read()))
        return await answer(len(receiver.came)) if answer else web.Response(status=204)

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


async def until(condition: Callable[[], Any]) -> None:
    """Wait for what must come."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < LIMIT
        await asyncio.sleep(0.01)


class Place:
    """A queue and its webhooks, as a server has them."""

    def __init__(self, data: Path, schedule: Schedule = QUICK, allowed: tuple[str, ...] = ()) -> None:
        self.queue = JobQueue(data / "jobs.sqlite")
        self.journal = Journal.of(self.queue)
        self.hub = Hub(self.journal)
        self.queue.on_change(self.hub.wake)
        self.webhooks = Webhooks(
            data / "webhooks.sqlite",
            self.journal.last_serial,
            self.queue.get,
            lambda job: {"id": job.id, "status": job.status},
            allowed,
            schedule,
        )
        self.store = self.webhooks.store

    async def __aenter__(self) -> Place:
        await self.hub.start()
        await self.webhooks.start(self.hub)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.webhooks.close()
        await self.hub.close()
        self.store.close()
        self.queue.close()

    def submit(self, webhook: str = "", owner: str = "") -> Job:
        return self.queue.submit(Request(document="{}", owner=owner, webhook=webhook))

    def run(self, webhook: str = "", owner: str = "", status: Any = "done") -> Job:
        """A job from its submission to its end."""
        job = self.submit(webhook, owner)
        assert self.queue.claim("cpu") is not None
        return self.queue.finish(job.id, status, {}, "")

    def deliveries(self, person: Person = LOCAL) -> list[Delivery]:
        return self.webhooks.deliveries(person, 100, None, None, None)

    async def settled(self, count: int = 1) -> list[Delivery]:
        """All deliveries, oldest first, when there are so many and none waits any more."""

        def over() -> bool:
            found = self.deliveries()
            return len(found) >= count and all(one.state != "waiting" for one in found)

        await until(over)
        return self.deliveries()[::-1]


def test_a_body_is_signed_as_the_specification_says() -> None:
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signature_holds_for_its_body_id_time_and_secret_only() -> None:
    secret = new_secret()
    headers = signed_headers("msg-1", 1_700_000_000, b"{}", [secret])
    assert verified(headers, b"{}", secret)
    assert not verified(headers, b"{ }", secret)
    assert not verified(headers, b"{}", new_secret())
    assert not verified(headers | {"webhook-id": "msg-2"}, b"{}", secret)
    assert not verified(headers | {"webhook-timestamp": "1700000001"}, b"{}", secret)


def test_the_end_of_a_job_is_told_to_the_address_that_it_names(tmp_path: Path) -> None:
    async def told() -> None:
        async with receiving() as receiver, Place(tmp_path) as place:
            job = place.run(receiver.url)
            (message,) = await receiver.of(1)
            (delivery,) = await place.settled()
            assert message.json["type"] == "job.done"
            assert message.json["data"] == {"id": job.id, "status": "done"}
            assert message.json["timestamp"].endswith("Z")
            assert message.headers["webhook-id"] == delivery.id
            assert abs(int(message.headers["webhook-timestamp"]) - time.time()) < LIMIT
            assert verified(message.headers, message.body, place.webhooks.own_secret(LOCAL))
            assert (delivery.state, delivery.status, delivery.tries) == ("delivered", 204, 1)

    asyncio.run(told())


def test_a_standing_webhook_is_told_of_the_statuses_that_it_names_in_order(tmp_path: Path) -> None:
    async def told() -> None:
        async with receiving() as receiver, Place(tmp_path) as place:
            place.run()  # before there was a webhook
            hook, secret = place.webhooks.add(LOCAL, receiver.url, ["running", "failed"])
            jobs = [place.run(status=status).id for status in ("failed", "done", "failed")]
            messages = await receiver.of(5)
            await place.settled(5)
            assert [(one.json["type"], one.json["data"]["id"]) for one in messages] == [
                ("job.running", jobs[0]),
                ("job.failed", jobs[0]),
                ("job.running", jobs[1]),
                ("job.running", jobs[2]),
                ("job.failed", jobs[2]),
            ]
            assert all(verified(one.headers, one.body, secret) for one in messages)
            assert {one.hook for one in place.deliveries()} == {hook.id}

    asyncio.run(told())


def test_a_webhook_is_told_of_its_owners_jobs_only(tmp_path: Path) -> None:
    async def told() -> None:
        async with receiving() as receiver, Place(tmp_path, allowed=("127.0.0.1",)) as place:
            place.webhooks.add(ANN, receiver.url, ["done"])
            place.run(owner="bob")
            mine = place.run(owner="ann")
            messages = await receiver.of(1)
            await place.settled()
            assert [one.json["data"]["id"] for one in messages] == [mine.id]

    asyncio.run(told())


def test_after_500_it_is_sent_again_as_the_same_message(tmp_path: Path) -> None:
    async def answer(number: int) -> web.Response:
        return web.Response(status=500 if number == 1 else 200)

    async def told() -> None:
        async with receiving(answer) as receiver, Place(tmp_path) as place:
            place.run(receiver.url)
            first, second = await receiver.of(2)
            (delivery,) = await place.settled()
            assert first.headers["webhook-id"] == second.headers["webhook-id"]
            assert first.body == second.body
            assert (delivery.state, delivery.tries) == ("delivered", 2)

    asyncio.run(told())


def test_a_receiver_that_never_takes_it_is_given_up_and_can_be_tried_again(tmp_path: Path) -> None:
    broken = True

    async def answer(number: int) -> web.Response:
        return web.Response(status=503 if broken else 200)

    async def told() -> None:
        nonlocal broken
        async with receiving(answer) as receiver, Place(tmp_path) as place:
            place.run(receiver.url)
            (dead,) = await place.settled()
            assert (dead.state, dead.tries, dead.status) == ("dead", 4, 503)
            assert "503" in dead.error
            broken = False
            place.webhooks.retry(LOCAL, dead.id)
            await receiver.of(5)
            (delivered,) = await place.settled()
            assert delivered.state == "delivered"
            assert {one.headers["webhook-id"] for one in receiver.came} == {dead.id}

    asyncio.run(told())


@pytest.mark.parametrize(("status", "tries"), [(410, 1), (302, 4), (404, 4)])
def test_what_is_no_success_is_none(status: int, tries: int, tmp_path: Path) -> None:
    async def answer(number: int) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async def told() -> None:
        async with receiving(answer) as receiver, Place(tmp_path) as place:
            place.run(receiver.url)
            (delivery,) = await place.settled()
            assert (delivery.state, delivery.tries, delivery.status) == ("dead", tries, status)
            assert len(receiver.came) == tries  # and nothing followed the redirect

    asyncio.run(told())


def test_a_receiver_that_does_not_answer_holds_no_other_up(tmp_path: Path) -> None:
    async def never(number: int) -> web.Response:
        await asyncio.sleep(LIMIT)
        return web.Response()

    async def told() -> None:
        schedule = Schedule(pauses=(), timeout=1.0)
        async with receiving(never) as slow, receiving() as quick, Place(tmp_path, schedule) as place:
            for _ in range(10):
                place.run(slow.url)
            place.run(quick.url)
            await quick.of(1)
            assert len(slow.came) <= 1
            await until(lambda: any(one.state == "dead" for one in place.deliveries()))
            given_up = next(one for one in place.deliveries() if one.state == "dead")
            assert "within 1 seconds" in given_up.error

    asyncio.run(told())


def test_an_endless_answer_is_let_go(tmp_path: Path) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
        except ConnectionError:
            return response

    async def told() -> None:
        app = web.Application()
        app.router.add_post("/", endless)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with Place(tmp_path) as place:
            place.run(f"http://127.0.0.1:{runner.addresses[0][1]}/")
            (delivery,) = await place.settled()
            assert delivery.state == "delivered"
        await runner.cleanup()

    asyncio.run(told())


def test_what_ended_before_a_crash_is_told_after_it(tmp_path: Path) -> None:
    async def told() -> None:
        async with receiving() as receiver:
            async with Place(tmp_path) as place:
                place.run(receiver.url)
                await receiver.of(1)
                await place.settled()
            queue = JobQueue(tmp_path / "jobs.sqlite")  # a job ends, and nobody is there to tell of it
            lost = queue.submit(Request(document="{}", webhook=receiver.url))
            queue.claim("cpu")
            queue.finish(lost.id, "failed", {}, "")
            queue.close()
            async with Place(tmp_path) as place:
                messages = await receiver.of(2)
                await place.settled(2)
            assert messages[1].json["data"] == {"id": lost.id, "status": "failed"}
            async with Place(tmp_path) as place:
                place.run(receiver.url)
                await receiver.of(3)
                await place.settled(3)
            assert len(receiver.came) == 3  # each once

    asyncio.run(told())


def test_a_job_of_which_nothing_can_be_told_holds_no_other_up(tmp_path: Path) -> None:
    """As it may come with an archive, or from a version with other rules."""

    async def scene() -> None:
        async with receiving() as receiver, Place(tmp_path) as place:
            place.run("no address at all")
            told = place.run(receiver.url)
            assert [one.json["data"]["id"] for one in await receiver.of(1)] == [told.id]

    asyncio.run(scene())


def test_what_was_under_way_at_a_stop_is_sent_again(tmp_path: Path) -> None:
    hanging = True

    async def answer(number: int) -> web.Response:
        if hanging:
            await asyncio.sleep(LIMIT)
        return web.Response()

    async def told() -> None:
        nonlocal hanging
        async with receiving(answer) as receiver:
            async with Place(tmp_path) as place:
                place.run(receiver.url)
                await receiver.of(1)
            hanging = False
            async with Place(tmp_path) as place:
                await receiver.of(2)
                (delivery,) = await place.settled()
            assert {one.headers["webhook-id"] for one in receiver.came} == {delivery.id}

    asyncio.run(told())


def test_the_secret_before_signs_too_while_it_is_replaced(tmp_path: Path) -> None:
    async def told() -> None:
        async with receiving() as receiver, Place(tmp_path) as place:
            hook, before = place.webhooks.add(LOCAL, receiver.url, ["done"])
            after = place.webhooks.replace_secret(LOCAL, hook.id)
            place.run()
            (message,) = await receiver.of(1)
            await place.settled()
            assert after != before
            assert verified(message.headers, message.body, before)
            assert verified(message.headers, message.body, after)

    asyncio.run(told())


def test_a_deleted_webhook_is_told_nothing_more(tmp_path: Path) -> None:
    async def told() -> None:
        async with receiving() as receiver, Place(tmp_path) as place:
            hook, _ = place.webhooks.add(LOCAL, receiver.url, ["done"])
            place.webhooks.delete(LOCAL, hook.id)
            place.run()
            place.run(receiver.url + "/job")
            await receiver.of(1)
            assert [one.hook for one in await place.settled()] == [""]

    asyncio.run(told())


def test_others_webhooks_and_deliveries_are_not_there(tmp_path: Path) -> None:
    async def told() -> None:
        async with receiving() as receiver, Place(tmp_path, allowed=("127.0.0.1",)) as place:
            hook, _ = place.webhooks.add(ANN, receiver.url, ["done"])
            place.run(owner="ann")
            (delivery,) = await place.settled()
            assert place.webhooks.hooks(BOB) == []
            assert place.deliveries(BOB) == []
            for act in (
                lambda: place.webhooks.delete(BOB, hook.id),
                lambda: place.webhooks.replace_secret(BOB, hook.id),
                lambda: place.webhooks.retry(BOB, delivery.id),
            ):
                with pytest.raises(UnknownWebhook):
                    act()
            assert [one.id for one in place.webhooks.hooks(CHIEF)] == [hook.id]

    asyncio.run(told())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
        "::",
        "::127.0.0.1",
        "fec0::1",
    ],
)
def test_addresses_of_this_machine_and_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_that_everybody_can_reach_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]:80/x",
        "http://localhost:8188/",
        "https://a.localhost./",
        "ftp://x.org/",
        "http://",
        "http://u:p@example.org/",
        "http://example.org:0/",
        "http://example.org/a b",
        "http://[::1/",
    ],
)
def test_such_an_address_is_refused_when_it_is_named(url: str) -> None:
    with pytest.raises(WebhookRefused):
        check_public(url)


@given(st.text() | st.from_regex(r"https?://[^/]*(:[0-9]*)?/?.*"))
def test_whatever_is_named_is_an_address_or_refused_with_a_sentence(text: str) -> None:
    for url in (text, f"http://{text}"):
        said = refusal(url)
        assert said.endswith(".") or host_of(url)


@pytest.mark.parametrize("host", ["１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1", "ⓛocalhost"])
def test_an_address_in_letters_of_another_width_is_that_address(host: str) -> None:
    assert "this network" in refusal(f"http://{host}:8188/hook")


@pytest.mark.parametrize("name", ["studio.lan", "STUDIO.LAN.", "müller.lan", "192.168.0.7", "fd00::7"])
def test_a_host_that_is_allowed_is_known_however_it_is_spelt(name: str) -> None:
    written = f"[{name}]" if ":" in name else name
    assert host_of(f"http://{written}:8000/hook") == host_name(name)


def refusal(url: str) -> str:
    """Why an address is refused; nothing where it is not."""
    try:
        check_public(url)
    except WebhookRefused as error:
        return str(error)
    return ""


@pytest.mark.parametrize("host", ["localtest.invalid", "2130706433", "127.1"])
def test_a_name_that_leads_to_this_machine_is_not_connected_to(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def rebound(name: Any, *arguments: Any, **options: Any) -> Any:
        return real("127.0.0.1" if name == "localtest.invalid" else name, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)

    async def told() -> None:
        async with receiving() as receiver, Place(tmp_path) as place:
            url = receiver.url.replace("127.0.0.1", host)
            place.run(url, owner="ann")
            (delivery,) = await place.settled()
            assert receiver.came == []
            assert (delivery.state, delivery.tries) == ("dead", 1)
            assert ("webhook_hosts" in delivery.error) == (host == "localtest.invalid")

    asyncio.run(told())


def test_an_administrator_may_name_an_address_on_this_network(tmp_path: Path) -> None:
    async def told() -> None:
        async with receiving() as receiver, Place(tmp_path) as place:
            with pytest.raises(WebhookRefused, match="webhook_hosts"):
                place.webhooks.allow(ANN, receiver.url)
            place.webhooks.allow(CHIEF, receiver.url)
            place.run(receiver.url, owner="chief")
            await receiver.of(1)
            await place.settled()

    asyncio.run(told())


def test_a_clock_that_was_wrong_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = WebhookStore(tmp_path / "webhooks.sqlite", 0)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 10 * FURTHEST_SECONDS)
    store.add([NewDelivery("", "", 1, "job-1", "job.done", "http://a/", "a", True, "{}")], 1)
    monkeypatch.undo()
    assert len(store.due()) == 1
    store.close()


def test_a_journal_put_back_from_a_backup_is_followed(tmp_path: Path) -> None:
    store = WebhookStore(tmp_path / "webhooks.sqlite", 500)
    store.close()
    store = WebhookStore(tmp_path / "webhooks.sqlite", 20)
    assert store.position == 20
    store.close()


def test_only_the_user_may_read_the_secrets(tmp_path: Path) -> None:
    store = WebhookStore(tmp_path / "webhooks.sqlite", 0)
    assert (tmp_path / "webhooks.sqlite").stat().st_mode & 0o077 == 0
    store.close()


def test_a_webhook_over_http(serving: Callable[..., Running]) -> None:
    async def told() -> None:
        async with receiving() as receiver:
            await asyncio.to_thread(over_http, serving().http, receiver.url)
            assert len(receiver.came) == 2
            by_type = {one.json["data"]["id"] for one in receiver.came}
            assert len(by_type) == 1

    asyncio.run(told())


def over_http(http: Http, url: str) -> None:
    made = http.post("/api/v1/webhooks", {"url": url}).ok(201)
    assert made["secret"].startswith("whsec_")
    listed = http.get("/api/v1/webhooks").ok()["webhooks"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert "secret" not in listed[0]
    secret = http.get("/api/v1/webhooks/secret").ok()["secret"]
    assert http.get("/api/v1/webhooks/secret").ok()["secret"] == secret
    assert http.post("/api/v1/webhooks/secret").ok()["secret"] != secret
    job = http.post("/api/v1/jobs", {"document": two_nodes(), "webhook": url + "/job"}).ok(202)
    http.ended(job["id"])
    begun = time.monotonic()
    while True:
        found = http.get(f"/api/v1/webhooks/deliveries?job={job['id']}&state=delivered").ok()["deliveries"]
        if len(found) == 2:
            break
        assert time.monotonic() - begun < LIMIT
        time.sleep(0.02)
    assert {one["webhook"] for one in found} == {None, made["id"]}
    again = http.post(f"/api/v1/webhooks/deliveries/{'msg-' + '0' * 32}/retry")
    again.refused(404, "unknown_webhook")
    page = http.get("/api/v1/webhooks/deliveries?limit=1").ok()
    assert page["cursor"] is not None
    rest = http.get(f"/api/v1/webhooks/deliveries?limit=1&cursor={page['cursor']}").ok()
    assert rest["cursor"] is None
    assert page["deliveries"] != rest["deliveries"]
    assert http.delete(f"/api/v1/webhooks/{made['id']}").status == 204
    http.get(f"/api/v1/webhooks/{made['id']}").refused(404, "unknown_webhook")
    http.post("/api/v1/jobs", {"document": two_nodes(), "webhook": "ftp://x"}).refused(422, "invalid_body")
    http.post("/api/v1/jobs", {"document": two_nodes(), "webhook": "http://u:p@x/"}).refused(
        422, "webhook_refused"
    )
