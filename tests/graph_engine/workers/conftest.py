"""Workers over the toy pack and the rough one, a queue for them, and short ways to use both."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from graph_engine import Document, events
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Previews
from graph_engine.jobs.dispatcher import Dispatcher
from graph_engine.jobs.job import Job, Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.settings import Settings
from graph_engine.workers.local import LocalWorkers
from graph_engine.workers.supervision import DEFAULT, Supervision
from tests.graph_engine.conftest import RESOURCES, document

ROUGH = RESOURCES / "rough"
ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROUGH))

LIMIT = 120.0  # seconds that a test waits for what must come


def rough(nodes: dict[str, Any], outputs: dict[str, str] | None = None) -> Document:
    """A document in which a type without a pack is the toy pack's, and `rough:name` the rough one's."""
    plain = {name: (kind.removeprefix("rough:"), inputs) for name, (kind, inputs) in nodes.items()}
    made = document(plain, outputs).as_json()
    for name, (kind, _) in nodes.items():
        if kind.startswith("rough:"):
            made["nodes"][name]["type"] = f"rough/{kind.removeprefix('rough:')}"
    return Document.model_validate(made)


def until(condition: Callable[[], Any], what: str = "") -> Any:
    """Wait until a condition holds and give what it gave."""
    begun = time.monotonic()
    while not (found := condition()):
        assert time.monotonic() - begun < LIMIT, f"waited for nothing: {what}"
        time.sleep(0.01)
    return found


def environment() -> dict[str, str]:
    """The environment in which a process finds this engine and both packs."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, RESOURCES, ROUGH)))}


def gone(pid: int) -> bool:
    """Whether a process is no more, or only waits to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@dataclass
class Works:
    """A queue with workers on a data folder."""

    data: Path
    workers: LocalWorkers
    queue: JobQueue
    journal: Journal
    stop: Cancellation = field(default_factory=Cancellation)
    previews: Previews | None = None
    seen: list[tuple[str, events.Event]] = field(default_factory=list)

    def submit(self, what: Document, **fields: Any) -> str:
        return self.queue.submit(Request(what.dumps(), **fields)).id

    def run(self, act: Callable[[events.Event], object] = lambda event: None) -> list[Job]:
        """Run all jobs; `act` is told each event."""
        ended: list[Job] = []

        def listen(job: Job) -> Callable[[events.Event], None]:
            def tell(event: events.Event) -> None:
                self.seen.append((job.id, event))
                act(event)

            return tell

        dispatcher = Dispatcher(self.workers.workers, self.queue, self.journal, self.previews)
        dispatcher.run(listen, lambda job, worker: ended.append(job), self.stop)
        return ended

    def one(self, what: Document, act: Callable[[events.Event], object] = lambda event: None) -> Job:
        """Run one job to its end and give it."""
        job = self.submit(what)
        self.run(act)
        return self.queue.get(job)

    def kinds(self, job: str) -> list[str]:
        return [event.kind for event in self.journal.read(job)]

    def pid(self) -> int:
        return until(lambda: self.workers.workers[0].info and self.workers.workers[0].pid, "a worker")


@pytest.fixture
def open_works(tmp_path: Path) -> Iterator[Callable[..., Works]]:
    opened: list[Works] = []
    before = set(threading.enumerate())

    def begin(supervision: Supervision = DEFAULT, devices: tuple[str, ...] = (), **more: Any) -> Works:
        data = tmp_path / "data"
        settings = Settings(data=data, device="cpu", cpu_slots=1)  # so that nodes run in their order
        workers = LocalWorkers(settings, devices, supervision, **more)
        opened.append(Works(data, workers, JobQueue(data / "jobs.sqlite"), Journal(data / "jobs.sqlite")))
        return opened[-1]

    yield begin
    for one in opened:
        one.workers.close()
        one.queue.close()
        one.journal.close()
    left = set(threading.enumerate()) - before
    assert not [thread.name for thread in left if thread.name.startswith("worker ")]


@pytest.fixture
def works(open_works: Callable[..., Works]) -> Works:
    return open_works(Supervision(grace=30.0, backoff=0.05))
