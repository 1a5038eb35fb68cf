"""The library: keep workflows, with every version; change them without overwriting what others did."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from graph_engine.digest import digest_content
from graph_engine.documents.document_io import loads_document
from graph_engine.errors import EngineError
from graph_engine.files import UPLOAD_PREFIX
from web.api.conditions import EXPECTED, IF_NONE_MATCH, PREVIOUS, conflict, expected, tag_headers, tags_in
from web.api.files import Sent, disposition, headers_of, is_known
from web.api.jobs import submitted, wanted
from web.api.problems import Refused, refusal_of
from web.api.routing import JSON, Call, Content, Reply, Routes
from web.models.jobs import JobView, RunForm
from web.models.library import (
    ChangeForm,
    DeleteWorkflowQuery,
    ExportQuery,
    RunQuery,
    VersionForm,
    WorkflowForm,
    WorkflowPage,
    WorkflowQuery,
    WorkflowsQuery,
    WorkflowSummary,
    WorkflowView,
)
from web.service.jobs import raise_problems
from web.service.library.errors import NoThumbnail, WorkflowChanged
from web.service.library.library import Changes
from web.service.library.views import (
    workflow_summary,
    workflow_view,
)
from web.service.library.workflow import Stored, Workflow
from web.service.thumbnails import MEDIA_TYPE

routes = Routes("library")

WORKFLOW = "/api/v1/workflows/{workflow}"
PICTURES = Content(("image/png", "image/jpeg", "image/gif", "image/webp"), "The picture.")
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
_SLASH = re.compile(r"[/\\]")


@routes.add(
    "POST", "/api/v1/workflows", scope="edit", body=WorkflowForm, answers={201: WorkflowView}, refusals=(404,)
)
async def create_workflow(call: Call) -> Reply:
    """Keep a workflow.

    Only a document whose form is wrong is refused. What it says that does not fit the packs here is kept as
    it is, and named in `problems`.
    """
    form: WorkflowForm = call.body
    document = form.document
    if form.upload is not None:
        document = await call.service.ask(_document_in, call, form.upload)
    stored = await call.service.call(
        call.service.library.create,
        call.person,
        document,
        name=form.name,
        tags=form.tags,
        note=form.note,
    )
    return await created(call, stored)


@routes.add("GET", "/api/v1/workflows", scope="view", query=WorkflowsQuery, answers={200: WorkflowPage})
async def list_workflows(call: Call) -> Reply:
    """List workflows, the one that was changed last first."""
    query: WorkflowsQuery = call.query
    if query.owner is not None and query.owner != call.person.owner and not call.person.may("admin"):
        text = "The workflows of another owner need a token with the scope 'admin'."
        raise Refused(403, "missing_scope", text)
    page = await call.service.call(
        call.service.library.page,
        call.person,
        query.limit,
        query.cursor,
        owner=query.owner,
        search=query.search,
        tags=query.tag,
        deleted=query.bin,
    )
    return Reply(
        WorkflowPage(workflows=[workflow_summary(one) for one in page.workflows], cursor=page.cursor)
    )


@routes.add(
    "GET",
    WORKFLOW,
    scope="view",
    query=WorkflowQuery,
    answers={200: WorkflowView, 304: None},
    headers=PREVIOUS,
)
async def read_workflow(call: Call) -> Reply:
    """Read a workflow: its document, and all about it."""
    query: WorkflowQuery = call.query
    stored = await call.service.call(
        call.service.library.read, call.person, call.parts["workflow"], query.version
    )
    headers = tag_headers(stored.workflow)
    if not query.check and stored.workflow.tag in (tags_in(call, IF_NONE_MATCH, weak=True) or ()):
        return Reply(status=304, headers=headers)
    problems = await call.service.ask(problems_of, call, stored.text) if query.check else None
    return Reply(await call.service.call(workflow_view, stored, problems), headers=headers)


@routes.add(
    "PUT",
    WORKFLOW,
    scope="edit",
    body=VersionForm,
    answers={200: WorkflowView},
    refusals=(409, 412, 428),
    headers=EXPECTED,
)
async def save_workflow(call: Call) -> Reply:
    """Save a workflow's next version.

    Where somebody else was faster nothing is changed: 412 says which version there is now. A document that
    says the same as the current version makes no new one.
    """
    form: VersionForm = call.body
    return await saved(
        call,
        call.service.library.save,
        call.person,
        call.parts["workflow"],
        expected(call),
        form.document,
        form.note,
    )


@routes.add(
    "PATCH",
    WORKFLOW,
    scope="edit",
    body=ChangeForm,
    answers={200: WorkflowSummary},
    refusals=(409, 412, 428),
    headers=EXPECTED,
)
async def change_workflow(call: Call) -> Reply:
    """Change a workflow's name, tags or picture, or the note of its current version."""
    form: ChangeForm = call.body
    seen = expected(call)
    thumbnail = None
    if "thumbnail" in form.model_fields_set:
        thumbnail = form.thumbnail or ""
    if thumbnail:
        await call.service.call_long(call.service.workflow_pictures.check, call.person, thumbnail)
    changes = Changes(form.name, form.tags, thumbnail, form.note)
    try:
        changed = await call.service.call(
            call.service.library.change, call.person, call.parts["workflow"], seen, changes
        )
    except WorkflowChanged as error:
        raise conflict(error) from error
    return Reply(workflow_summary(changed), headers=tag_headers(changed))


