"""The library: workflows with their versions, links that show them to others, templates."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

from web.client.calls import Calls, given, part
from web.client.documents import DocumentLike, as_json
from web.models.library import (
    DiffView,
    SharedView,
    ShareList,
    ShareView,
    TemplateList,
    TemplateSummary,
    TemplateView,
    VersionDocumentView,
    VersionPage,
    VersionView,
    WorkflowPage,
    WorkflowSummary,
    WorkflowView,
)

WORKFLOWS, SHARED, TEMPLATES = "/api/v1/workflows", "/api/v1/shared", "/api/v1/templates"


class LibraryCalls(Calls):
    """The calls about the library.

    What changes a workflow takes the `etag` of what was read, so that nobody's change is lost: where another
    was faster, `ProblemError` has the status 412.
    """

    async def workflows(
        self,
        *,
        search: str | None = None,
        tags: Sequence[str] = (),
        owner: str | None = None,
        deleted: bool = False,
    ) -> AsyncIterator[WorkflowSummary]:
        """Workflows, the one that was changed last first; page after page as they are wanted."""
        query: dict[str, Any] = {
            "search": search,
            "tag": list(tags),
            "owner": owner,
            "bin": deleted,
            "cursor": None,
        }
        while True:
            page = await self._server.view(WorkflowPage, "GET", WORKFLOWS, query=query)
            for one in page.workflows:
                yield one
            if page.cursor is None:
                return
            query["cursor"] = page.cursor

    async def create_workflow(
        self,
        document: DocumentLike | None = None,
        *,
        upload: str | None = None,
        name: str | None = None,
        tags: Sequence[str] = (),
        note: str = "",
    ) -> WorkflowView:
        """Keep a document, or the one that an upload carries, by its reference."""
        body = {
            **given(document=None if document is None else await as_json(document), upload=upload, name=name),
            "tags": list(tags),
            "note": note,
        }
        return await self._server.view(WorkflowView, "POST", WORKFLOWS, body=body, repeat="unsent")

    async def workflow(
        self, workflow: str, version: int | None = None, *, check: bool = False
    ) -> WorkflowView:
        """A workflow with its document; with `check`, whether it fits the packs there."""
        query = {"version": version, "check": check}
        return await self._server.view(WorkflowView, "GET", _path(workflow), query=query)

    async def save_workflow(
        self, workflow: str, document: DocumentLike, etag: str, *, note: str = ""
    ) -> WorkflowView:
        """Keep the next version of a workflow."""
        body = {"document": await as_json(document), "note": note}
        return await self._server.view(
            WorkflowView, "PUT", _path(workflow), body=body, headers={"If-Match": etag}, repeat="unsent"
        )

    async def change_workflow(
        self,
        workflow: str,
        etag: str,
        *,
        name: str | None = None,
        tags: Sequence[str] | None = None,
        thumbnail: str | None = None,
        note: str | None = None,
    ) -> WorkflowSummary:
        """Change the name, the tags, the picture or the note; what is not given stays."""
        body = given(name=name, tags=None if tags is None else list(tags), thumbnail=thumbnail, note=note)
        return await self._server.view(
            WorkflowSummary, "PATCH", _path(workflow), body=body, headers={"If-Match": etag}, repeat="unsent"
        )

    async def delete_workflow(self, workflow: str, *, forever: bool = False) -> None:
        """Put a workflow into the bin, or with `forever` delete it with all versions and links."""
        await self._server.delete(_path(workflow), {"forever": forever})

    async def restore_workflow(self, workflow: str) -> WorkflowSummary:
        """Take a workflow out of the bin."""
        return await self._server.view(WorkflowSummary, "POST", f"{_path(workflow)}/restore")

    async def versions(self, workflow: str) -> AsyncIterator[VersionView]:
        """The versions of a workflow, newest first."""
        cursor = None
        while True:
            path = f"{_path(workflow)}/versions"
            page = await self._server.view(VersionPage, "GET", path, query={"cursor": cursor})
            for one in page.versions:
                yield one
            if (cursor := page.cursor) is None:
                return

    async def version(self, workflow: str, number: int) -> VersionDocumentView:
        """A version of a workflow, with its document."""
        return await self._server.view(VersionDocumentView, "GET", f"{_path(workflow)}/versions/{number}")

    async def restore_version(self, workflow: str, number: int, etag: str | None = None) -> WorkflowView:
        """Make an earlier version the current one, as a new version."""
        headers = given(**{"If-Match": etag})
        path = f"{_path(workflow)}/versions/{number}/restore"
        return await self._server.view(WorkflowView, "POST", path, headers=headers, repeat="unsent")

    async def compare_versions(self, workflow: str, before: int, after: int) -> DiffView:
        """What differs between two versions, in words."""
        return await self._server.view(DiffView, "GET", f"{_path(workflow)}/versions/{before}/diff/{after}")

    async def export_workflow(
        self, workflow: str, *, version: int | None = None, lock: bool = False
    ) -> dict[str, Any]:
        """The document as a file has it; with `lock`, it says which packs and models are there."""
        query = {"version": version, "lock": lock}
        found: dict[str, Any] = await self._server.json("GET", f"{_path(workflow)}/export", query=query)
        return found

    async def workflow_openapi(self, workflow: str) -> dict[str, Any]:
        """The OpenAPI document that describes exactly the inputs and outputs of a workflow."""
        found: dict[str, Any] = await self._server.json("GET", f"{_path(workflow)}/openapi.json")
        return found

    async def share_workflow(
        self, workflow: str, *, days: int = 30, version: int | Literal["current"] = "current"
    ) -> ShareView:
        """Make a link that shows a workflow to whoever has it."""
        body = {"days": days, "version": version}
        path = f"{_path(workflow)}/shares"
        return await self._server.view(ShareView, "POST", path, body=body, repeat="unsent")

    async def shares(self, workflow: str) -> list[ShareView]:
        """The links of a workflow, newest first."""
        return (await self._server.view(ShareList, "GET", f"{_path(workflow)}/shares")).shares

    async def revoke_share(self, workflow: str, share: str) -> None:
        """Let a link show nothing any more."""
        await self._server.delete(f"{_path(workflow)}/shares/{part(share)}")

    async def shared(self, link: str) -> SharedView:
        """What a link shows: `link` is the last part of its path."""
        return await self._server.view(SharedView, "GET", f"{SHARED}/{part(link)}")

    async def copy_shared(self, link: str, *, name: str | None = None) -> WorkflowView:
        """Copy what a link shows into one's own library."""
        return await self._server.view(
            WorkflowView, "POST", f"{SHARED}/{part(link)}/copy", body=given(name=name), repeat="unsent"
        )

    async def templates(self, *, language: str | None = None) -> list[TemplateSummary]:
        """The workflows to begin with; in a language such as "ko", as far as they have words for it."""
        query = given(language=language)
        return (await self._server.view(TemplateList, "GET", TEMPLATES, query=query)).templates

    async def template(self, template: str, *, language: str | None = None) -> TemplateView:
        """A template with its document."""
        query = given(language=language)
        return await self._server.view(TemplateView, "GET", f"{TEMPLATES}/{part(template)}", query=query)

    async def copy_template(self, template: str, *, name: str | None = None) -> WorkflowView:
        """Copy a template into one's own library."""
        return await self._server.view(
            WorkflowView, "POST", f"{TEMPLATES}/{part(template)}/copy", body=given(name=name), repeat="unsent"
        )


def _path(workflow: str) -> str:
    return f"{WORKFLOWS}/{part(workflow)}"
