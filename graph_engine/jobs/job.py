"""A job: one durable request to run a workflow, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

JobStatus = Literal["queued", "running", "done", "failed", "cancelled"]
STATUSES: tuple[JobStatus, ...] = ("queued", "running", "done", "failed", "cancelled")
ENDED: tuple[JobStatus, ...] = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Request:
    """What somebody asks for. `document` is the text of a checked workflow with its inputs set.

    Of two requests of one owner with the same `idempotency_key` the second gets the first one's job.
    Higher `priority` goes first. `required_models` are digests; a worker that holds them is preferred. With
    `continue_on_error` a failure stops only what depends on it.
    """

    document: str
    name: str = ""
    owner: str = ""
    priority: int = 0
    wanted: tuple[str, ...] | None = None
    idempotency_key: str | None = None
    required_models: tuple[str, ...] = ()
    continue_on_error: bool = False


@dataclass(frozen=True)
class Job:
    """A job as it stands. Times are seconds since 1970, for people to read: nothing is decided by them."""

    id: str
    status: JobStatus
    name: str
    owner: str
    priority: int
    paused: bool
    cancel_asked: bool
    attempts: int
    submitted: float
    started: float | None = None
    finished: float | None = None
    worker: str = ""
    wanted: tuple[str, ...] | None = None
    idempotency_key: str | None = None
    required_models: tuple[str, ...] = ()
    continue_on_error: bool = False
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it unless somebody retries it."""
        return self.status in ENDED


@dataclass(frozen=True)
class JobEvent:
    """One entry of a job's journal. Numbers of a job go 1, 2, 3, ... without a gap."""

    job: str
    number: int
    time: float
    kind: str
    data: Mapping[str, Any]
