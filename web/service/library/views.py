"""Workflows, their versions, links and templates as the forms of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph_engine.documents.document import Document
from web.models.library import (
    SharedView,
    ShareView,
    TemplateInput,
    TemplateSummary,
    TemplateView,
    VersionDocumentView,
    VersionView,
    WorkflowSummary,
    WorkflowView,
)
from web.service.library.shares import Share, Shared
from web.service.library.templates import Template
from web.service.library.workflow import Stored, Version, Workflow
from web.service.views import moment


def workflow_summary(workflow: Workflow) -> WorkflowSummary:
    """A workflow as a list shows it."""
    return WorkflowSummary(**_plain(workflow))


def workflow_view(stored: Stored, problems: Sequence[Mapping[str, Any]] | None = None) -> WorkflowView:
    """A workflow with a version's document, and what does not fit the packs here."""
    return WorkflowView.model_validate(
        {
            **_plain(stored.workflow),
            "document": stored.document,
            "shown": version_view(stored.version),
            "problems": problems,
        }
    )


def version_view(version: Version) -> VersionView:
    """A version as a list shows it."""
    return VersionView(**_version(version))


def version_document_view(stored: Stored) -> VersionDocumentView:
    """A version with its document."""
    return VersionDocumentView(**_version(stored.version), document=stored.document)


def share_view(share: Share) -> ShareView:
    """A link as its maker sees it."""
    return ShareView.model_validate(
        {
            "id": share.id,
            "workflow": share.workflow,
            "version": share.version or "current",
            "created": moment(share.created),
            "expires": moment(share.expires),
            "revoked": moment(share.revoked),
            "state": share.state,
            "opened": share.opened,
            "path": shared_path(share),
        }
    )


def shared_view(shared: Shared) -> SharedView:
    """A workflow as whoever has a link sees it: neither whose it is nor where."""
    stored = shared.stored
    return SharedView.model_validate(
        {
            "name": stored.workflow.name,
            "description": stored.document.get("description", ""),
            "tags": stored.workflow.tags,
            "version": stored.version.number,
            "updated": moment(stored.version.time),
            "expires": moment(shared.share.expires),
            "nodes": stored.version.nodes,
            "thumbnail": f"{shared_path(shared.share)}/thumbnail" if stored.workflow.thumbnail else None,
            "document": stored.document,
        }
    )


def shared_path(share: Share) -> str:
    """The address of what a link shows."""
    return f"/api/v1/shared/{share.link}"


def template_summary(template: Template) -> TemplateSummary:
    """A template as a list shows it."""
    return TemplateSummary(**_template(template))


def template_view(template: Template, document: dict[str, Any]) -> TemplateView:
    """A template with its document."""
    return TemplateView(**_template(template), document=document)


def _plain(workflow: Workflow) -> dict[str, Any]:
    return {
        "id": workflow.id,
        "name": workflow.name,
        "tags": list(workflow.tags),
        "owner": workflow.owner,
        "created": moment(workflow.created),
        "updated": moment(workflow.updated),
        "version": workflow.version,
        "etag": f'"{workflow.tag}"',
        "thumbnail": f"/api/v1/workflows/{workflow.id}/thumbnail" if workflow.thumbnail else None,
        "deleted": moment(workflow.deleted),
    }


def _version(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "name": version.name,
        "digest": version.digest,
        "nodes": version.nodes,
        "author": version.author,
        "time": moment(version.time),
        "note": version.note,
    }


def _template(template: Template) -> dict[str, Any]:
    document: Document = template.document
    return {
        "id": template.id,
        "name": document.name or template.id,
        "description": document.description,
        "pack": template.pack,
        "nodes": len(document.nodes) + sum(len(one.nodes) for one in document.definitions.values()),
        "inputs": [
            TemplateInput(name=name, title=one.title or name, help=one.help)
            for name, one in document.interface.inputs.items()
        ],
        "thumbnail": f"/api/v1/templates/{template.id}/thumbnail" if template.thumbnail else None,
    }
