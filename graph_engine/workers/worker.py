"""A worker: a process that owns one device and runs one job at a time, or a desk that only answers.

Started as `python -m graph_engine.workers.worker`; see `spawn` and docs/workers.md.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib.metadata
import logging
import os
import queue
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from graph_engine import events
from graph_engine.artifact import Artifact
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Previews
from graph_engine.engine import Engine
from graph_engine.errors import Cancelled
from graph_engine.jobs.in_process import InProcess
from graph_engine.jobs.worker import Order, Outcome
from graph_engine.packs.catalogue import Catalogue
from graph_engine.services import Services
from graph_engine.settings import Settings
from graph_engine.wire import kind_of, to_wire
from graph_engine.workers.answers import Answers, uploads_of
from graph_engine.workers.connection import Connection
from graph_engine.workers.errors import BrokenFrame, ConnectionEnded, FrameTooLarge
from graph_engine.workers.exchange import Exchange
from graph_engine.workers.memory import MEMORY_SECONDS, resident_bytes
from graph_engine.workers.parent import end_at_once, end_with_parent
from graph_engine.workers.protocol import (
    VERSION,
    Ask,
    Blob,
    Cancel,
    Event,
    Finished,
    Have,
    Heartbeat,
    Hello,
    Lacking,
    Memory,
    Message,
    Need,
    Pause,
    Ready,
    RunJob,
    Stop,
    Taken,
    Withdraw,
)
from graph_engine.workers.spawn import restore_python_path

log = logging.getLogger(__name__)

DESK_SWITCH = 0.0005  # seconds that a long answer keeps Python's lock while a short one waits for it


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the connection whose open descriptor is given as `--descriptor`, until it ends."""
    parser = argparse.ArgumentParser("graph_engine.workers.worker", description=__doc__)
    parser.add_argument("--descriptor", type=int, required=True, help="an open stream socket")
    descriptor = parser.parse_args(arguments).descriptor
    end_with_parent()
    restore_python_path()
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which says what to do
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="replace")  # type: ignore[union-attr]
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    connection = Connection(socket.socket(fileno=descriptor))
    try:
        hello, rest = _greeting(connection)
        if hello is not None:
            WorkerProcess(connection, hello, rest).serve()
    except ConnectionEnded:
        end_at_once()
    return 0


