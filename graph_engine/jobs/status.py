"""What the queue says of a job in its journal: whoever reads it sees the job's whole life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal, TypeAlias

from graph_engine.jobs.artifacts import artifacts_in
from graph_engine.jobs.entries import Fact
from graph_engine.jobs.job import JobStatus

JOB_STATUS = "job_status"
JOB_MOVED = "job_moved"
LONGEST_ERROR = 1000  # characters of it; the job has all of them

Reason: TypeAlias = Literal["paused", "crashed", "restarted"]
"""Why a job that ran waits again; "restarted": the process that ran it ended, or its worker without fault."""


def status_is(status: str, **more: Any) -> Fact:
    """A job's status as it is now, and what goes with it."""
    return JOB_STATUS, {"status": status, **more}


def given_back(reason: Reason, error: str) -> Fact:
    """A job waits again."""
    return status_is("queued", reason=reason, error=error[:LONGEST_ERROR])


def ended(status: JobStatus, seconds: float, error: str, result: Mapping[str, Any]) -> Fact:
    """A job's end; `seconds` are of the attempt that ended it, and what was done has its artifacts.

    The outputs are those that the run came to, which may be some of a failed one, too.
    """
    given = {"artifacts": [asdict(one) for one in artifacts_in(result)]} if status == "done" else {}
    outputs = {"outputs": result["outputs"]} if result.get("outputs") else {}
    return status_is(status, seconds=round(seconds, 4), error=error[:LONGEST_ERROR], **given, **outputs)


def moved(priority: int) -> Fact:
    """A job has another place among those that wait."""
    return JOB_MOVED, {"priority": priority}
