"""What can go wrong with workers, each with a sentence for the person."""

from __future__ import annotations

from graph_engine.errors import EngineError


class BrokenFrame(EngineError):
    """What came over a connection is not the protocol; the connection ends there."""


class FrameTooLarge(EngineError):
    """A message has more bytes than one frame may have."""


class ConnectionEnded(EngineError):
    """The other side is gone."""


class WorkerUnusable(EngineError):
    """A worker can not be started; the text says why and what it said last."""


class WorkerEnded(EngineError):
    """A worker ended before it answered."""


class NoAnswer(EngineError):
    """A worker could not answer what it was asked; the text says why."""


class FileNotDelivered(EngineError):
    """A file that one side asked for did not come whole."""


class AnswerLate(EngineError):
    """A question was not answered in time; nobody waits for its answer any more."""


class Busy(EngineError):
    """A worker has so many questions waiting that it takes no more for now."""
