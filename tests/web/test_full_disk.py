"""A full disk: what is asked for is refused with the reason, nothing is lost, and all goes on after."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from graph_engine.jobs.queue import MAX_CRASHES
from graph_engine.sqlite import SqliteFile
from tests.web.conftest import Running, two_nodes
from tests.web.test_jobs import waiting
from web.service import runs


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again soon."""
    monkeypatch.setattr(runs, "AFTER_TROUBLE", 0.1)


@contextmanager
def full(file: SqliteFile) -> Iterator[None]:
    """A database that can not grow any more, as on a full disk."""
    with file._lock:
        (most,) = file._connection.execute("PRAGMA max_page_count").fetchone()
        file._connection.execute("PRAGMA max_page_count = 1")  # no less than there are
        file._connection.execute("VACUUM")  # which leaves no free one
    try:
        yield
    finally:
        with file._lock:
            file._connection.execute(f"PRAGMA max_page_count = {most}")


def large(value: int) -> dict[str, object]:
    """A document that needs pages of its own."""
    return two_nodes(value) | {"name": "x" * 20_000}


def test_jobs_are_refused_while_their_disk_is_full_and_run_when_it_is_not(
    serving: Callable[..., Running],
) -> None:
    server = serving()
    http = server.http
    before = http.post("/api/v1/jobs", {"document": two_nodes(1)}).ok(202)["id"]
    http.ended(before)
    with full(server.service.queue.file):
        problem = http.post("/api/v1/jobs", {"document": large(2)}).refused(503, "queue_unusable")
        assert "full" in problem["detail"]
        assert http.get(f"/api/v1/jobs/{before}").ok()["status"] == "done"
    after = http.post("/api/v1/jobs", {"document": large(2)}).ok(202)["id"]
    assert http.ended(after)["status"] == "done"


def test_a_job_whose_end_can_not_be_written_is_run_again_when_it_can(serving: Callable[..., Running]) -> None:
    server = serving()
    http = server.http
    job = http.post("/api/v1/jobs", {"document": waiting(1.0)}).ok(202)["id"]
    events = http.events(f"/api/v1/jobs/{job}/events")
    assert any(event.kind == "node_started" for event in events)
    finish = server.service.queue.finish

    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    server.service.queue.finish = fail  # type: ignore[method-assign]
    try:
        while http.get("/readyz").status == 200:
            time.sleep(0.02)
        assert "No space left" in http.get("/readyz").json["reason"]
    finally:
        server.service.queue.finish = finish  # type: ignore[method-assign]
    ended = http.ended(job)
    assert (ended["status"], ended["attempts"]) == ("done", 2)
    assert http.get("/readyz").status == 200
    another = http.post("/api/v1/jobs", {"document": two_nodes(3)}).ok(202)["id"]
    assert http.ended(another)["status"] == "done"


def test_a_job_with_which_nobody_can_go_on_fails_and_others_run(serving: Callable[..., Running]) -> None:
    server = serving()
    http, queue, finish = server.http, server.service.queue, server.service.queue.finish

    def fail(job: str, status: Any, *more: Any, **options: Any) -> Any:
        if queue.get(job).name == "poison":
            raise RuntimeError("this is wrong")
        return finish(job, status, *more, **options)

    queue.finish = fail  # type: ignore[method-assign]
    poison = http.post("/api/v1/jobs", {"document": two_nodes(1) | {"name": "poison"}}).ok(202)["id"]
    good = http.post("/api/v1/jobs", {"document": two_nodes(2)}).ok(202)["id"]
    ended = http.ended(poison)
    assert (ended["status"], ended["attempts"]) == ("failed", MAX_CRASHES)
    assert "this is wrong" in ended["error"]
    assert http.ended(good)["status"] == "done"


def test_what_else_is_kept_on_a_full_disk_is_refused_with_the_reason(serving: Callable[..., Running]) -> None:
    server = serving()
    http = server.http
    url = "http://127.0.0.1:9/" + "x" * 1900
    with full(server.service.webhooks.store._file):
        replies = [http.post("/api/v1/webhooks", {"url": url}) for _ in range(20)]
        replies[-1].refused(503, "disk_trouble")
        assert http.get("/api/v1/webhooks").status == 200
    http.post("/api/v1/webhooks", {"url": url}).ok(201)
