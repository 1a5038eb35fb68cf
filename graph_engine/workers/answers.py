"""What a worker answers while it runs jobs: a check, a plan, an artifact with its document inside."""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from graph_engine import export
from graph_engine.artifact import Artifact
from graph_engine.documents.document_io import loads_document
from graph_engine.engine import Engine
from graph_engine.errors import DocumentError, EngineError
from graph_engine.workers.connection import Connection
from graph_engine.workers.errors import ConnectionEnded
from graph_engine.workers.exchange import Exchange, artifact_needs
from graph_engine.workers.protocol import PIECE, Answer, Ask, Need

_UPLOAD = re.compile(rb'"blake3:([0-9a-f]{64})"')


def uploads_of(document: bytes) -> list[Need]:
    """The uploads that a document may name."""
    return [Need("upload", digest.decode()) for digest in dict.fromkeys(_UPLOAD.findall(document))]


class Answers:
    """Answers in a thread of its own, on an engine of its own that holds no values in memory.

    So an answer never waits for the job that runs, and changes nothing for it.
    """

    def __init__(self, connection: Connection, exchange: Exchange, open_engine: Callable[[], Engine]) -> None:
        self._connection, self._exchange, self._open_engine = connection, exchange, open_engine
        self._asked: queue.SimpleQueue[Ask] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="answers", daemon=True).start()

    def ask(self, asked: Ask) -> None:
        """Take a request; the answer goes over the connection."""
        self._asked.put(asked)

    def _work(self) -> None:
        engine: Engine | None = None
        with suppress(ConnectionEnded):
            while True:
                asked = self._asked.get()
                try:
                    engine = engine or self._open_engine()
                    self._answer(asked, engine)
                except ConnectionEnded:
                    raise
                except Exception as error:  # a pack's exporter or migration may raise anything
                    text = (
                        str(error) if isinstance(error, EngineError) else f"{type(error).__name__}: {error}"
                    )
                    self._connection.send(Answer(asked.request, error=text or type(error).__name__))

    def _answer(self, asked: Ask, engine: Engine) -> None:
        try:
            document = loads_document(asked.document)
        except DocumentError as error:
            self._connection.send(Answer(asked.request, result=_problems(error)))
            return
        if asked.what == "export":
            artifact = Artifact(**asked.options["artifact"])
            self._exchange.fetch(artifact_needs([artifact]), _never)
            self._send(asked.request, export.exported(artifact, document, engine))
            return
        self._exchange.fetch(uploads_of(asked.document), _never)
        if asked.what == "check":
            result: dict[str, Any] = {"problems": [one.as_dict() for one in engine.check(document)]}
        else:
            result = self._plan(engine, document, asked.options.get("wanted"))
        self._connection.send(Answer(asked.request, result=result))

    def _plan(self, engine: Engine, document: Any, wanted: Iterable[str] | None) -> dict[str, Any]:
        try:
            planned = engine.plan(document, wanted)
        except DocumentError as error:
            return _problems(error)
        steps = [
            {"node": one.node, "type": one.node_type, "status": one.status, "reason": one.reason}
            for one in planned
        ]
        return {"problems": [], "steps": steps}

    def _send(self, request: int, data: bytes) -> None:
        begin = 0
        while len(data) - begin > PIECE:
            self._connection.send(Answer(request, last=False, data=data[begin : begin + PIECE]))
            begin += PIECE
        self._connection.send(Answer(request, data=data[begin:]))


def _problems(error: DocumentError) -> dict[str, Any]:
    return {"problems": [one.as_dict() for one in error.problems]}


def _never() -> None:
    """Nobody cancels a request."""
