"""Links that show a workflow to whoever has them, without a token."""

from __future__ import annotations

from web.api.conditions import IF_NONE_MATCH
from web.api.library import PICTURES, WORKFLOW, created, workflow_picture
from web.api.routing import Call, Reply, Routes
from web.models.library import CopyForm, SharedView, ShareForm, ShareList, ShareView, WorkflowView
from web.service.library.views import share_view, shared_view

routes = Routes("shares")

SHARED = "/api/v1/shared/{link}"


@routes.add(
    "POST",
    f"{WORKFLOW}/shares",
    scope="edit",
    body=ShareForm,
    answers={201: ShareView},
    refusals=(409,),
)
async def share_workflow(call: Call) -> Reply:
    """Make a link that shows a workflow to whoever has it, until it ends or is revoked."""
    form: ShareForm = call.body
    version = None if form.version == "current" else form.version
    share = await call.service.call(
        call.service.shares.create, call.person, call.parts["workflow"], form.days, version
    )
    view = share_view(share)
    return Reply(view, 201, {"Location": view.path})


@routes.add("GET", f"{WORKFLOW}/shares", scope="edit", answers={200: ShareList})
async def list_shares(call: Call) -> Reply:
    """List the links of a workflow, newest first, and how often each was opened."""
    found = await call.service.call(call.service.shares.list, call.person, call.parts["workflow"])
    return Reply(ShareList(shares=[share_view(one) for one in found]))


@routes.add("DELETE", f"{WORKFLOW}/shares/{{share}}", scope="edit", answers={204: None})
async def revoke_share(call: Call) -> Reply:
    """Revoke a link: from now on it leads nowhere."""
    await call.service.call(
        call.service.shares.revoke, call.person, call.parts["workflow"], call.parts["share"]
    )
    return Reply(status=204)


@routes.add("GET", SHARED, scope=None, answers={200: SharedView}, refusals=(410,))
async def read_shared(call: Call) -> Reply:
    """Read the workflow that a link leads to; no token is needed."""
    shared = await call.service.call(call.service.shares.open, call.parts["link"], count=True)
    view = await call.service.call(shared_view, shared)
    return Reply(view, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})


@routes.add(
    "GET",
    f"{SHARED}/thumbnail",
    scope=None,
    answers={200: PICTURES, 304: None},
    refusals=(410,),
    headers={IF_NONE_MATCH: "The tag of the picture that the client has."},
)
async def read_shared_thumbnail(call: Call) -> Reply:
    """Read the picture of the workflow that a link leads to."""
    shared = await call.service.call(call.service.shares.open, call.parts["link"])
    return await workflow_picture(call, shared.stored.workflow)


@routes.add(
    "POST", f"{SHARED}/copy", scope="edit", body=CopyForm, answers={201: WorkflowView}, refusals=(410,)
)
async def copy_shared(call: Call) -> Reply:
    """Copy the workflow that a link leads to into one's own library, with the files that it names."""
    form: CopyForm = call.body
    stored = await call.service.call(
        call.service.shares.copy, call.person, call.parts["link"], form.name, form.tags
    )
    return await created(call, stored)
