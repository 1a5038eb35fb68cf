"""The service as a whole: it begins and ends together, and what waits for one part holds up no other."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from graph_engine.jobs.queue import JobQueue
from tests.web.conftest import Running, two_nodes
from tests.web.http import LIMIT


def test_a_desk_that_does_not_answer_holds_up_only_what_asks_it(serving: Callable[..., Running]) -> None:
    server = serving()
    http, desk = server.http, server.service.workers.desk
    assert desk is not None
    first = http.post("/api/v1/jobs", {"document": two_nodes(1)}).ok(202)["id"]
    pid = desk.pid
    assert pid is not None
    replies: list[int] = []

    def submit(value: int) -> None:
        replies.append(http.post("/api/v1/jobs", {"document": two_nodes(value)}).status)

    threads = [threading.Thread(target=submit, args=(value,)) for value in range(2, 52)]
    os.kill(pid, signal.SIGSTOP)
    try:
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        while len(desk._conversation._asked) < 32:  # type: ignore[union-attr]
            assert time.monotonic() - begun < LIMIT
            time.sleep(0.01)
        assert http.ended(first)["status"] == "done"
        assert replies == []
    finally:
        os.kill(pid, signal.SIGCONT)
        for thread in threads:
            thread.join()
    assert replies == [202] * 50


def test_a_start_that_fails_leaves_nothing_that_goes_on(
    serving: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    before = set(threading.enumerate())
    with monkeypatch.context() as patch:
        patch.setattr(JobQueue, "recover", fail)
        with pytest.raises(OSError, match="No space left"):
            serving()
    left = {one for one in threading.enumerate() if not one.daemon} - before
    for one in left:
        one.join(LIMIT / 4)
    assert [one.name for one in left if one.is_alive()] == []
    http = serving().http  # and nothing is locked
    assert http.get("/readyz").status == 200
