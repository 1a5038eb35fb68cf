"""The OpenAPI 3.1 document of the whole API, made from the routes and the models."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from web.api.routing import JSON, PATH_PARTS, Answer, Content, Route
from web.models.problems import MEDIA_TYPE, ProblemView

REF = "#/components/schemas/{model}"
ABOUT = (
    "Every answer has the header `X-Request-Id`, which the server's log has too. What is not done is "
    "answered with a problem (RFC 9457). What belongs to another owner is answered as if it were not there."
)
TOKEN = (
    "`latentgraph tokens create` makes one; `x-scope`, and the role beside the name of this scheme, say "
    "which scope it must have. The person at the server's own machine needs none, and a browser may show "
    "the cookie that `POST /api/v1/session` gives."
)
HEADERS = {
    "Location": ("The address of what was made, or of what was asked for.", "string"),
    "ETag": ("The tag of what there is now.", "string"),
    "Content-Range": ("Which bytes these are, or how many there are.", "string"),
    "WWW-Authenticate": ("How to show a token (RFC 6750).", "string"),
    "Retry-After": ("Seconds after which it may be asked again.", "integer"),
}
"""The headers of answers, and what they say."""

ANSWERED = {
    "Location": (201, 202, 308),
    "ETag": (206, 304, 412),
    "Content-Range": (206, 416),
    "WWW-Authenticate": (401,),
    "Retry-After": (429, 503),
}
"""The statuses with which they may come."""


def openapi(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """The document, for a server of this version."""
    routes = list(routes)
    forms = {route.body for route in routes if isinstance(route.body, type)}
    views = {one for route in routes for one in route.answers.values() if isinstance(one, type)}
    names, definitions = _schemas(forms, views | {ProblemView})
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Latent Graph",
            "version": version,
            "summary": "Run workflows of typed nodes for latent diffusion.",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": definitions,
            "headers": {name: _header(*about) for name, about in HEADERS.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": TOKEN}},
        },
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
    }


def _schemas(forms: set[Any], views: set[Any]) -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    """The schema of each model, as a reference, and what the references lead to."""
    inputs = [(one, "validation") for one in sorted(forms, key=_named)]
    outputs = [(one, "serialization") for one in sorted(views, key=_named)]
    found, definitions = models_json_schema([*inputs, *outputs], ref_template=REF)  # type: ignore[list-item]
    return {model: schema for (model, _), schema in found.items()}, definitions.get("$defs", {})


def _named(model: type[BaseModel]) -> str:
    return model.__name__


def _operation(route: Route, names: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{PATH_PARTS[name][0]}$"},
            "example": PATH_PARTS[name][1],
        }
        for name in route.part_names
    ]
    if route.query is not None:
        schema = route.query.model_json_schema(ref_template=REF)
        for name, one in schema.get("properties", {}).items():
            parameters.append(
                {
                    "name": name,
                    "in": "query",
                    "required": name in schema.get("required", ()),
                    "description": one.pop("description", ""),
                    "schema": one,
                }
            )
    for name, text in route.headers.items():
        parameters.append(
            {
                "name": name,
                "in": "header",
                "required": False,
                "description": text,
                "schema": {"type": "string"},
            }
        )
    found: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "responses": _responses(route, names),
    }
    if route.description:
        found["description"] = route.description
    if parameters:
        found["parameters"] = parameters
    if route.body is not None:
        found["requestBody"] = {"required": True, "content": _content(route.body, names)}
    if route.scope is not None:
        found["security"] = [{}, {"token": [route.scope]}]
        found["x-scope"] = route.scope
    return found


def _responses(route: Route, names: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, answer in sorted(route.answers.items()):
        found[str(status)] = {"description": _phrase(status, answer)}
        if answer is not None:
            found[str(status)]["content"] = _content(answer, names)
        found[str(status)] |= _headers(status)
    for status in sorted(refusals(route)):
        found[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": names[ProblemView]}},
            **_headers(status),
        }
    return found


def _headers(status: int) -> dict[str, Any]:
    named = [name for name, statuses in ANSWERED.items() if status in statuses]
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in named}} if named else {}


def _header(description: str, kind: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}}


def refusals(route: Route) -> set[int]:
    """The statuses with which a request may be refused."""
    found = {
        *(400, 403, 421, 422, 429, 431, 503),  # from any address: a bad head, host, site or query, too many
        *route.refusals,
    }
    if route.scope is not None:
        found.add(401)
    if route.part_names:
        found.add(404)
    if route.body is not None:
        found |= {408, 413, 415}
    return found - set(route.answers)


def _content(answer: Answer, names: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    if isinstance(answer, Content):
        return {kind: {} for kind in answer.media_types}
    assert answer is not None
    return {JSON: {"schema": names[answer]}}


def _phrase(status: int, answer: Answer) -> str:
    if isinstance(answer, Content) and answer.description:
        return answer.description
    return HTTPStatus(status).phrase
