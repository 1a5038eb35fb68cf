"""What can go wrong with jobs, each with a sentence for the person."""

from __future__ import annotations

from graph_engine.errors import EngineError


class UnknownJob(EngineError):
    """There is no job with this id."""


class JobConflict(EngineError):
    """What is asked for does not fit the job as it stands."""


class IdempotencyConflict(EngineError):
    """An idempotency key was used again for another request."""


class QueueUnusable(EngineError):
    """The jobs file can not be read or written, or comes from a newer version."""


class QueueTaken(EngineError):
    """Another process runs the jobs of this data folder."""


class ArchiveUnusable(EngineError):
    """An archive of jobs can not be read or written, or is not what was exported; nothing was changed."""


class JobsDiffer(EngineError):
    """A job that is imported is here already as another one; nothing was changed."""
