"""Refusals: what a handler raises, and every error of the engine, as problems (RFC 9457)."""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from graph_engine.errors import (
    DocumentError,
    EngineError,
    FileMissing,
    PathEscape,
    UnknownInput,
    UploadTooLarge,
)
from graph_engine.jobs.errors import IdempotencyConflict, JobConflict, QueueUnusable, UnknownJob
from graph_engine.messages import sentence, shown
from graph_engine.problem import Problem
from graph_engine.workers.errors import AnswerLate, Busy, NoAnswer, WorkerEnded, WorkerUnusable
from web.models.problems import MEDIA_TYPE
from web.service.artifacts import ArtifactGone, UnknownArtifact
from web.service.library.errors import (
    LibraryUnusable,
    NoThumbnail,
    ShareEnded,
    UnknownShare,
    UnknownTemplate,
    UnknownWorkflow,
    WorkflowChanged,
    WorkflowDeleted,
)
from web.service.people.errors import (
    PeopleUnusable,
    QuotaReached,
    TooManyStreams,
    TooManyTokens,
    UnknownToken,
)
from web.service.pictures import PictureDamaged, PicturesBusy, PictureTooLarge
from web.service.service import ServerEnding
from web.service.storage import DiskFull
from web.service.thumbnails import NoPicture
from web.service.uploads import KindRefused, UnknownUpload, UploadInUse, WrongDigest
from web.service.webhooks.addresses import WebhookRefused
from web.service.webhooks.store import DeliveryWaits, TooManyWebhooks, UnknownWebhook, WebhooksUnusable

TYPE = "urn:latentgraph:problem:"
DISK_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
RETRY_SECONDS = 2  # after which a client may try again what the server could not do just now


class Refused(Exception):
    """A request is not done: an HTTP status, a stable code, a sentence for the person, and every fault."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        faults: Iterable[Problem] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.more = more


def refusal_of(error: EngineError) -> Refused | None:
    """The refusal that an error of the engine means, or None where it means that the server is at fault."""
    if isinstance(error, DocumentError):
        count = len(error.problems)
        text = f"The document has {count} problem{'' if count == 1 else 's'}; each is named with its place."
        return Refused(422, "invalid_document", text, faults=error.problems)
    if isinstance(error, QuotaReached):
        wait = {} if error.retry_seconds is None else {"Retry-After": str(error.retry_seconds)}
        return Refused(429, error.code, str(error), headers=wait, used=error.used, bound=error.bound)
    for cls, (status, code) in _STATUSES.items():
        if isinstance(error, cls):
            headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
            return Refused(status, code, str(error), headers=headers)
    return None


def trouble_of(error: Exception) -> Refused | None:
    """The refusal where a disk fails of which nothing else speaks, or None where it is another failure."""
    if isinstance(error, OSError) and error.errno in DISK_TROUBLE:
        reason = error.strerror
    elif isinstance(error, sqlite3.Error):
        reason = str(error)
    else:
        return None
    return Refused(
        503,
        "disk_trouble",
        f"The data folder can not be read or written ({reason}), so this was not done. Free space on the "
        "disk, or make the folder writable; `latentgraph doctor` looks at it.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def faults_of(error: ValidationError, *, prefix: str = "") -> list[Problem]:
    """Every field of a body or a query that does not fit its form."""
    return [
        Problem(
            "form",
            f"{words}.",
            input=prefix + ".".join(str(step) for step in one["loc"] if step != "[key]"),
            expected=expected,
            got=shown(one["input"]) if one["type"] != "missing" else "nothing",
        )
        for one in error.errors(include_url=False)
        for words, expected in [sentence(one)]
    ]


def problem_response(refused: Refused, request_id: str) -> web.Response:
    """The answer that says why a request was not done."""
    body: dict[str, Any] = {
        "type": TYPE + refused.code,
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.detail,
        "instance": request_id,
        "code": refused.code,
        **refused.more,
    }
    if refused.faults:
        body["problems"] = [one.as_dict() for one in refused.faults]
    return web.Response(
        status=refused.status,
        body=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
        headers={**refused.headers, "Content-Type": MEDIA_TYPE},
    )


_STATUSES: dict[type[EngineError], tuple[int, str]] = {
    UnknownJob: (404, "unknown_job"),
    UnknownWorkflow: (404, "unknown_workflow"),
    UnknownTemplate: (404, "unknown_template"),
    UnknownShare: (404, "unknown_share"),
    UnknownToken: (404, "unknown_token"),
    FileMissing: (404, "file_missing"),
    NoPicture: (404, "no_picture"),
    UnknownArtifact: (404, "unknown_artifact"),
    UnknownUpload: (404, "unknown_upload"),
    ArtifactGone: (410, "artifact_gone"),
    UploadInUse: (409, "upload_in_use"),
    JobConflict: (409, "job_conflict"),
    IdempotencyConflict: (409, "idempotency_conflict"),
    WorkflowDeleted: (409, "workflow_deleted"),
    ShareEnded: (410, "share_ended"),
    WorkflowChanged: (412, "workflow_changed"),
    TooManyTokens: (409, "too_many_tokens"),
    UploadTooLarge: (413, "upload_too_large"),
    KindRefused: (415, "kind_refused"),
    PictureDamaged: (422, "picture_damaged"),
    PictureTooLarge: (422, "picture_too_large"),
    WrongDigest: (422, "wrong_digest"),
    PathEscape: (422, "path_escape"),
    NoThumbnail: (422, "no_thumbnail"),
    UnknownInput: (422, "unknown_input"),
    NoAnswer: (422, "no_answer"),
    LibraryUnusable: (503, "library_unusable"),
    TooManyStreams: (429, "too_many_streams"),
    PeopleUnusable: (503, "people_unusable"),
    DiskFull: (507, "disk_full"),
    PicturesBusy: (503, "pictures_busy"),
    AnswerLate: (503, "answer_late"),
    Busy: (503, "busy"),
    QueueUnusable: (503, "queue_unusable"),
    WorkerEnded: (503, "worker_ended"),
    WorkerUnusable: (503, "worker_unusable"),
    UnknownWebhook: (404, "unknown_webhook"),
    TooManyWebhooks: (409, "too_many_webhooks"),
    DeliveryWaits: (409, "delivery_waits"),
    WebhookRefused: (422, "webhook_refused"),
    WebhooksUnusable: (503, "webhooks_unusable"),
    ServerEnding: (503, "server_ending"),
}
