"""A worker on this machine, kept alive: one thread starts its process, listens to it, and replaces it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from typing import Any, Literal, TypeAlias

from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.files import Files
from graph_engine.jobs.worker import Order, Outcome, Tell
from graph_engine.settings import Settings
from graph_engine.workers.conversation import Conversation, held_models
from graph_engine.workers.errors import AnswerLate, WorkerEnded, WorkerUnusable
from graph_engine.workers.exchange import Exchange
from graph_engine.workers.log import WorkerLog
from graph_engine.workers.protocol import Memory, Ready
from graph_engine.workers.questions import Questions
from graph_engine.workers.spawn import spawn
from graph_engine.workers.supervision import Supervision, how_ended

log = logging.getLogger(__name__)

State: TypeAlias = Literal["starting", "ready", "unusable", "closed"]

_READY_SECONDS = 0.05  # between two looks at whether a worker is ready
_ASKED_AGAIN = 5  # times that a question is put when workers end under it
_LONGEST_PAUSE = 30.0  # seconds before a worker that keeps ending is started again


class LocalWorker(Questions):
    """Takes one order at a time, and questions at any time; see `jobs.worker.Worker`.

    Its process is replaced when it ends, gives no sign of life, or does not stop when it is told to.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        files: Files,
        artifacts: ArtifactFolder,
        worker_log: WorkerLog,
        supervision: Supervision,
        python: str,
        *,
        desk: bool = False,
    ) -> None:
        self.name = name
        self.restarts = 0  # processes begun after the first
        self.error = ""  # why it is unusable, or how its last process ended; none has ended if it is empty
        self._settings, self._files, self._artifacts = settings, files, artifacts
        self._log, self._supervision, self._python = worker_log, supervision, python
        self._desk = desk
        self._closing = threading.Event()
        self._conversation: Conversation | None = None
        self._pid: int | None = None
        self._unusable: WorkerUnusable | None = None
        self._keeper = threading.Thread(target=self._keep, name=f"worker {name}", daemon=True)
        self._keeper.start()

    @property
    def models(self) -> Collection[str]:
        """Digests of the models that it holds, by its last report."""
        return held_models(self.memory)

    @property
    def memory(self) -> Memory | None:
        """Its last report."""
        conversation = self._conversation
        return conversation.memory if conversation else None

    @property
    def info(self) -> Ready | None:
        """What it said when it was ready; None while it is not."""
        conversation = self._conversation
        return conversation.info if conversation else None

    @property
    def pid(self) -> int | None:
        """Its process, None while there is none."""
        return self._pid

    @property
    def state(self) -> State:
        """Whether it can take orders and questions now, will be able to, or never again."""
        if self._closing.is_set():
            return "closed"
        if self._unusable is not None:
            return "unusable"
        return "starting" if self.info is None else "ready"

    @property
    def available(self) -> bool:
        """Whether it can take an order now."""
        return self.state == "ready"

    def ready(self, stop: Cancellation) -> bool:
        """Wait until it can take an order; False if `stop` is set, or it is closed.

        Raises `WorkerUnusable`.
        """
        while self.info is None:
            if self._unusable is not None:
                raise self._unusable
            if stop.cancelled or self._closing.wait(_READY_SECONDS):
                return False
        return not stop.cancelled

    def run(self, order: Order, tell: Tell) -> Outcome:
        """Run an order to its end. What `tell` raises is raised, after the order was stopped."""
        conversation = self._conversation
        if conversation is None or conversation.info is None:
            return Outcome("ended", error=f"The worker '{self.name}' ended before it took the job.")
        return conversation.run(order, tell)

    def cancel(self) -> None:
        """Ask the order that runs to stop at its next step; past the grace period its process is ended."""
        if (conversation := self._conversation) is not None:
            conversation.cancel()

    def pause(self) -> None:
        """Ask the order that runs to stop after the node it is at."""
        if (conversation := self._conversation) is not None:
            conversation.pause()

    def close(self) -> None:
        """Let the process end, within the grace period; an order that runs is stopped and not at fault."""
        self._closing.set()
        if (conversation := self._conversation) is not None:
            conversation.stop()
        self._keeper.join()

    def _ask(
        self, what: str, document: str, options: dict[str, Any], timeout: float
    ) -> tuple[dict[str, Any], bytes]:
        deadline = time.monotonic() + timeout
        for _ in range(_ASKED_AGAIN):
            conversation = self._ready_by(deadline, timeout)
            try:
                return conversation.ask(what, document, options, max(0.0, deadline - time.monotonic()))
            except WorkerEnded as error:
                ended = error
        raise ended

    def _ready_by(self, deadline: float, timeout: float) -> Conversation:
        while (conversation := self._conversation) is None or conversation.info is None:
            if self._unusable is not None:
                raise self._unusable
            if self._closing.wait(_READY_SECONDS):
                raise WorkerEnded(f"The worker '{self.name}' is closed.")
            if time.monotonic() >= deadline:
                raise AnswerLate(f"The worker '{self.name}' was not ready to be asked within {timeout:g} s.")
        return conversation

    def _keep(self) -> None:
        """Start, listen, bury, start again; until it is closed, or has failed to start too often."""
        unready = useless = 0
        try:
            while not self._closing.is_set():
                lived, how = self._live()
                self.error = f"The worker '{self.name}' ended ({how})."
                unready = 0 if lived is not None and lived.info is not None else unready + 1
                useless = 0 if lived is not None and lived.useful else useless + 1
                if unready >= self._supervision.starts and not self._closing.is_set():
                    said = f"\n  it printed last:\n{self._log.tail()}" if self._log.tail() else ""
                    raise WorkerUnusable(
                        f"The worker '{self.name}' can not be started: {how}. Its log: {self._log.path}{said}"
                    )
                if useless:
                    pause = self._supervision.backoff * 2.0 ** (useless - 1)
                    self._closing.wait(min(_LONGEST_PAUSE, pause))
                self.restarts += not self._closing.is_set()
        except WorkerUnusable as error:
            self._give_up(error)
        except Exception as error:  # an error of ours; nobody may wait for ever
            log.exception("Nobody keeps the worker '%s' any more.", self.name)
            self._give_up(WorkerUnusable(f"Nobody keeps the worker '{self.name}' any more: {error!r}."))

    def _give_up(self, error: WorkerUnusable) -> None:
        self.error, self._unusable = str(error), error

    def _live(self) -> tuple[Conversation | None, str]:
        """One process from its start to its end: what was said, and how it ended."""
        self._log.begin()
        try:
            spawned = spawn(self._python, self._log)
        except OSError as error:
            return None, f"'{self._python}' can not be run ({error.strerror or error})"
        self._pid = spawned.process.pid
        self._log.note(f"worker '{self.name}' started as process {self._pid}")
        exchange = Exchange(spawned.connection, self._files, self._artifacts)
        conversation = Conversation(self.name, spawned.connection, exchange, self._supervision)
        how = "this program failed"
        try:
            conversation.greet(self._settings.model_dump(mode="json"), self._desk)
            self._conversation = conversation
            if self._closing.is_set():
                conversation.stop()
            how = conversation.listen(spawned.alive)
        finally:
            try:
                if how:
                    spawned.kill()
                status = spawned.bury()
                how = how or how_ended(status)
                exchange.close()
                self._log.note(f"worker '{self.name}' ended: {how}")
            finally:  # whatever went wrong, nobody may wait for ever
                self._conversation = self._pid = None
                conversation.end(how)
        return conversation, how
