"""Rows of the job table, to and from `Job`."""

from __future__ import annotations

import json
from typing import Any

from graph_engine.digest import canonical_json, digest_text
from graph_engine.jobs.job import Job, Request

COLUMNS = (
    "id, status, name, owner, priority, paused, cancel_asked, attempts, submitted, started, finished, "
    "worker, wanted, idempotency_key, required_models, continue_on_error, inputs, workflow, "
    "workflow_version, webhook, device_seconds, result, error, events"
)


def job_of(row: tuple[Any, ...]) -> Job:
    """Read a row of `COLUMNS`."""
    (
        *plain,
        paused,
        cancel_asked,
        attempts,
        submitted,
        started,
        finished,
        worker,
        wanted,
        idempotency_key,
        models,
        continue_on_error,
        inputs,
        workflow,
        workflow_version,
        webhook,
        device_seconds,
        result,
        error,
        events,
    ) = row
    job_id, status, name, owner, priority = plain
    return Job(
        id=job_id,
        status=status,
        name=name,
        owner=owner,
        priority=priority,
        paused=bool(paused),
        cancel_asked=bool(cancel_asked),
        attempts=attempts,
        submitted=submitted,
        started=started,
        finished=finished,
        worker=worker,
        wanted=None if wanted is None else tuple(json.loads(wanted)),
        idempotency_key=idempotency_key,
        required_models=models_of(models),
        continue_on_error=bool(continue_on_error),
        inputs=json.loads(inputs),
        workflow=workflow,
        workflow_version=workflow_version,
        webhook=webhook,
        device_seconds=device_seconds,
        result=json.loads(result),
        error=error,
        events=events,
    )


def models_of(text: str) -> tuple[str, ...]:
    """The column `required_models`."""
    return tuple(json.loads(text))


def request_digest(request: Request) -> str:
    """What two requests under one idempotency key must share: all that decides what is computed.

    The document's lock does not: it is another one when a pack was updated between the two. Nothing is asked
    of a request without a key, which has none.
    """
    if request.idempotency_key is None:
        return ""
    return _digest(request, _compact(request.document))


def former_digest(request: Request) -> str:
    """`request_digest` as queues of before made it, which takes longer."""
    return _digest(request, _as_file(request.document))


def _digest(request: Request, document: str) -> str:
    wanted = None if request.wanted is None else list(request.wanted)
    asked = [document, wanted]
    return digest_text(canonical_json([*asked, True] if request.continue_on_error else asked))


def _compact(document: str) -> str:
    """The text of a document without a lock and without spaces."""
    raw = _object(document)
    return document if raw is None else to_json({name: one for name, one in raw.items() if name != "lock"})


def _as_file(document: str) -> str:
    """The text as a file would have it without a lock."""
    raw = _object(document)
    if raw is None or "lock" not in raw:
        return document
    del raw["lock"]
    return json.dumps(raw, indent=2, ensure_ascii=False) + "\n"


def _object(document: str) -> dict[str, Any] | None:
    try:
        raw = json.loads(document)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) else None


def to_json(value: Any) -> str:
    """JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
