"""The OpenAPI document of the whole API: whole by itself, and says what a client has to know."""

from __future__ import annotations

import json
import re
from functools import reduce

import pytest

from web.api.app import all_routes, description
from web.service.person import SCOPES

API = description()
OPERATIONS = {one["operationId"]: one for path in API["paths"].values() for one in path.values()}


def test_every_reference_leads_somewhere_and_nothing_is_there_in_vain() -> None:
    named = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(API)))
    for one in named:
        assert reduce(lambda found, step: found[step], one.split("/"), API)
    kept = {
        f"components/{kind}/{name}" for kind in ("schemas", "headers") for name in API["components"][kind]
    }
    assert kept <= named


def test_schemas_have_names_of_their_own() -> None:
    assert [name for name in API["components"]["schemas"] if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []


def test_the_scope_that_an_operation_needs_is_said() -> None:
    for route in all_routes():
        security = OPERATIONS[route.name].get("security")
        assert security == (None if route.scope is None else [{}, {"token": [route.scope]}])
        assert route.scope is None or route.scope in SCOPES


@pytest.mark.parametrize(
    ("operation", "status", "header"),
    [
        ("submit_job", "202", "Location"),
        ("submit_job", "429", "Retry-After"),
        ("read_job", "401", "WWW-Authenticate"),
        ("read_upload", "206", "Content-Range"),
        ("save_workflow", "412", "ETag"),
    ],
)
def test_the_headers_of_answers_are_said(operation: str, status: str, header: str) -> None:
    assert header in OPERATIONS[operation]["responses"][status]["headers"]
