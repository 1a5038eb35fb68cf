"""Observing: every request counted, measured, traced, and one line of the log."""

from __future__ import annotations

import logging
import time
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler as WebHandler

from web.api.routing import CODE, JOB, PERSON, REQUEST, SERVICE, STREAMS
from web.service.person import Person

log = logging.getLogger("web.requests")

UNKNOWN = "unknown"  # the operation where no address fits


@web.middleware
async def observed(request: web.Request, handler: WebHandler) -> web.StreamResponse:
    """Around everything else, so that what is refused counts too."""
    service = request.app[SERVICE]
    operation = request.match_info.route.name or UNKNOWN
    begun = time.perf_counter()
    status = 499  # what a proxy calls a client that went away
    size = 0
    try:
        with service.tracing.request(operation, request.headers) as attribute:
            response = await handler(request)
            status, size = response.status, _size(response)
            attribute("http.response.status_code", status)
            attribute("http.request.method", request.method)
        return response
    finally:
        seconds = time.perf_counter() - begun
        service.metrics.request(operation, status, None if request.get(STREAMS) else seconds)
        _log(request, operation, status, seconds, size)


def _log(request: web.Request, operation: str, status: int, seconds: float, size: int) -> None:
    refused = status >= 400 and status != 499
    level = logging.WARNING if refused else logging.INFO
    if not log.isEnabledFor(level):
        return
    person: Person | None = request.get(PERSON)
    fields: dict[str, Any] = {
        "request": request.get(REQUEST, ""),
        "operation": operation,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "bytes": size,
        "address": request.remote or "",
    }
    if person is not None:
        fields |= {"owner": person.owner, "token": person.token}
    if job := request.get(JOB) or request.match_info.get("job"):
        fields["job"] = job
    if code := request.get(CODE):
        fields["code"] = code
    log.log(level, "request", extra={"fields": fields})


def _size(response: web.StreamResponse) -> int:
    """Bytes of an answer; of a stream those that went out so far."""
    return response.body_length if response.prepared else response.content_length or 0
