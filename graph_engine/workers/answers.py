"""Answering: questions wait in line, and a few threads answer them, so that none waits for a long one."""

from __future__ import annotations

import logging
import re
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from graph_engine.engine import Engine
from graph_engine.errors import EngineError
from graph_engine.workers.connection import Connection
from graph_engine.workers.errors import ConnectionEnded
from graph_engine.workers.exchange import Exchange
from graph_engine.workers.protocol import PIECE, Answer, Ask, Need
from graph_engine.workers.replies import reply

log = logging.getLogger(__name__)

THREADS = 4
SMALL = 256 * 1024  # bytes of a document that is checked in an instant; one thread takes no larger ones

_UPLOAD = re.compile(rb'"blake3:([0-9a-f]{64})"')


def uploads_of(document: bytes) -> list[Need]:
    """The uploads that a document may name."""
    return [Need("upload", digest.decode()) for digest in dict.fromkeys(_UPLOAD.findall(document))]


class Answers:
    """Answers in threads of its own, each on an engine of its own that holds no values in memory.

    So an answer never waits for the job that runs, and changes nothing for it.
    """

    def __init__(self, connection: Connection, exchange: Exchange, open_engine: Callable[[], Engine]) -> None:
        self._connection, self._exchange, self._open_engine = connection, exchange, open_engine
        self._lock = threading.Lock()
        self._for_any, self._for_small = threading.Condition(self._lock), threading.Condition(self._lock)
        self._idle = 0  # threads that wait for a question of any size
        self._small: deque[Ask] = deque()
        self._large: deque[Ask] = deque()
        self._withdrawn: set[int] = set()
        for number in range(THREADS):
            threading.Thread(
                target=self._work, args=(number == 0,), name=f"answers {number + 1}", daemon=True
            ).start()

    def ask(self, asked: Ask) -> None:
        """Take a request; the answer goes over the connection."""
        small = len(asked.document) <= SMALL
        with self._lock:
            (self._small if small else self._large).append(asked)
            if self._idle:
                self._idle -= 1
                self._for_any.notify()
            elif small:
                self._for_small.notify()

    def withdraw(self, request: int) -> None:
        """Do not begin with a request that still waits; its answer says so."""
        with self._lock:
            if any(one.request == request for one in (*self._small, *self._large)):
                self._withdrawn.add(request)

    def _work(self, only_small: bool) -> None:
        engine: Engine | None = None
        with suppress(ConnectionEnded):
            while True:
                asked, withdrawn = self._next(only_small)
                try:
                    if withdrawn:
                        raise EngineError("Nobody waits for it any more.")
                    engine = engine or self._open_engine()
                    self._answer(asked, engine)
                    engine.forget_documents()
                except ConnectionEnded:
                    raise
                except Exception as error:  # a pack's exporter or migration may raise anything
                    self._refuse(asked, error)

    def _next(self, only_small: bool) -> tuple[Ask, bool]:
        with self._lock:
            while not (waiting := self._small or (None if only_small else self._large)):
                if only_small:
                    self._for_small.wait()
                else:
                    self._idle += 1
                    self._for_any.wait()
            asked = waiting.popleft()
            withdrawn = asked.request in self._withdrawn
            self._withdrawn.discard(asked.request)
            return asked, withdrawn

    def _answer(self, asked: Ask, engine: Engine) -> None:
        result, data = reply(asked.what, asked.document, asked.options, engine, self._fetch)
        begin = 0
        while len(data) - begin > PIECE:
            self._connection.send(Answer(asked.request, last=False, data=data[begin : begin + PIECE]))
            begin += PIECE
        self._connection.send(Answer(asked.request, result=result, data=data[begin:]))

    def _refuse(self, asked: Ask, error: Exception) -> None:
        if isinstance(error, EngineError):
            text = str(error)
        else:
            log.error("The question '%s' could not be answered.", asked.what, exc_info=error)
            text = f"{type(error).__name__}: {error}"
        self._connection.send(Answer(asked.request, error=text or type(error).__name__))

    def _fetch(self, needs: list[Need]) -> None:
        self._exchange.fetch(needs, _never)


def _never() -> None:
    """Nobody cancels a request that is being answered."""