class WorkerProcess:
    """One end of the protocol: a thread that reads, one that runs jobs (the main one), one for signs of life.

    Until it has said `Ready` nothing but `Stop` comes.
    """

    def __init__(self, connection: Connection, hello: Hello, rest: Sequence[Message] = ()) -> None:
        self._connection = connection
        self._rest = rest  # what came together with the greeting
        self._over = threading.Event()
        self._orders: queue.SimpleQueue[RunJob | None] = queue.SimpleQueue()
        self._cancellations: dict[str, Cancellation] = {}
        threading.Thread(target=self._read, name="protocol", daemon=True).start()
        self._every(hello.heartbeat, self._beat, "heartbeat")
        settings = Settings(**hello.settings)
        catalogue = Catalogue.discover(*settings.plugin_folders)
        packs = {pack.name: pack.version for pack in catalogue.packs()}  # all now: it must not change later
        self._engine = Engine(settings=settings, catalogue=catalogue)
        quiet = settings.model_copy(update={"memory_budget": 0})
        self._exchange = Exchange(connection, self._engine.files, self._engine.artifacts)
        asked = partial(Engine, settings=quiet, catalogue=catalogue, services=Services())
        self._answers = Answers(connection, self._exchange, asked)
        if hello.desk:
            sys.setswitchinterval(DESK_SWITCH)
        self._runner = InProcess(self._engine, hello.name)
        self._every(MEMORY_SECONDS, self._report_memory, "memory")
        faults = tuple(f"{one.where}: {one.message}" for one in catalogue.faults)
        connection.send(Ready(VERSION, engine_version(), os.getpid(), settings.device, packs, faults))

    def serve(self) -> None:
        """Run jobs until the other side says stop. The process ends when the connection does."""
        while (order := self._orders.get()) is not None:
            self._run(order)
        self._over.set()
        self._engine.close()

    def _read(self) -> None:
        """Take what comes, without ever sending or waiting; when the connection ends, end the process."""
        try:
            for message in self._rest:
                self._take(message)
            while True:
                for message in self._connection.receive():
                    self._take(message)
        except (ConnectionEnded, BrokenFrame) as error:
            if isinstance(error, BrokenFrame):
                log.error("%s", error)
            end_at_once()

    def _take(self, message: Message) -> None:
        match message:
            case RunJob(job):
                self._cancellations[job] = Cancellation()
                self._orders.put(message)
            case Cancel(job):
                if (cancellation := self._cancellations.get(job)) is not None:
                    cancellation.cancel()
            case Pause(job):
                if (cancellation := self._cancellations.get(job)) is not None:
                    cancellation.pause()
            case Stop():
                for cancellation in list(self._cancellations.values()):
                    cancellation.cancel()
                self._orders.put(None)
            case Ask():
                self._answers.ask(message)
            case Withdraw(request):
                self._answers.withdraw(request)
            case Need():
                self._exchange.serve(message)
            case Blob():
                self._exchange.take(message)
            case Lacking():
                self._exchange.give_up(message)

    def _run(self, message: RunJob) -> None:
        self._connection.send(Taken(message.job))
        cancellation = self._cancellations[message.job]
        previews = None
        if message.preview_seconds is not None:
            previews = Previews(message.preview_size or Previews().size, message.preview_seconds)
        order = Order(
            message.job, message.document.decode(), message.wanted, previews, message.continue_on_error
        )
        try:
            self._exchange.fetch(uploads_of(message.document), cancellation.check)
            outcome = self._runner.run(order, partial(self._tell, message.job), cancellation)
        except Cancelled:
            outcome = Outcome("cancelled")
        except ConnectionEnded:
            raise
        except Exception as error:  # an error of ours; the job fails, the worker goes on
            log.exception("The job '%s' could not be run.", message.job)
            outcome = Outcome("failed", error=f"Something went wrong ({type(error).__name__}: {error}).")
        del self._cancellations[message.job]
        artifacts = tuple(Artifact(**one) for one in outcome.result.get("artifacts", ()))
        if artifacts:
            self._connection.send(Have(message.job, artifacts))
        self._report_memory()
        self._finish(message.job, outcome)
        if outcome.result.get("stuck"):  # a thread that does not end holds the device: a new process is due
            end_at_once()

    def _finish(self, job: str, outcome: Outcome) -> None:
        assert outcome.status != "ended"
        try:
            self._connection.send(Finished(job, outcome.status, dict(outcome.result), outcome.error))
        except FrameTooLarge as error:
            self._connection.send(Finished(job, "failed", {}, f"Its report can not be sent: {error}"))

    def _tell(self, job: str, event: events.Event) -> None:
        data, payload = to_wire(event)
        try:
            self._connection.send(Event(job, kind_of(type(event)), data, payload))
        except FrameTooLarge as error:
            log.warning("Job '%s': %s", job, error)

    def _beat(self) -> None:
        self._connection.send(Heartbeat())

    def _report_memory(self) -> None:
        used, budget = self._engine.store.memory_use()
        try:
            services = self._engine.services.reports()
            self._connection.send(Memory(resident_bytes(), used, budget, services))
        except ConnectionEnded:
            raise
        except Exception:  # a service may say anything, or fail; that is no reason to end
            log.exception("The services' reports can not be sent.")
            self._connection.send(Memory(resident_bytes(), used, budget))

    def _every(self, seconds: float, act: Callable[[], None], name: str) -> None:
        def repeat() -> None:
            with suppress(ConnectionEnded):
                while not self._over.wait(seconds):
                    act()

        threading.Thread(target=repeat, name=name, daemon=True).start()


def engine_version() -> str:
    """The version of this distribution."""
    try:
        return importlib.metadata.version("latentgraph")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def _greeting(connection: Connection) -> tuple[Hello | None, Sequence[Message]]:
    """The first message and those that came with it; None for one of another version, which is told ours."""
    waiting: list[Message] = []
    while not waiting:
        waiting = connection.receive()
    hello, *rest = waiting
    if isinstance(hello, Hello) and hello.version == VERSION:
        return hello, rest
    connection.send(Ready(VERSION, engine_version(), os.getpid(), "", {}))
    return None, ()


if __name__ == "__main__":
    sys.exit(main())
