"""Jobs as they come over HTTP, made the engine's own, so that the command line shows both alike."""

from __future__ import annotations

from datetime import datetime

from graph_engine.jobs.job import Job
from web.models.jobs import JobSummary, JobView


def as_job(view: JobSummary) -> Job:
    """A job as the queue has it, as far as the server tells."""
    result: dict[str, object] = {}
    if view.artifacts:
        result["artifacts"] = [one.model_dump() for one in view.artifacts]
    whole = view if isinstance(view, JobView) else None
    if whole is not None and whole.nodes:
        result["nodes"] = {name: one.model_dump() for name, one in whole.nodes.items()}
    if whole is not None and whole.outputs:
        result["outputs"] = whole.outputs
    return Job(
        id=view.id,
        status=view.status,
        name=view.name,
        owner=view.owner,
        priority=view.priority,
        paused=view.paused,
        cancel_asked=view.cancel_asked,
        attempts=view.attempts,
        submitted=view.submitted.timestamp(),
        started=_seconds(view.started),
        finished=_seconds(view.finished),
        worker=view.worker,
        wanted=None if whole is None or whole.wanted is None else tuple(whole.wanted),
        idempotency_key=whole.idempotency_key if whole else None,
        required_models=tuple(whole.models) if whole else (),
        continue_on_error=whole.continue_on_error if whole else False,
        inputs=view.inputs,
        workflow=view.workflow,
        workflow_version=view.workflow_version,
        device_seconds=view.device_seconds,
        result=result,
        error=view.error,
        events=whole.events if whole else 0,
    )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