@routes.add(
    "DELETE",
    WORKFLOW,
    scope="edit",
    query=DeleteWorkflowQuery,
    answers={204: None},
)
async def delete_workflow(call: Call) -> Reply:
    """Put a workflow into the bin, where it can be restored from."""
    query: DeleteWorkflowQuery = call.query
    await call.service.call(
        call.service.library.delete, call.person, call.parts["workflow"], forever=query.forever
    )
    return Reply(status=204)


@routes.add("POST", f"{WORKFLOW}/restore", scope="edit", answers={200: WorkflowSummary})
async def restore_workflow(call: Call) -> Reply:
    """Take a workflow out of the bin."""
    found = await call.service.call(call.service.library.restore, call.person, call.parts["workflow"])
    return Reply(workflow_summary(found), headers=tag_headers(found))


@routes.add(
    "GET",
    f"{WORKFLOW}/export",
    scope="view",
    query=ExportQuery,
    answers={200: Content((JSON,), "The document, as a file to keep.")},
)
async def export_workflow(call: Call) -> Reply:
    """Export a workflow as a JSON file, with a lock where that is wanted."""
    query: ExportQuery = call.query
    stored = await call.service.call(
        call.service.library.read, call.person, call.parts["workflow"], query.version
    )
    text = await call.service.ask(_locked, call, stored.text) if query.lock else stored.text
    headers = {
        "Content-Disposition": disposition(f"{re.sub(_SLASH, '_', stored.workflow.name)}.json", shown=False),
        "Cache-Control": "no-cache",
        "Content-Type": JSON,
    }
    return Reply(web.Response(body=text.encode(), headers=headers))


@routes.add(
    "GET", f"{WORKFLOW}/thumbnail", scope="view", answers={200: PICTURES, 304: None}, headers=PREVIOUS
)
async def read_workflow_thumbnail(call: Call) -> Reply:
    """Read the picture of a workflow."""
    found = await call.service.call(call.service.library.get, call.person, call.parts["workflow"])
    return await workflow_picture(call, found)


@routes.add(
    "POST",
    f"{WORKFLOW}/runs",
    scope="run",
    query=RunQuery,
    body=RunForm,
    answers={202: JobView},
    refusals=(409,),
    headers={"Idempotency-Key": "The same as `idempotency_key` in the body."},
)
async def run_workflow(call: Call) -> Reply:
    """Queue a workflow of the library, given nothing but its inputs.

    `openapi.json` of the workflow describes them. When this answers, the job is on disk.
    """
    query: RunQuery = call.query
    form: RunForm = call.body
    stored = await call.service.call(
        call.service.library.usable, call.person, call.parts["workflow"], query.version
    )
    how = wanted(call, form, stored.workflow.id, stored.version.number)
    return await submitted(call, stored.text, how, stored.workflow.name)


async def created(call: Call, stored: Stored) -> Reply:
    """The answer to whoever put something into the library."""
    problems = await call.service.ask(problems_of, call, stored.text)
    view = await call.service.call(workflow_view, stored, problems)
    location = f"/api/v1/workflows/{stored.workflow.id}"
    return Reply(view, 201, {"Location": location, **tag_headers(stored.workflow)})


async def workflow_picture(call: Call, workflow: Workflow) -> Reply:
    """The picture of a workflow as a response."""
    if not workflow.thumbnail:
        raise Refused(404, "no_thumbnail", "This workflow has no picture.")
    try:
        data = await call.service.call_long(call.service.workflow_pictures.small, workflow.thumbnail)
    except NoThumbnail as error:
        raise Refused(404, "no_thumbnail", "The picture of this workflow is no longer here.") from error
    return await picture_reply(call, data, MEDIA_TYPE, f"{workflow.name}.webp")


async def picture_reply(call: Call, data: bytes, media_type: str, name: str) -> Reply:
    """A picture as a response that may be kept, but not used without asking: another may be chosen."""
    sent = Sent(data, media_type, name, digest_content(data)[:32], caching="private, no-cache")
    if is_known(call.request, sent.tag):
        return Reply(status=304, headers={"ETag": f'"{sent.tag}"', "Cache-Control": sent.caching})
    return Reply(web.Response(body=data, headers=headers_of(sent)))


def problems_of(call: Call, text: str) -> list[dict[str, Any]] | None:
    """What does not fit the packs here, or None where nobody can say so just now."""
    try:
        return call.service.workers.check(text)
    except EngineError as error:
        if refusal_of(error) is None:
            raise
        return None


def _locked(call: Call, text: str) -> str:
    """A document with the lock that it would be run with. Raises `DocumentError`."""
    prepared = call.service.workers.prepare(text)
    raise_problems(prepared)
    lock = loads_document(prepared["document"]).lock
    return loads_document(text).model_copy(update={"lock": lock}).dumps()


def _document_in(call: Call, reference: str) -> Any:
    """The document that an upload of this person carries, as plain JSON."""
    upload = call.service.uploads.get(call.person, reference.removeprefix(UPLOAD_PREFIX))
    found = call.service.workers.read(upload.reference, SUFFIXES.get(upload.media_type, ".json"))
    if not found["document"]:
        raise_problems(found)
    return loads_document(found["document"]).as_json()


async def saved(call: Call, save: Any, *arguments: Any) -> Reply:
    """Save with a function of the library, and answer with what there is then."""
    try:
        stored: Stored = await call.service.call(save, *arguments)
    except WorkflowChanged as error:
        raise conflict(error) from error
    problems = await call.service.ask(problems_of, call, stored.text)
    view = await call.service.call(workflow_view, stored, problems)
    return Reply(view, headers=tag_headers(stored.workflow))
