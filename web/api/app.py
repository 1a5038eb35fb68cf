"""The application: all routes behind one guard, every answer with its id, every refusal as a problem."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler as WebHandler
from pydantic import BaseModel

from graph_engine.errors import EngineError
from web.api import (
    answers,
    artifacts,
    controls,
    events,
    jobs,
    library,
    metrics,
    packs,
    people,
    shares,
    system,
    templates,
    uploads,
    versions,
    webhooks,
    workflow_api,
)
from web.api.guard import (
    SAFE,
    add_headers,
    check_host,
    check_origin,
    check_rate,
    check_scope,
    person_of,
    preflight,
)
from web.api.observing import observed
from web.api.openapi import openapi
from web.api.pages import add_pages
from web.api.pages.editor import BUILT, CLIENT_HEADER, Editor, read_editor
from web.api.problems import Refused, problem_response, refusal_of, trouble_of
from web.api.routing import (
    ASKED_FOR,
    CODE,
    JSON,
    PERSON,
    REQUEST,
    SERVICE,
    Reply,
    Route,
    Routes,
    asked_when_read,
    read_call,
)
from web.service.person import LOCAL, Person
from web.service.service import Service, server_version

log = logging.getLogger(__name__)

FAMILIES: tuple[Routes, ...] = (
    jobs.routes,
    events.routes,
    library.routes,
    versions.routes,
    workflow_api.routes,
    shares.routes,
    templates.routes,
    artifacts.routes,
    uploads.routes,
    webhooks.routes,
    people.routes,
    system.routes,
    packs.routes,
    answers.routes,
    controls.routes,
    metrics.routes,
)
"""Every family of addresses, in the order of the description."""

REQUEST_ID = "X-Request-Id"
ROUTE = web.RequestKey("route", Route)
EDITOR: web.AppKey[Editor | None] = web.AppKey("editor")


def all_routes() -> list[Route]:
    """Every route there is."""
    return [route for family in FAMILIES for route in family.routes]


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document of this version."""
    return openapi(all_routes(), server_version())


def make_app(service: Service, built: Path = BUILT) -> web.Application:
    """The application over an open service; its editor is what was `built` into that folder, if anything."""
    app = web.Application(middlewares=[observed, _answered, _guarded], client_max_size=0)
    app[SERVICE] = service
    app.on_response_prepare.append(_prepare)
    for route in all_routes():
        app.router.add_route(
            route.method,
            route.pattern,
            _handler(route),
            name=route.name,
            expect_handler=asked_when_read,
        )
    app.router.add_get("/openapi.json", _describe)
    app[EDITOR] = editor = read_editor(built)
    add_pages(app, editor)
    return app


def _handler(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        service = request.app[SERVICE]
        request[ROUTE] = route
        person = LOCAL
        if route.scope is None:
            check_rate(request, service, None)
        else:
            request[PERSON] = person = await person_of(request, service)
            check_rate(request, service, person)
            check_scope(person, route.scope)
        return _response(await route.handler(await read_call(route, request, person)))

    return handle


def _response(reply: Reply) -> web.StreamResponse:
    content = reply.content
    if isinstance(content, web.StreamResponse):
        return content
    if isinstance(content, BaseModel):
        body = content.model_dump_json(by_alias=True).encode()
        return web.Response(status=reply.status, body=body, headers={"Content-Type": JSON, **reply.headers})
    return web.Response(status=reply.status, headers=reply.headers)


@web.middleware
async def _answered(request: web.Request, handler: WebHandler) -> web.StreamResponse:
    """Give every request an id, and every failure the form of a problem."""
    request_id = secrets.token_hex(8)
    request[REQUEST] = request_id
    try:
        response = await handler(request)
    except Refused as refused:
        request[CODE] = refused.code
        response = problem_response(refused, request_id)
    except web.HTTPException as error:
        response = problem_response(_of_http(error, request), request_id)
    except EngineError as error:
        known = refusal_of(error)
        if known is None:
            log.exception("A request failed.", extra={"fields": {"request": request_id}})
        refusal = known or _internal(error)
        request[CODE] = refusal.code
        response = problem_response(refusal, request_id)
    except Exception as error:
        log.exception("A request failed.", extra={"fields": {"request": request_id}})
        refusal = trouble_of(error) or _internal(error)
        request[CODE] = refusal.code
        response = problem_response(refusal, request_id)
    _note_change(request, response)
    return response


async def _prepare(request: web.Request, response: web.StreamResponse) -> None:
    if REQUEST not in request:  # aiohttp answers by itself what it does not expect
        request[REQUEST] = secrets.token_hex(8)
    response.headers[REQUEST_ID] = request[REQUEST]
    if "Expect" in request.headers and ASKED_FOR not in request:
        response.force_close()  # nobody can tell whether the body still comes
    add_headers(request, response, request.app[SERVICE].settings)
    editor = request.app[EDITOR]
    if editor is not None and request.path.startswith("/api/"):
        response.headers[CLIENT_HEADER] = editor.digest


def _note_change(request: web.Request, response: web.StreamResponse) -> None:
    """Put into the audit log what somebody changed, or tried to."""
    route: Route | None = request.get(ROUTE)
    person: Person | None = request.get(PERSON)
    if route is None or person is None or request.method in SAFE or route.scope == "view":
        return
    entry = {
        "owner": person.owner,
        "token": person.token,
        "address": request.remote or "",
        "operation": route.name,
        "of": dict(request.match_info),
        "made": response.headers.get("Location", ""),
        "outcome": response.status,
    }
    request.app[SERVICE].people.audit.note(entry)


@web.middleware
async def _guarded(request: web.Request, handler: WebHandler) -> web.StreamResponse:
    """Let nobody in by a foreign name or from a foreign site."""
    settings = request.app[SERVICE].settings
    check_host(request, settings)
    check_origin(request, settings)
    return preflight(request) or await handler(request)


async def _describe(request: web.Request) -> web.Response:
    return web.Response(body=json.dumps(description()).encode(), content_type=JSON)


def _of_http(error: web.HTTPException, request: web.Request) -> Refused:
    """What aiohttp itself refuses."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        text = f"'{request.method}' can not be done with '{request.path[:200]}'; {allowed} can."
        return Refused(405, "method_not_allowed", text, headers={"Allow": allowed})
    if error.status == 404:
        return Refused(
            404, "not_found", f"There is nothing at '{request.path[:200]}'; /openapi.json lists what is."
        )
    return Refused(error.status, "http", error.text or error.reason or "The request can not be done.")


def _internal(error: Exception) -> Refused:
    text = f"Something went wrong inside Latent Graph ({type(error).__name__}). The log has it under this id."
    return Refused(500, "internal", text)
