"""The versions of a workflow: list, read, compare, go back."""

from __future__ import annotations

from web.api.conditions import IF_MATCH, PERHAPS_EXPECTED, tags_in
from web.api.library import WORKFLOW, saved
from web.api.routing import Call, Reply, Routes
from web.models.library import (
    DifferenceView,
    DiffView,
    VersionDocumentView,
    VersionPage,
    VersionsQuery,
    WorkflowView,
)
from web.service.library.library import ANY
from web.service.library.views import version_document_view, version_view

routes = Routes("library")


@routes.add("GET", f"{WORKFLOW}/versions", scope="view", query=VersionsQuery, answers={200: VersionPage})
async def list_versions(call: Call) -> Reply:
    """List the versions of a workflow, newest first."""
    query: VersionsQuery = call.query
    versions, cursor = await call.service.call(
        call.service.library.versions, call.person, call.parts["workflow"], query.limit, query.cursor
    )
    return Reply(VersionPage(versions=[version_view(one) for one in versions], cursor=cursor))


@routes.add("GET", f"{WORKFLOW}/versions/{{version}}", scope="view", answers={200: VersionDocumentView})
async def read_version(call: Call) -> Reply:
    """Read a version of a workflow."""
    stored = await call.service.call(
        call.service.library.read, call.person, call.parts["workflow"], int(call.parts["version"])
    )
    return Reply(await call.service.call(version_document_view, stored))


@routes.add("GET", f"{WORKFLOW}/versions/{{before}}/diff/{{after}}", scope="view", answers={200: DiffView})
async def compare_versions(call: Call) -> Reply:
    """Say in words what differs between two versions."""
    found = await call.service.call(
        call.service.library.diff,
        call.person,
        call.parts["workflow"],
        int(call.parts["before"]),
        int(call.parts["after"]),
    )
    return Reply(DiffView(differences=[DifferenceView(**one.as_dict()) for one in found]))


@routes.add(
    "POST",
    f"{WORKFLOW}/versions/{{version}}/restore",
    scope="edit",
    answers={200: WorkflowView},
    refusals=(409, 412),
    headers=PERHAPS_EXPECTED,
)
async def restore_version(call: Call) -> Reply:
    """Make an earlier version the current one, as a new version: none is lost."""
    return await saved(
        call,
        call.service.library.go_back,
        call.person,
        call.parts["workflow"],
        int(call.parts["version"]),
        tags_in(call, IF_MATCH) or {ANY},
    )
