"""What the server says of itself: health, readiness, workers, node types, its own description."""

from __future__ import annotations

from graph_engine.packs.listing import languages_of
from graph_engine.workers.local_worker import LocalWorker
from web.api.guard import is_local
from web.api.packs import packs_here
from web.api.routing import Call, Reply, Routes
from web.models.system import HealthView, NodesView, ReadyView, ServerView, WorkerView
from web.service.service import Service

routes = Routes("server")

ENDING = "It is ending."
UNTOLD = "It is not; `/api/v1/workers` and the log say why."


@routes.add("GET", "/healthz", scope=None, answers={200: HealthView})
async def read_health(call: Call) -> Reply:
    """Say that the process answers."""
    return Reply(HealthView(status="ok"))


@routes.add("HEAD", "/healthz", scope=None, answers={200: None})
async def look_for_health(call: Call) -> Reply:
    """Ask whether the process answers, and nothing more."""
    return Reply()


@routes.add("GET", "/readyz", scope=None, answers={200: ReadyView, 503: ReadyView})
async def read_readiness(call: Call) -> Reply:
    """Say whether the server takes work.

    Workers may still be starting then: jobs wait for them. What went wrong is told to the person at this
    machine only; others read it at `/api/v1/workers`, with a token.
    """
    view = ready_view(call.service)
    status = 200 if view.ready else 503
    return Reply(view if is_local(call.request, call.service.settings) else _untold(view), status)


@routes.add("HEAD", "/readyz", scope=None, answers={200: None, 503: None})
async def look_for_readiness(call: Call) -> Reply:
    """Ask whether the server takes work, and nothing more."""
    return Reply(status=(await read_readiness(call)).status)


@routes.add("GET", "/api/v1/server", scope="view", answers={200: ServerView})
async def read_server(call: Call) -> Reply:
    """Describe the server: its version and its limits."""
    settings = call.service.settings
    limits = {
        "json_bytes": settings.json_limit,
        "upload_bytes": settings.upload_limit,
        "picture_pixels": settings.pixel_limit,
        "preview_pixels": settings.preview_size,
    }
    return Reply(ServerView(version=call.service.version, limits=limits))


@routes.add("GET", "/api/v1/workers", scope="view", answers={200: ReadyView})
async def list_workers(call: Call) -> Reply:
    """List the worker processes and how they are."""
    return Reply(ready_view(call.service))


@routes.add("GET", "/api/v1/nodes", scope="view", answers={200: NodesView})
async def list_nodes(call: Call) -> Reply:
    """List the node types and the value types here, as a canvas draws them."""
    packs = await packs_here(call.service)
    nodes = {name: one for pack in packs for name, one in pack.nodes.items()}
    values = {name: one for pack in packs for name, one in pack.values.items()}
    faults = [str(fault) for pack in packs for fault in pack.faults]
    return Reply(NodesView(nodes=nodes, values=values, faults=faults, languages=languages_of(packs)))


def ready_view(service: Service) -> ReadyView:
    """Whether the server takes work, with its workers."""
    workers = [_worker(one) for one in [*service.workers.workers, *filter(None, [service.workers.desk])]]
    reason = ENDING if service.draining else service.runs.error
    return ReadyView(ready=not reason, reason=reason, workers=workers)


def _untold(view: ReadyView) -> ReadyView:
    """The same for anybody: errors may name folders and programs of this machine."""
    workers = [one.model_copy(update={"error": ""}) for one in view.workers]
    reason = view.reason if view.reason in ("", ENDING) else UNTOLD
    return view.model_copy(update={"reason": reason, "workers": workers})


def _worker(worker: LocalWorker) -> WorkerView:
    return WorkerView(
        name=worker.name,
        state=worker.state,
        device=worker.info.device if worker.info else "",
        restarts=worker.restarts,
        error=worker.error,
    )
