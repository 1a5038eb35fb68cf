"""Templates: workflows to begin with."""

from __future__ import annotations

from functools import partial
from typing import Any

from web.api.conditions import IF_NONE_MATCH
from web.api.jobs import document_text, submitted, wanted
from web.api.library import PICTURES, created, picture_reply
from web.api.problems import Refused
from web.api.routing import Call, Reply, Routes
from web.models.jobs import JobView, RunForm
from web.models.library import CopyForm, TemplateList, TemplateQuery, TemplateView, WorkflowView
from web.service.library.templates import PICTURES as KINDS
from web.service.library.templates import Template, kept_by
from web.service.library.views import template_summary, template_view

routes = Routes("templates")

TEMPLATE = "/api/v1/templates/{template}"


@routes.add("GET", "/api/v1/templates", scope="view", query=TemplateQuery, answers={200: TemplateList})
async def list_templates(call: Call) -> Reply:
    """List the templates: those that ship with the server, and those of the plugin packs here."""
    query: TemplateQuery = call.query
    found = await call.service.call(call.service.templates.all, query.language)
    return Reply(TemplateList(templates=[template_summary(one) for one in found]))


@routes.add("GET", TEMPLATE, scope="view", query=TemplateQuery, answers={200: TemplateView}, refusals=(507,))
async def read_template(call: Call) -> Reply:
    """Read a template; the files that come with it are named by their digests."""
    query: TemplateQuery = call.query
    template, document = await template_document(call, query.language)
    return Reply(template_view(template, document))


@routes.add(
    "GET",
    f"{TEMPLATE}/thumbnail",
    scope="view",
    answers={200: PICTURES, 304: None},
    headers={IF_NONE_MATCH: "The tag of the picture that the client has."},
)
async def read_template_thumbnail(call: Call) -> Reply:
    """Read the picture of a template."""
    template = await call.service.call(call.service.templates.get, call.parts["template"])
    if template.thumbnail is None:
        raise Refused(404, "no_thumbnail", f"The template '{template.id}' has no picture.")
    data = await call.service.call(template.thumbnail.read_bytes)
    kind = KINDS[template.thumbnail.suffix]
    return await picture_reply(call, data, kind, template.thumbnail.name)


@routes.add(
    "POST", f"{TEMPLATE}/copy", scope="edit", body=CopyForm, answers={201: WorkflowView}, refusals=(507,)
)
async def copy_template(call: Call) -> Reply:
    """Copy a template into one's own library, to change it there."""
    form: CopyForm = call.body
    template, document = await template_document(call)
    stored = await call.service.call(
        call.service.library.create,
        call.person,
        document,
        name=form.name,
        tags=form.tags,
        note=f"A copy of the template '{template.id}'.",
    )
    return await created(call, stored)


@routes.add(
    "POST",
    f"{TEMPLATE}/runs",
    scope="run",
    body=RunForm,
    answers={202: JobView},
    refusals=(409, 507),
    headers={"Idempotency-Key": "The same as `idempotency_key` in the body."},
)
async def run_template(call: Call) -> Reply:
    """Queue a template as it is, given nothing but its inputs."""
    form: RunForm = call.body
    template, document = await template_document(call)
    return await submitted(call, document_text(document), wanted(call, form), template.id)


async def template_document(call: Call, language: str = "") -> tuple[Template, dict[str, Any]]:
    """A template and its document, whose files the person may use from now on."""
    template = await call.service.call(call.service.templates.get, call.parts["template"], language)
    keep = partial(kept_by, call.service.uploads, call.person)
    return template, await call.service.call(call.service.templates.document, template, keep)
