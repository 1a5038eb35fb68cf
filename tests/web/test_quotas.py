"""Quotas, rates and bounds: what one may use, what is said beyond it, and that others feel nothing of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine.jobs.job import Usage
from tests.web.conftest import Running, document, two_nodes
from tests.web.http import Http
from tests.web.people import EVERYWHERE, Wire, as_person, head, token, with_token
from tests.web.test_jobs import waiting
from web.service.people.errors import QuotaReached, TooManyStreams
from web.service.people.quotas import DAY, Bounds, Quotas
from web.service.people.rates import MAX_BUCKETS, Rates, address_key
from web.service.people.streams import Streams
from web.service.person import LOCAL, Person

NOW = 1_700_000_000.0


class Used:
    """What an owner used: device seconds of jobs that ended at some times."""

    def __init__(self, ended: dict[float, float], waiting: int = 0, artifact_bytes: int = 0) -> None:
        self.ended, self.waiting, self.artifact_bytes = ended, waiting, artifact_bytes

    def __call__(self, owner: str, since: float) -> Usage:
        seconds = sum(used for time, used in self.ended.items() if time >= since)
        return Usage(self.waiting, 0, seconds, self.artifact_bytes)


def admitted(quotas: Quotas) -> None:
    with quotas.admit("ada"):
        pass


def test_without_bounds_nobody_is_even_counted() -> None:
    def never(owner: str, since: float) -> Usage:
        raise AssertionError

    admitted(Quotas(Bounds(), never))


@given(
    ended=st.dictionaries(
        st.floats(NOW - DAY + 120, NOW, allow_nan=False), st.floats(1, 100), min_size=1, max_size=8
    ),
    share=st.floats(0.1, 1.0),
)
def test_it_is_said_when_there_is_device_time_again_and_then_there_is(
    ended: dict[float, float], share: float
) -> None:
    used = Used(ended)
    quotas = Quotas(Bounds(device_seconds=sum(ended.values()) * share), used, lambda: NOW)
    with pytest.raises(QuotaReached) as caught:
        admitted(quotas)
    wait = caught.value.retry_seconds
    assert wait is not None
    admitted(Quotas(Bounds(device_seconds=sum(ended.values()) * share), used, lambda: NOW + wait + 1))
    if wait > 120:
        with pytest.raises(QuotaReached):
            admitted(
                Quotas(Bounds(device_seconds=sum(ended.values()) * share), used, lambda: NOW + wait - 120)
            )


def test_all_files_of_an_owner_count_and_an_upload_must_fit() -> None:
    quotas = Quotas(Bounds(disk_bytes=100), Used({}, artifact_bytes=60))
    quotas.count_disk(lambda owner: 30)
    admitted(quotas)
    quotas.admit_bytes("ada", 10)
    with pytest.raises(QuotaReached, match="'ada'") as caught:
        quotas.admit_bytes("ada", 11)
    assert (caught.value.code, caught.value.used, caught.value.retry_seconds) == ("quota_disk", 90, None)
    quotas.count_disk(lambda owner: 10)
    with pytest.raises(QuotaReached):
        admitted(quotas)


def test_files_that_come_at_once_do_not_slip_in_together(serving: Callable[..., Running]) -> None:
    server = serving(quota_disk_bytes=1000)
    ada = as_person(server, "ada", "view", "run")
    with ThreadPoolExecutor(10) as pool:
        sent = list(
            pool.map(lambda one: ada.request("POST", "/api/v1/uploads", bytes([one]) * 300).status, range(20))
        )
    assert set(sent) == {201, 429}
    assert sum(one["size"] for one in ada.get("/api/v1/uploads").ok()["uploads"]) == 300 * sent.count(201)
    assert 1 <= sent.count(201) <= 3


def test_bytes_on_their_way_take_room_until_they_are_kept_or_given_up() -> None:
    quotas = Quotas(Bounds(disk_bytes=100), Used({}), lambda: NOW)
    with quotas.keep_bytes("ada", 60):
        with pytest.raises(QuotaReached), quotas.keep_bytes("ada", 60):
            pass
        with quotas.keep_bytes("eve", 60):
            pass
    with quotas.keep_bytes("ada", 60):
        pass


def test_jobs_that_come_at_once_do_not_slip_in_together() -> None:
    used = Used({})
    quotas, let_in, lock = Quotas(Bounds(jobs=3), used), [], threading.Lock()
    gate = threading.Barrier(16)

    def come() -> None:
        gate.wait()
        try:
            with quotas.admit("ada"):
                with lock:
                    used.waiting += 1
                let_in.append(1)
        except QuotaReached:
            pass

    threads = [threading.Thread(target=come) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(let_in) <= 3
    used.waiting = 0
    admitted(quotas)


def test_a_job_that_was_refused_inside_takes_no_room() -> None:
    quotas = Quotas(Bounds(jobs=1), Used({}))
    for _ in range(3):
        with pytest.raises(ValueError, match="no"), quotas.admit("ada"):
            raise ValueError("no")
    admitted(quotas)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 3), max_size=60))
def test_no_span_of_time_has_more_requests_than_the_rate_and_the_burst(pauses: list[float]) -> None:
    clock = Clock()
    rates = Rates(2.0, 3.0, clock)
    taken = []
    for pause in pauses:
        clock.now += pause
        if not rates.take("ada"):
            taken.append(clock.now)
    for first, begin in enumerate(taken):
        for last, end in enumerate(taken[first:], first):
            assert last - first + 1 <= 3 + 2 * (end - begin) + 1e-6


def test_who_waits_as_long_as_is_said_is_let_in() -> None:
    clock = Clock()
    rates = Rates(2.0, 3.0, clock)
    assert [rates.take("ada") for _ in range(3)] == [0, 0, 0]
    wait = rates.take("ada")
    assert rates.take("eve") == 0
    clock.now += wait
    assert rates.take("ada") == 0
    assert rates.take("ada") > 0
    clock.now -= 100  # no clock that jumps lets anybody in
    assert rates.take("ada") > 0


def test_the_memory_of_rates_is_bounded() -> None:
    rates = Rates(1.0, 1.0)
    for index in range(MAX_BUCKETS + 50):
        rates.take(f"address {index}")
    assert len(rates) == MAX_BUCKETS


def test_a_network_of_ipv6_is_one_address() -> None:
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff:1")
    assert address_key("2001:db8::1") != address_key("2001:db8:0:1::1")
    assert address_key("::ffff:10.0.0.1") == address_key("10.0.0.1")
    assert address_key("fe80::1%eth0") == address_key("fe80::2")
    assert address_key(None) == ""


def test_streams_are_counted_by_owner_and_closed_by_token() -> None:
    streams, closed = Streams(2), []
    ada = Person("ada", frozenset({"view"}), "0123456789ab")
    with streams.open(ada, lambda: closed.append(1)):
        with streams.open(ada, lambda: closed.append(2)):
            with pytest.raises(TooManyStreams), streams.open(ada, lambda: None):
                pass
            with streams.open(LOCAL, lambda: closed.append(3)):
                streams.close(ada.token)
        assert streams.count("ada") == 1
    assert closed == [1, 2]
    assert streams.count("ada") == 0
    assert streams.tokens == []


def held(http: Http) -> None:
    http.post("/api/v1/queue", {"paused": True}).ok()


def submit(http: Http, value: int) -> Any:
    return http.post("/api/v1/jobs", {"document": two_nodes(value)})


def test_so_many_jobs_of_an_owner_may_wait_and_another_owner_is_not_touched(
    serving: Callable[..., Running],
) -> None:
    server = serving(quota_jobs=2)
    held(server.http)
    ada, eve = as_person(server, "ada", "view", "run"), as_person(server, "eve", "run")
    jobs = [submit(ada, value).ok(202)["id"] for value in (1, 2)]
    reply = submit(ada, 3)
    problem = reply.refused(429, "quota_jobs")
    assert (problem["used"], problem["bound"]) == (2, 2)
    assert int(reply.headers["Retry-After"]) >= 1
    submit(eve, 1).ok(202)
    ada.post(f"/api/v1/jobs/{jobs[0]}/cancel").ok()
    submit(ada, 3).ok(202)
    ada.post(f"/api/v1/jobs/{jobs[0]}/retry").refused(429, "quota_jobs")
    assert ada.get("/api/v1/jobs").ok()["counts"]["queued"] == 2


def test_an_owner_who_used_up_the_device_time_waits(serving: Callable[..., Running]) -> None:
    server = serving(quota_device_seconds=0.05)
    ada, eve = as_person(server, "ada", "view", "run"), as_person(server, "eve", "view", "run")
    job = ada.post("/api/v1/jobs", {"document": waiting(0.2)}).ok(202)["id"]
    assert ada.ended(job)["status"] == "done"
    reply = submit(ada, 1)
    problem = reply.refused(429, "quota_device_seconds")
    assert problem["used"] >= problem["bound"] == 0.05
    assert 23 * 3600 < int(reply.headers["Retry-After"]) <= 24 * 3600 + 61
    eve.ended(submit(eve, 1).ok(202)["id"])


def test_an_owner_whose_files_fill_the_quota_makes_room_by_deleting(serving: Callable[..., Running]) -> None:
    server = serving(quota_disk_bytes=10)
    ada = as_person(server, "ada", "view", "run")
    raw = document({"show": ("paint", {"pictures": 1})}, outputs={"out": "show.artifact"}).as_json()
    job = ada.post("/api/v1/jobs", {"document": raw}).ok(202)["id"]
    assert ada.ended(job)["status"] == "done"
    problem = submit(ada, 1).refused(429, "quota_disk")
    assert problem["used"] > problem["bound"] == 10
    assert ada.delete(f"/api/v1/jobs/{job}?artifacts=true").status == 204
    submit(ada, 1).ok(202)


def test_where_files_have_a_quota_a_deleted_job_leaves_none_that_count_for_nobody(
    serving: Callable[..., Running],
) -> None:
    server = serving(quota_disk_bytes=100_000)
    ada = as_person(server, "ada", "view", "run")
    raw = document({"show": ("paint", {"pictures": 1})}, outputs={"out": "show.artifact"}).as_json()
    job = ada.post("/api/v1/jobs", {"document": raw}).ok(202)["id"]
    digest = ada.ended(job)["artifacts"][0]["digest"]
    folder = server.settings.data / "artifacts" / digest[:2]
    assert [path.stem for path in folder.iterdir()] == [digest]
    assert ada.delete(f"/api/v1/jobs/{job}").status == 204
    assert list(folder.iterdir()) == []


def test_uploads_count_too_and_one_that_does_not_fit_is_refused_before_it_is_sent(
    serving: Callable[..., Running],
) -> None:
    server = serving(quota_disk_bytes=100)
    ada, eve = as_person(server, "ada", "view", "run"), as_person(server, "eve", "run")
    kept = ada.post("/api/v1/uploads", b"a" * 60, Content_Type="text/plain").ok(201)
    problem = ada.post("/api/v1/uploads", b"b" * 41, Content_Type="text/plain").refused(429, "quota_disk")
    assert (problem["used"], problem["bound"]) == (60, 100)
    eve.post("/api/v1/uploads", b"b" * 41, Content_Type="text/plain").ok(201)
    with Wire(ada) as wire:  # one that does not say how long it is
        lines = [("Host", ada.host), ("Transfer-Encoding", "chunked"), *ada.headers.items()]
        wire.send(head("POST", "/api/v1/uploads", lines) + b"29\r\n" + b"c" * 41 + b"\r\n0\r\n\r\n")
        wire.reply().refused(429, "quota_disk")
    assert ada.get("/api/v1/uploads").ok()["uploads"] == [kept]
    assert ada.delete(f"/api/v1/uploads/{kept['digest']}").status == 204
    ada.post("/api/v1/uploads", b"b" * 41, Content_Type="text/plain").ok(201)


def test_owners_take_turns_whoever_came_first_with_whatever_many(serving: Callable[..., Running]) -> None:
    server = serving()
    held(server.http)
    ada, eve = as_person(server, "ada", "view", "run"), as_person(server, "eve", "view", "run")
    first = [submit(ada, value).ok(202)["id"] for value in range(100, 106)]
    second = [submit(eve, value).ok(202)["id"] for value in range(200, 202)]
    server.http.post("/api/v1/queue", {"paused": False}).ok()
    for job in first + second:
        server.http.ended(job)
    begun = []
    for event in server.http.events("/api/v1/events?after=0"):
        if event.kind == "job_status" and event.data["data"]["status"] == "running":
            begun.append("ada" if event.data["job"] in first else "eve")
        if len(begun) == 8:
            break
    assert begun[:4] in (["ada", "eve", "ada", "eve"], ["eve", "ada", "eve", "ada"])
    assert begun[4:] == ["ada"] * 4


def test_who_asks_too_often_is_told_when_to_come_back(serving: Callable[..., Running]) -> None:
    server = serving(host=EVERYWHERE, rate_requests=0.5, rate_burst=5)
    ada, eve = as_person(server, "ada", "view"), as_person(server, "eve", "view")
    second = with_token(server.http, token(server, "ada", "view"))
    statuses = [ada.get("/api/v1/server").status for _ in range(4)] + [second.get("/api/v1/server").status]
    assert statuses == [200] * 5
    reply = second.get("/api/v1/server")
    reply.refused(429, "too_many_requests")
    assert int(reply.headers["Retry-After"]) in (1, 2)
    assert eve.get("/api/v1/server").status == 200
    healths = [server.http.get("/healthz").status for _ in range(7)]
    assert healths[:5] == [200] * 5
    assert healths[-1] == 429


def test_at_this_machine_without_a_token_nothing_is_too_often(serving: Callable[..., Running]) -> None:
    http = serving(rate_requests=0.1, rate_burst=1).http
    assert {http.get("/api/v1/server").status for _ in range(5)} == {200}


def test_so_many_streams_of_an_owner_may_be_open(serving: Callable[..., Running]) -> None:
    server = serving(streams=2)
    http = server.http
    job = http.post("/api/v1/jobs", {"document": waiting(60)}).ok(202)["id"]
    streams = [http.events(f"/api/v1/jobs/{job}/events") for _ in range(2)]
    for stream in streams:
        next(stream)
    http.get(f"/api/v1/jobs/{job}/events").refused(429, "too_many_streams")
    http.get("/api/v1/events").refused(429, "too_many_streams")
    http.get(
        "/api/v1/events",
        Upgrade="websocket",
        Connection="Upgrade",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="MDEyMzQ1Njc4OWFiY2RlZg==",
    ).refused(429, "too_many_streams")
    http.post(f"/api/v1/jobs/{job}/cancel").ok()
    for stream in streams:
        list(stream)
    assert list(http.events(f"/api/v1/jobs/{job}/events"))
