"""Jobs as the forms of the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.jobs.job import Job
from web.models.jobs import ArtifactView, JobSummary, JobView, NodeView


def moment(seconds: float | None) -> datetime | None:
    """A time as a clock of this machine said it, in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def artifact_view(artifact: Artifact) -> ArtifactView:
    """An artifact as the API shows it."""
    return ArtifactView(
        digest=artifact.digest, name=artifact.name, media_type=artifact.media_type, size=artifact.size
    )


def job_summary(job: Job) -> JobSummary:
    """A job as a list shows it."""
    return JobSummary(**_plain(job))


def job_view(job: Job) -> JobView:
    """A job as it stands."""
    nodes = {name: NodeView(**report) for name, report in job.result.get("nodes", {}).items()}
    return JobView(
        **_plain(job),
        wanted=None if job.wanted is None else list(job.wanted),
        idempotency_key=job.idempotency_key,
        continue_on_error=job.continue_on_error,
        models=list(job.required_models),
        outputs=dict(job.result.get("outputs", {})),
        nodes=nodes,
        events=job.events,
    )


def _plain(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "status": job.status,
        "name": job.name,
        "owner": job.owner,
        "priority": job.priority,
        "paused": job.paused,
        "cancel_asked": job.cancel_asked,
        "attempts": job.attempts,
        "submitted": moment(job.submitted),
        "started": moment(job.started),
        "finished": moment(job.finished),
        "device_seconds": round(job.device_seconds, 3),
        "worker": job.worker,
        "workflow": job.workflow,
        "workflow_version": job.workflow_version,
        "inputs": dict(job.inputs),
        "artifacts": [ArtifactView(**one) for one in job.result.get("artifacts", ())],
        "error": job.error,
    }
