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
    `continue_on_error` a failure stops only what depends on it. `inputs` are the interface's, by name, as
    JSON: jobs are found by them. `workflow` and its version say where the document is from; `webhook` is an
    address that is told of the job.
    """

    document: str
    name: str = ""
    owner: str = ""
    priority: int = 0
    wanted: tuple[str, ...] | None = None
    idempotency_key: str | None = None
    required_models: tuple[str, ...] = ()
    continue_on_error: bool = False
    inputs: Mapping[str, Any] = field(default_factory=dict)
    workflow: str = ""
    workflow_version: int | None = None
    webhook: str = ""


@dataclass(frozen=True)
class Job:
    """A job as it stands. Times are seconds since 1970, for people to read: nothing is decided by them.

    `device_seconds`: how long workers ran it, all attempts together, by a clock that does not jump.
    `events`: the number of the last entry of its journal.
    """

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
    inputs: Mapping[str, Any] = field(default_factory=dict)
    workflow: str = ""
    workflow_version: int | None = None
    webhook: str = ""
    device_seconds: float = 0.0
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    events: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it unless somebody retries it."""
        return self.status in ENDED


@dataclass(frozen=True)
class JobEvent:
    """One entry of a job's journal. Numbers of a job go 1, 2, 3, ... without a gap.

    `serial` numbers the entries of all jobs in the order they were written: it grows, with gaps.
    """

    job: str
    serial: int
    number: int
    time: float
    kind: str
    data: Mapping[str, Any]
    owner: str = ""  # of the job


@dataclass(frozen=True)
class Page:
    """Some jobs, newest first; `cursor` is where the next page begins, None on the last."""

    jobs: tuple[Job, ...]
    cursor: int | None


@dataclass(frozen=True)
class Usage:
    """What an owner has of the queue: jobs that wait and run now, and what was used.

    `device_seconds` are of the jobs that ended in the time asked for, `artifact_bytes` of all there are.
    """

    waiting: int
    running: int
    device_seconds: float
    artifact_bytes: int
