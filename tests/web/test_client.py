"""The client and a real server: what scripts do."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Running, document, link, two_nodes
from tests.web.http import LIMIT
from tests.web.scripted import cutter
from web.client import AsyncClient, BadCall, Client, ProblemError, ServerAway, WaitedTooLong
from web.models.events import PreviewView, ProgressView
from web.models.jobs import EventView


@pytest.fixture
def client(shared_server: Running) -> Iterator[Client]:
    with Client(shared_server.http.address) as client:
        yield client


_fresh = itertools.count()


def counting(steps: int = 5, seconds: float = 0.02) -> dict[str, Any]:
    """A document that says how far it is, and that nobody has run before."""
    count = ("train", {"steps": steps, "seconds": seconds, "after": next(_fresh)})
    return document(
        {"count": count, "sum": ("add", {"a": link("count.integer")})},
        outputs={"sum": "sum.integer"},
        inputs={"steps": "count.steps", "seconds": "count.seconds"},
    ).as_json()


def saving(value: int = 7, name: str = "picture.toy") -> dict[str, Any]:
    """A document that saves a file."""
    return document(
        {"save": ("save_toy", {"value": value, "name": name})}, inputs={"value": "save.value"}
    ).as_json()


def _done(event: EventView) -> bool:
    return event.kind == "job_status" and event.data["status"] == "done"


def test_a_document_is_run_and_its_job_is_there_with_what_was_set(client: Client) -> None:
    job = client.submit(two_nodes(), inputs={"value": 41}, priority=3, wanted=["sum"])
    ended = client.wait(job.id, timeout=LIMIT)
    assert ended.status == "done"
    assert (ended.priority, ended.wanted, ended.inputs) == (3, ["sum"], {"value": 41})
    assert ended.nodes["sum"].status in ("miss", "hit")
    assert client.document(job.id)["nodes"]["one"]["inputs"]["value"] == 41


def test_the_same_key_is_the_same_job(client: Client) -> None:
    first = client.submit(two_nodes(2), idempotency_key="twice")
    assert client.submit(two_nodes(2), idempotency_key="twice").id == first.id
    with pytest.raises(ProblemError, match="key") as caught:
        client.submit(two_nodes(3), idempotency_key="twice")
    assert caught.value.status == 409


def test_a_document_may_be_a_file_a_document_or_json(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "graph.json"
    file.write_text(json.dumps(two_nodes(5)))
    for given in (file, str(file), two_nodes(5), document({"one": ("number", {"value": 5})})):
        assert client.check(given) == []


def test_every_fault_of_a_document_is_in_the_error(client: Client) -> None:
    wrong = document({"a": ("number", {"value": "x"}), "b": ("numbr", {})}).as_json()
    with pytest.raises(ProblemError) as caught:
        client.submit(wrong)
    assert {one.node for one in caught.value.faults} == {"a", "b"}
    assert all(one.node in str(caught.value) for one in caught.value.faults)
    assert {one.node for one in client.check(wrong)} == {"a", "b"}


def test_a_plan_and_an_interface_run_nothing(client: Client) -> None:
    steps = client.plan(two_nodes(), inputs={"value": 100_001}).steps
    assert [(one.node, one.status) for one in steps] == [("one", "miss"), ("sum", "unknown")]
    inputs = client.interface(two_nodes(), ["sum.b"]).inputs
    assert set(inputs) == {"value", "sum.b"}
    assert inputs["value"].type == "whole number"


def test_a_sweep_is_one_job(client: Client) -> None:
    job = client.wait(client.submit(two_nodes(), sweep={"value": [1, 2, 3]}).id, LIMIT)
    assert job.status == "done"


def test_jobs_are_listed_page_after_page(client: Client) -> None:
    made = [client.submit({**two_nodes(), "name": "listed once"}).id for _ in range(7)]
    found = [one.id for one in client.jobs(search="listed once")]
    assert found == made[::-1]
    assert [one.id for one in client.jobs(search="listed once", limit=3)] == made[:3:-1]
    first = client.jobs_page(search="listed once", limit=4)
    assert first.cursor is not None
    second = client.jobs_page(search="listed once", limit=4, cursor=first.cursor)
    assert [one.id for one in [*first.jobs, *second.jobs]] == found
    assert [one.id for one in client.jobs(inputs={"value": "41"}, search="no such job")] == []


def test_a_job_is_steered(client: Client) -> None:
    client.pause_queue()
    try:
        one, two = client.submit(two_nodes(11)), client.submit(two_nodes(12))
        assert client.queue().paused
        assert client.move(two.id, before=one.id).id == two.id
        waiting = [job.id for job in client.queue().waiting if job.id in (one.id, two.id)]
        assert waiting == [two.id, one.id]
        assert client.move(one.id, priority=9).priority == 9
        assert client.pause(one.id).paused
        assert not client.resume(one.id).paused
        assert client.cancel(one.id).status == "cancelled"
        assert client.retry(one.id).status == "queued"
        client.cancel(two.id)
        client.delete(two.id)
        with pytest.raises(ProblemError, match="no job"):
            client.job(two.id)
    finally:
        client.resume_queue()
    assert client.wait(one.id, LIMIT).status == "done"


def test_events_are_facts_in_order_and_progress_between_them(client: Client) -> None:
    job = client.submit(counting(), inputs={"seconds": 0.03})
    events = list(client.events(job.id, progress_seconds=0.02))
    facts = [one for one in events if isinstance(one, EventView)]
    assert [one.number for one in facts] == list(range(1, len(facts) + 1))
    assert facts[-1].data["status"] == "done"
    assert any(isinstance(one, ProgressView) and one.node == "count" for one in events)
    assert list(client.events(job.id, after=facts[-1].number)) == []
    assert [one.number for one in client.journal(job.id, after=2, limit=2)] == [3, 4]


def test_waiting_is_over_when_it_was_said_to_be(client: Client) -> None:
    job = client.submit(counting(1000, 0.05))
    with pytest.raises(WaitedTooLong, match="goes on"):
        client.wait(job.id, timeout=0.2)
    client.cancel(job.id)
    assert client.wait(job.id, LIMIT).status == "cancelled"


def test_watching_brings_facts_of_all_jobs_and_previews_as_bytes(shared_server: Running) -> None:
    async def watch() -> list[Any]:
        async with AsyncClient(shared_server.http.address) as client:
            seen = []
            watching = client.watch(preview_seconds=0.02)
            first = asyncio.ensure_future(anext(watching))
            await asyncio.sleep(0.3)
            picture = document({"paint": ("paint", {"pictures": 20, "seconds": 0.02, "seed": 77})}).as_json()
            job = await client.submit(picture)
            async with asyncio.timeout(LIMIT):
                seen.append(await first)
                async for event in watching:
                    seen.append(event)
                    if isinstance(event, EventView) and event.job == job.id and _done(event):
                        break
            await watching.aclose()
            return seen

    seen = asyncio.run(watch())
    previews = [one for one in seen if isinstance(one, PreviewView)]
    assert previews
    assert all(one.data and one.media_type for one in previews)
    serials = [one.serial for one in seen if isinstance(one, EventView)]
    assert serials == sorted(set(serials))


def test_what_was_saved_is_written_once_under_free_names(client: Client, tmp_path: Path) -> None:
    job = client.wait(client.submit(saving(123)).id, LIMIT)
    (path,) = client.save(job.id, tmp_path)
    assert path.name == "picture.toy"
    assert client.save(job.id, tmp_path) == [path]
    (plain,) = client.save(job.id, tmp_path, metadata=False)
    assert plain.read_bytes() == client.artifact(job.artifacts[0].digest) == b"123"


def test_a_file_is_sent_once_and_named_by_digest(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("some words " * 1000)
    sent, again = client.upload(file), client.upload(file.read_bytes())
    assert sent.reference == again.reference
    measured = document({"size": ("file_size", {"path": sent.reference})}, {"size": "size.integer"}).as_json()
    ended = client.wait(client.submit(measured).id, LIMIT)
    assert ended.status == "done", ended.error


def test_connections_that_are_cut_lose_and_repeat_no_fact(shared_server: Running) -> None:
    with Client(shared_server.http.address) as straight:
        job = straight.submit(counting(40, 0.02))
        with cutter(shared_server.http.port, 700, 1100, 0, 900, 1500) as proxy, Client(proxy.address) as cut:
            numbers = [one.number for one in cut.events(job.id) if isinstance(one, EventView)]
            assert proxy.connections >= 5
        last = straight.job(job.id).events
    assert numbers == list(range(1, last + 1))


def test_a_restart_between_events_loses_and_repeats_none(serving: Callable[..., Running]) -> None:
    first = serving()
    with cutter(first.http.port) as proxy, Client(proxy.address, patience=LIMIT) as client:
        job = client.submit(counting(60, 0.03))
        numbers: list[int] = []
        restarting: list[threading.Thread] = []

        def restart() -> None:
            proxy.target = None
            first.close()
            proxy.target = serving().http.port

        for event in client.events(job.id):
            if isinstance(event, ProgressView) and not restarting:
                restarting.append(threading.Thread(target=restart))
                restarting[0].start()
            if isinstance(event, EventView):
                numbers.append(event.number)
        restarting[0].join()
        ended = client.job(job.id)
        assert ended.status == "done"
        assert ended.attempts == 2
        assert numbers == list(range(1, ended.events + 1))


def test_a_watcher_goes_on_after_a_restart_where_it_was(serving: Callable[..., Running]) -> None:
    async def watch() -> None:
        first = await asyncio.to_thread(serving)
        with cutter(first.http.port) as proxy:
            async with AsyncClient(proxy.address, patience=LIMIT) as client, asyncio.timeout(LIMIT):
                watching = client.watch(after=0, progress_seconds=None, preview_seconds=None)
                one = await client.submit(two_nodes(1))
                serials = []
                async for event in watching:
                    assert isinstance(event, EventView)
                    serials.append(event.serial)
                    if _done(event):
                        if event.job != one.id:
                            break
                        proxy.target = None
                        await asyncio.to_thread(first.close)
                        proxy.target = (await asyncio.to_thread(serving)).http.port
                        await client.submit(two_nodes(2))
                await watching.aclose()
                assert serials == sorted(set(serials))
                jobs = [job.id async for job in client.jobs()]
                everything = [fact.serial for job in jobs for fact in await client.journal(job)]
                assert serials == sorted(everything)

    asyncio.run(watch())


def test_many_calls_of_one_client_go_at_the_same_time(shared_server: Running) -> None:
    async def submit() -> None:
        async with AsyncClient(shared_server.http.address) as client:
            jobs = await asyncio.gather(*(client.submit(two_nodes(1000 + number)) for number in range(20)))
            ended = await asyncio.gather(*(client.wait(job.id, LIMIT) for job in jobs))
            assert {one.status for one in ended} == {"done"}

    asyncio.run(submit())


def test_a_stream_that_nobody_wants_any_more_is_closed(shared_server: Running, client: Client) -> None:
    hub = shared_server.service.hub
    before = hub.readers  # those of the server itself
    job = client.submit(counting(1000, 0.05))
    events = client.events(job.id)
    next(events)
    assert hub.readers == before + 1
    events.close()  # type: ignore[attr-defined]
    begun = time.monotonic()
    while hub.readers > before and time.monotonic() - begun < LIMIT:
        time.sleep(0.01)
    assert hub.readers == before
    client.cancel(job.id)


def test_a_closed_client_leaves_no_thread(shared_server: Running) -> None:
    client = Client(shared_server.http.address)
    assert client.ready().ready
    client.close()
    client.close()
    assert not any(thread.name == "client" for thread in threading.enumerate())


def test_a_client_that_is_closed_says_so_and_lets_its_streams_go(shared_server: Running) -> None:
    client = Client(shared_server.http.address)
    job = client.submit(counting(1000, 0.05))
    events = client.events(job.id)
    next(events)
    client.cancel(job.id)
    client.close()
    with pytest.raises(BadCall, match="was closed"):
        next(events)
    with pytest.raises(BadCall, match="was closed"):
        client.server()
    del events
    gc.collect()  # what is left of the stream would warn here


def test_a_client_that_nobody_holds_ends_itself(shared_server: Running) -> None:
    assert Client(shared_server.http.address).server().version
    assert not any(thread.name == "client" for thread in threading.enumerate())


def test_a_client_that_its_own_thread_collects_ends_itself(shared_server: Running) -> None:
    """Python collects what nobody holds in whichever thread happens to be at work."""
    client = Client(shared_server.http.address)
    events = client.events(client.submit(two_nodes(9)).id)
    next(events)
    loop = client._loop
    held: list[Any] = [client, events]
    del client, events
    loop._loop.call_soon_threadsafe(held.clear)
    loop._thread.join(LIMIT)
    assert loop.closed


def test_who_waits_for_a_client_that_another_thread_closes_is_told_so(shared_server: Running) -> None:
    client = Client(shared_server.http.address)
    job = client.submit(counting(1000, 0.05)).id
    said: list[str] = []

    def wait() -> None:
        with pytest.raises(BadCall) as caught:
            client.wait(job)
        said.append(str(caught.value))

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    while shared_server.service.hub._readers_of.get(job) is None:
        time.sleep(0.01)
    client.close()
    thread.join(LIMIT)
    assert said == ["This client was closed; make another one."]
    shared_server.http.post(f"/api/v1/jobs/{job}/cancel").ok()


def test_every_call_of_the_one_client_is_a_call_of_the_other() -> None:
    def calls(cls: type) -> set[str]:
        return {name for name in dir(cls) if not name.startswith("_")}

    assert calls(Client) == calls(AsyncClient)


def test_a_server_that_is_gone_for_good_ends_the_stream_with_a_sentence(
    serving: Callable[..., Running],
) -> None:
    server = serving()
    with cutter(server.http.port) as proxy, Client(proxy.address, patience=0.5) as client:
        job = client.submit(counting(1000, 0.05))
        events = client.events(job.id)
        next(events)
        proxy.target = None
        server.close()
        with pytest.raises(ServerAway, match="goes on when it is back"):
            list(events)
