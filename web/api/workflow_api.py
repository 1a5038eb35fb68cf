"""A schema for each workflow: an OpenAPI document of nothing but running it, with its own inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic.json_schema import models_json_schema

from web.api.library import WORKFLOW
from web.api.openapi import REF
from web.api.routing import JSON, Call, Content, Reply, Routes
from web.api.templates import TEMPLATE, template_document
from web.models.jobs import JobView, RunForm
from web.models.library import RunQuery
from web.models.problems import MEDIA_TYPE, ProblemView

routes = Routes("library")

DOCUMENT = Content((JSON,), "An OpenAPI 3.1 document.")
FILE_NOTE = (
    "A file: send it with `PUT /api/v1/uploads/{digest}`, or `POST /api/v1/uploads`, and give the "
    "`reference` of the answer, `blake3:` and 64 hex digits."
)
EXAMPLE_FILE = f"blake3:{'0' * 64}"
NAMES = "#/components/schemas/"


@dataclass(frozen=True)
class Described:
    """What is described: a document, and the address that runs it, with a version or the current one."""

    name: str
    description: str
    path: str
    version: int | None = None


@routes.add("GET", f"{WORKFLOW}/openapi.json", scope="view", query=RunQuery, answers={200: DOCUMENT})
async def describe_workflow(call: Call) -> Reply:
    """Describe how a workflow is run: its inputs, one by one, and what a job of it gives."""
    query: RunQuery = call.query
    stored = await call.service.call(
        call.service.library.read, call.person, call.parts["workflow"], query.version
    )
    what = Described(
        stored.workflow.name,
        stored.document.get("description", ""),
        f"/api/v1/workflows/{stored.workflow.id}/runs",
        query.version,
    )
    interface = await call.service.ask(call.service.workers.interface, stored.text)
    return _reply(workflow_openapi(interface, what, stored.version.number))


@routes.add("GET", f"{TEMPLATE}/openapi.json", scope="view", answers={200: DOCUMENT}, refusals=(507,))
async def describe_template(call: Call) -> Reply:
    """Describe how a template is run: its inputs, one by one, and what a job of it gives."""
    template, document = await template_document(call)
    what = Described(
        template.document.name or template.id,
        template.document.description,
        f"/api/v1/templates/{template.id}/runs",
    )
    interface = await call.service.ask(call.service.workers.interface, json.dumps(document))
    return _reply(workflow_openapi(interface, what))


def workflow_openapi(interface: Mapping[str, Any], what: Described, number: int = 1) -> dict[str, Any]:
    """The OpenAPI document of running a workflow, from a desk's `interface` of its version `number`."""
    _, shared = models_json_schema(
        [(RunForm, "validation"), (JobView, "serialization"), (ProblemView, "serialization")],
        ref_template=REF,
    )
    schemas: dict[str, Any] = shared["$defs"]
    inputs, more = inputs_schema(interface["inputs"])
    schemas |= more
    schemas["Inputs"] = inputs
    schemas["Outputs"] = outputs_schema(interface["outputs"])
    schemas["JobView"]["properties"]["outputs"] = {"$ref": f"{NAMES}Outputs"}
    run = schemas["RunForm"]
    run["properties"]["inputs"] = {"$ref": f"{NAMES}Inputs"}
    run["title"] = what.name
    if inputs["required"]:
        run["required"] = ["inputs"]
    example = {name: one["default"] for name, one in interface["inputs"].items() if "default" in one}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": what.name,
            "version": str(number),
            **({"description": what.description} if what.description else {}),
        },
        "paths": {
            what.path: {
                "post": {
                    "operationId": "run",
                    "tags": ["run"],
                    "x-scope": "run",
                    "summary": f"Run '{what.name}'",
                    "description": "Queues a job. When this answers, the job is on disk.",
                    **_parameters(what.version),
                    "requestBody": {
                        "required": True,
                        "content": {
                            JSON: {"schema": {"$ref": f"{NAMES}RunForm"}, "example": {"inputs": example}}
                        },
                    },
                    "responses": {
                        "202": _answer("The job, which waits now.", JSON, "JobView"),
                        "4XX": _answer("Why it was not queued.", MEDIA_TYPE, "ProblemView"),
                        "5XX": _answer("Why it was not queued.", MEDIA_TYPE, "ProblemView"),
                    },
                    "security": [{}, {"token": ["run"]}],
                }
            },
            "/api/v1/jobs/{job}": {
                "get": {
                    "operationId": "read_job",
                    "tags": ["run"],
                    "x-scope": "view",
                    "summary": "Read the job, until its `status` is 'done', 'failed' or 'cancelled'",
                    "description": outputs_text(interface["outputs"]),
                    "parameters": [
                        {"name": "job", "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": {
                        "200": _answer("The job as it stands.", JSON, "JobView"),
                        "4XX": _answer("Why it can not be read.", MEDIA_TYPE, "ProblemView"),
                        "5XX": _answer("Why it can not be read.", MEDIA_TYPE, "ProblemView"),
                    },
                    "security": [{}, {"token": ["view"]}],
                }
            },
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "x-outputs": interface["outputs"],
    }


def inputs_schema(inputs: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of `inputs`, and what its references lead to, by names that no other schema here has."""
    more: dict[str, Any] = {}
    properties = {}
    for number, (name, one) in enumerate(inputs.items()):
        schema = dict(one.get("schema") or {})
        for inner, definition in schema.pop("$defs", {}).items():
            more[f"Input{number}.{inner}"] = _renamed(definition, f"{NAMES}Input{number}.")
        schema = _renamed(schema, f"{NAMES}Input{number}.")
        schema["title"] = one.get("title") or name
        help_text = " ".join(filter(None, [one.get("help", ""), FILE_NOTE if one.get("file") else ""]))
        if help_text:
            schema["description"] = help_text
        if one.get("file"):
            schema.setdefault("examples", [EXAMPLE_FILE])
            schema["x-file"] = one["file"]
        if "default" in one:
            schema["default"] = one["default"]
        properties[name] = schema
    return {
        "title": "Inputs",
        "type": "object",
        "description": "The inputs of the workflow. Any other input of a node is given as `node.input`.",
        "properties": properties,
        "required": [name for name, one in inputs.items() if one.get("required")],
        "patternProperties": {r"^[A-Za-z0-9_][A-Za-z0-9_-]*\..": True},
        "additionalProperties": False,
    }, more


def outputs_schema(outputs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The schema of `outputs`. Any JSON may come: one that is large, or no JSON, is told by its type."""
    return {
        "title": "Outputs",
        "type": "object",
        "description": JobView.model_fields["outputs"].description,
        "properties": {
            name: {"title": one.get("title") or name, "x-type": one["type"]} for name, one in outputs.items()
        },
    }


def outputs_text(outputs: Mapping[str, Mapping[str, Any]]) -> str:
    """What a done job has, for people."""
    lines = [
        f"- `{name}`: {one.get('title') or name} ({one['type']})"
        + (", also one of the `artifacts`" if one.get("artifact") else "")
        for name, one in outputs.items()
    ]
    said = "\n".join(["A done job of this workflow has, in its `outputs`:", "", *lines]) if lines else ""
    files = "The files that it saved are its `artifacts`; `GET /api/v1/artifacts/{digest}` reads one."
    return f"{said}\n\n{files}".strip()


def _renamed(value: Any, place: str) -> Any:
    """A schema whose references lead from `#/$defs/` to another place."""
    if isinstance(value, dict):
        return {
            name: one.replace("#/$defs/", place, 1)
            if name == "$ref" and isinstance(one, str)
            else _renamed(one, place)
            for name, one in value.items()
        }
    return [_renamed(one, place) for one in value] if isinstance(value, list) else value


def _parameters(version: int | None) -> dict[str, Any]:
    """What the query says, where a version is run that need not be the current one."""
    if version is None:
        return {}
    schema = {"type": "integer", "const": version}
    return {"parameters": [{"name": "version", "in": "query", "required": True, "schema": schema}]}


def _answer(text: str, media_type: str, model: str) -> dict[str, Any]:
    return {"description": text, "content": {media_type: {"schema": {"$ref": f"{NAMES}{model}"}}}}


def _reply(document: dict[str, Any]) -> Reply:
    text = json.dumps(document, ensure_ascii=False)
    headers = {"Content-Type": JSON, "Cache-Control": "private, no-cache"}
    return Reply(web.Response(body=text.encode(), headers=headers))
