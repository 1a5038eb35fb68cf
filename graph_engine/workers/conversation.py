"""A conversation with one worker, from its start to its end, whatever started it and carries the bytes."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from graph_engine import events
from graph_engine.artifact import Artifact
from graph_engine.jobs.worker import Order, Outcome, Tell
from graph_engine.wire import WireError, event_types, from_wire
from graph_engine.workers.connection import Connection
from graph_engine.workers.errors import (
    AnswerLate,
    BrokenFrame,
    Busy,
    ConnectionEnded,
    FileNotDelivered,
    FrameTooLarge,
    NoAnswer,
    WorkerEnded,
)
from graph_engine.workers.exchange import Exchange, artifact_needs
from graph_engine.workers.protocol import (
    VERSION,
    Answer,
    Ask,
    Blob,
    Cancel,
    Event,
    Finished,
    Have,
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
from graph_engine.workers.supervision import Supervision, doing

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2  # between two looks at a worker that says nothing
MOST_ASKED = 256  # questions that one worker has before it


@dataclass
class _Running:
    """The order that the worker has."""

    order: Order
    tell: Tell
    taken: bool = False
    nodes: dict[str, None] = field(default_factory=dict)  # started, not ended
    needs: list[Need] = field(default_factory=list)
    held: list[tuple[events.ArtifactSaved, list[Need]]] = field(default_factory=list)  # till the file is here
    finished: Finished | None = None
    asked_to_stop: bool = False
    paused: bool = False
    obey_by: float | None = None
    outcome: Outcome | None = None
    raised: Exception | None = None


@dataclass
class _Asked:
    """A request that waits for its answer."""

    data: bytearray = field(default_factory=bytearray)
    answer: Answer | None = None
    over: threading.Event = field(default_factory=threading.Event)  # answered, or never to be


class Conversation:
    """One thread calls `listen` and then `end`; all the rest is for any thread."""

    def __init__(
        self, name: str, connection: Connection, exchange: Exchange, supervision: Supervision
    ) -> None:
        self.name = name
        self.info: Ready | None = None
        self.memory: Memory | None = None
        self.useful = False  # it told something of an order, or answered
        self._connection, self._exchange, self._supervision = connection, exchange, supervision
        self._changed = threading.Condition()
        self._ended = ""
        self._stop_by: float | None = None
        self._running: _Running | None = None
        self._asked: dict[int, _Asked] = {}
        self._numbers = itertools.count(1)

    def greet(self, settings: dict[str, Any], desk: bool = False) -> None:
        """Say who the worker is; it answers `Ready`."""
        self._send(Hello(VERSION, self.name, settings, self._supervision.beat, desk))

    def run(self, order: Order, tell: Tell) -> Outcome:
        """Run an order to its end. What `tell` raises is raised, after the order was stopped."""
        running = _Running(order, tell)
        with self._changed:
            if self._ended or self._stop_by is not None:
                return Outcome("ended", error=f"The worker '{self.name}' ended before it took the job.")
            assert self._running is None, "one order at a time"
            self._running = running
        try:
            self._send(_message(order))
        except FrameTooLarge as error:
            self._settle(running, Outcome("failed", error=str(error)))
        with self._changed:
            self._changed.wait_for(lambda: running.outcome is not None or running.raised is not None)
        if running.outcome is None:
            self.cancel()
        with self._changed:
            self._changed.wait_for(lambda: running.outcome is not None)
        if running.raised is not None:
            raise running.raised
        assert running.outcome is not None
        return running.outcome

    def cancel(self) -> None:
        """Ask the order that runs to stop at its next step; past the grace period `listen` gives up."""
        with self._changed:
            running = self._running
            if running is None or running.asked_to_stop:
                return
            running.asked_to_stop = True
            running.obey_by = time.monotonic() + self._supervision.grace
        self._send(Cancel(running.order.job))

    def pause(self) -> None:
        """Ask the order that runs to stop after the node it is at."""
        with self._changed:
            running = self._running
            if running is None or running.paused:
                return
            running.paused = True
        self._send(Pause(running.order.job))

    def stop(self) -> None:
        """Ask the worker to end; an order that runs is stopped, and not at fault."""
        with self._changed:
            self._stop_by = time.monotonic() + self._supervision.grace
            if self._running is not None:
                self._running.asked_to_stop = True
        self._send(Stop())

    def ask(
        self, what: str, document: str, options: dict[str, Any], timeout: float
    ) -> tuple[dict[str, Any], bytes]:
        """Ask a question, also while an order runs, and wait `timeout` seconds for the answer.

        Raises `WorkerEnded`, `NoAnswer`, `AnswerLate` and `Busy`.
        """
        asked = _Asked()
        with self._changed:
            if self._ended:
                raise WorkerEnded(f"The worker '{self.name}' ended ({self._ended}) before it was asked.")
            if len(self._asked) >= MOST_ASKED:
                raise Busy(
                    f"The worker '{self.name}' has {MOST_ASKED} questions waiting and takes no more for now; "
                    "ask again in a moment."
                )
            number = next(self._numbers)
            self._asked[number] = asked
        try:
            self._send(Ask(number, what, document.encode(), options))
        except BaseException:  # it can not be sent: too large, say
            with self._changed:
                self._asked.pop(number, None)
            raise
        if not asked.over.wait(timeout):
            self._send(Withdraw(number))  # it counts as asked until the worker is done with it
            raise AnswerLate(
                f"The worker '{self.name}' did not answer within {timeout:.3g} s; ask again with more time, "
                "or about less."
            )
        if asked.answer is None:
            raise WorkerEnded(f"The worker '{self.name}' ended ({self._ended}) before it answered.")
        if asked.answer.error:
            raise NoAnswer(asked.answer.error)
        return asked.answer.result, bytes(asked.data)

    def listen(self, alive: Callable[[], bool]) -> str:
        """Take messages until the worker's end; gives why it must be ended, or nothing if it ended itself."""
        started, heard, silent = time.monotonic(), False, 0.0
        try:
            while True:
                messages = self._connection.receive(LOOK_SECONDS)
                for message in messages:
                    self._take(message)
                if messages:
                    heard, silent = True, 0.0
                else:
                    silent += LOOK_SECONDS  # not by the clock: this process may have been stopped, too
                    if not alive():
                        return ""
                if why := self._verdict(started, silent if heard else 0.0):
                    return why
        except ConnectionEnded:
            return ""
        except BrokenFrame as error:
            return f"it broke the protocol: {str(error).removesuffix('.')}"

    def end(self, how: str) -> None:
        """Tell everybody who waits that the worker is gone."""
        with self._changed:
            self._ended = how
            running, self._running = self._running, None
            if running is not None:
                when = doing(running.nodes) if running.taken else "before it took the job"
                text = f"The worker '{self.name}' ended ({how}) {when}."
                crashed = running.taken and not running.asked_to_stop
                running.outcome = Outcome("ended", error=text, crashed=crashed)
            unanswered, self._asked = self._asked, {}
            self._changed.notify_all()
        for asked in unanswered.values():
            asked.over.set()

    def _send(self, message: Message) -> None:
        try:
            self._connection.send(message)
        except ConnectionEnded:
            return  # the thread that listens finds out, and tells everybody

    def _verdict(self, started: float, silent: float) -> str:
        limits, now = self._supervision, time.monotonic()
        running = self._running
        if silent > limits.heartbeat:
            return f"it gave no sign of life for {limits.heartbeat:g} s"
        if self.info is None and now - started > limits.start:
            return f"it was not ready within {limits.start:g} s"
        if running is not None and running.finished is None and now > (running.obey_by or now):
            return f"it did not stop within {limits.grace:g} s of being told to"
        if now > (self._stop_by or now):
            return f"it did not end within {limits.grace:g} s of being told to"
        return ""

    def _take(self, message: Message) -> None:
        running = self._running
        match message:
            case Ready():
                if message.version != VERSION:
                    raise BrokenFrame(f"it has version {message.version} of it, this program {VERSION}.")
                self.info = message
            case Memory():
                self.memory = message
            case Need():
                self._exchange.serve(message)
            case Answer():
                self._note_answer(message)
            case Taken() | Event() | Have() | Finished() if (
                running is not None and running.order.job == message.job
            ):
                self._take_of_job(message, running)
            case Blob():
                self._exchange.take(message)
                self._files_came()
            case Lacking():
                self._exchange.give_up(message)
                self._files_came()

    def _take_of_job(self, message: Taken | Event | Have | Finished, running: _Running) -> None:
        match message:
            case Taken():
                running.taken = True
            case Event():
                self.useful = True
                self._pass_on(message, running)
            case Have():
                running.needs = self._exchange.request(artifact_needs(message.artifacts))
            case Finished():
                running.finished = message
                self._settle_if_whole()

    def _pass_on(self, message: Event, running: _Running) -> None:
        cls = event_types().get(message.kind)
        if cls is None:
            log.warning("An event of the unknown kind '%s' was passed over.", message.kind[:100])
            return
        try:
            event = from_wire(cls, message.data, message.payload)
        except WireError as error:
            raise BrokenFrame(str(error)) from error
        if message.kind == "node_started":
            running.nodes[message.data["node"]] = None
        elif message.kind in ("node_finished", "node_failed"):
            running.nodes.pop(message.data["node"], None)
        if isinstance(event, events.ArtifactSaved):
            artifact = Artifact(event.digest, event.name, event.media_type, event.size)
            running.held.append((event, self._exchange.request(artifact_needs([artifact]))))
            self._release(running)
        else:
            self._tell(event, running)

    def _release(self, running: _Running) -> None:
        """Tell of the artifacts whose files are here; of those that never will be, nothing: the job fails."""
        held, running.held = running.held, []
        for event, needs in held:
            try:
                if self._exchange.waiting(needs):
                    running.held.append((event, needs))
                else:
                    self._tell(event, running)
            except FileNotDelivered as error:
                log.warning("An artifact of job '%s' is not told of: %s", running.order.job, error)

    def _files_came(self) -> None:
        if self._running is not None:
            self._release(self._running)
            self._settle_if_whole()

    def _tell(self, event: events.Event, running: _Running) -> None:
        if running.raised is None:
            try:
                running.tell(event)
            except Exception as error:  # the queue's disk is full, or who listens is wrong: raised by `run`
                with self._changed:
                    running.raised = error
                    self._changed.notify_all()

    def _settle_if_whole(self) -> None:
        """End the order if the worker has finished it and every artifact is here."""
        running = self._running
        if running is None or running.finished is None or running.held:
            return
        finished = running.finished
        try:
            if self._exchange.waiting(running.needs):
                return
            outcome = Outcome(finished.status, finished.result, finished.error)
        except FileNotDelivered as error:
            outcome = Outcome("failed", finished.result, str(error))
        self._settle(running, outcome)

    def _settle(self, running: _Running, outcome: Outcome) -> None:
        with self._changed:
            if self._running is running:
                self._running = None
                running.outcome = outcome
                self._changed.notify_all()

    def _note_answer(self, answer: Answer) -> None:
        with self._changed:
            asked = self._asked.pop(answer.request, None) if answer.last else self._asked.get(answer.request)
        if asked is None:
            return
        asked.data += answer.data
        if answer.last:
            self.useful = True
            asked.answer = answer
            asked.over.set()


def _message(order: Order) -> RunJob:
    previews = order.previews
    return RunJob(
        order.job,
        order.document.encode(),
        order.wanted,
        previews.size if previews else 0,
        previews.seconds if previews else None,
        order.continue_on_error,
    )


def held_models(memory: Memory | None) -> Collection[str]:
    """Digests of the models that a worker's services hold, by its last report."""
    services = memory.services.values() if memory else ()
    return {digest for report in services for digest in report.get("models", ())}
