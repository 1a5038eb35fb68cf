"""The runs of a server: they begin, and they end however the workers are."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Previews
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from tests.web.http import LIMIT
from web.service.runs import Runs


class Starting:
    """A worker that is not ready yet, for as long as anybody waits."""

    name = "starting"
    models = ()
    available = False

    def __init__(self) -> None:
        self.asked = threading.Event()

    def ready(self, stop: Cancellation) -> bool:
        self.asked.set()
        while not stop.cancelled:
            time.sleep(0.01)
        return False


def test_an_end_does_not_wait_for_a_worker_that_has_nothing_to_end(tmp_path: Path) -> None:
    queue, worker = JobQueue(tmp_path / "jobs.sqlite"), Starting()
    workers: Any = [worker]
    runs = Runs(
        workers, queue, Journal.of(queue), Previews(), lambda job: lambda event: None, lambda job: None
    )
    runs.start()
    assert worker.asked.wait(LIMIT)
    ending = threading.Thread(target=runs.close, args=(100 * LIMIT,), daemon=True)
    ending.start()
    ending.join(LIMIT / 4)
    assert not ending.is_alive()
    queue.close()
