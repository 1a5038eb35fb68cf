"""Artifacts: the files that runs produced, as they are stored or with their making inside."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from graph_engine.artifact import Artifact
from web.api.files import RANGE_HEADERS, TAG_HEADERS, Sent, headers_of, is_known, send, send_small
from web.api.routing import Call, Content, Reply, Routes
from web.models.files import ArtifactQuery, MakingView, SavedPage, SavedQuery, SavedView, ThumbnailQuery
from web.service.artifacts import Making
from web.service.thumbnails import MEDIA_TYPE

routes = Routes("artifacts")

BYTES = Content(("*/*",), "The bytes of the file.")


@routes.add(
    "GET",
    "/api/v1/artifacts",
    scope="view",
    query=SavedQuery,
    answers={200: SavedPage},
    refusals=(404,),
)
async def list_artifacts(call: Call) -> Reply:
    """List the artifacts of one's own jobs, those of the newest jobs first, each once."""
    query: SavedQuery = call.query
    found, cursor = await call.service.call(
        call.service.artifacts.page,
        call.person,
        query.limit,
        query.cursor,
        media_type=query.media_type,
        job=query.job or "",
        search=query.search,
    )
    views = [
        SavedView(
            digest=one.artifact.digest,
            name=one.artifact.name,
            media_type=one.artifact.media_type,
            size=one.artifact.size,
            job=one.job,
            submitted=datetime.fromtimestamp(one.submitted, UTC),
        )
        for one in found
    ]
    return Reply(SavedPage(artifacts=views, cursor=cursor))


@routes.add(
    "GET",
    "/api/v1/artifacts/{digest}",
    scope="view",
    answers={200: BYTES, 206: BYTES, 304: None},
    refusals=(410, 416),
    headers=RANGE_HEADERS,
)
async def read_artifact(call: Call) -> Reply:
    """Read an artifact as it is stored: the bytes that its digest is of, without anything added."""
    artifact, _ = await call.service.call(call.service.artifacts.get, call.person, call.parts["digest"])
    return Reply(await _stored(call, artifact))


@routes.add(
    "HEAD",
    "/api/v1/artifacts/{digest}",
    scope="view",
    answers={200: None, 304: None},
    refusals=(410,),
    headers=TAG_HEADERS,
)
async def look_for_artifact(call: Call) -> Reply:
    """Ask whether an artifact is here, and how large it is."""
    return await read_artifact(call)


@routes.add(
    "GET",
    "/api/v1/jobs/{job}/artifacts/{digest}",
    scope="view",
    query=ArtifactQuery,
    answers={200: BYTES, 206: BYTES, 304: None},
    refusals=(410, 416),
    headers=RANGE_HEADERS,
)
async def read_job_artifact(call: Call) -> Reply:
    """Read an artifact with its making inside: the workflow, and what is known of its run.

    So it is for kinds of files that can hold that; others, and all with `metadata=strip`, are sent as they
    are stored.
    """
    query: ArtifactQuery = call.query
    service, job = call.service, call.parts["job"]
    artifact = await service.call(service.artifacts.of_job, call.person, job, call.parts["digest"])
    if query.metadata == "strip":
        return Reply(await _stored(call, artifact))
    making = await service.ask(service.artifacts.making, call.person, artifact, job)
    caching = "private, no-cache"  # a retried job was run at another time
    sent = Sent(b"", artifact.media_type, artifact.name, making.tag, caching)
    if is_known(call.request, making.tag):
        return Reply(web.Response(status=304, headers=headers_of(sent)))
    data = await service.ask(service.artifacts.exported, making)
    return Reply(await send(call, Sent(data, artifact.media_type, artifact.name, making.tag, caching)))


@routes.add("GET", "/api/v1/artifacts/{digest}/metadata", scope="view", answers={200: MakingView})
async def read_artifact_metadata(call: Call) -> Reply:
    """Read how an artifact was made, by the newest job that has it."""
    service = call.service
    artifact, job = await service.call(service.artifacts.get, call.person, call.parts["digest"])
    return Reply(_view(await service.ask(service.artifacts.making, call.person, artifact, job)))


@routes.add("GET", "/api/v1/jobs/{job}/artifacts/{digest}/metadata", scope="view", answers={200: MakingView})
async def read_job_artifact_metadata(call: Call) -> Reply:
    """Read how a job made an artifact."""
    service, job = call.service, call.parts["job"]
    artifact = await service.call(service.artifacts.of_job, call.person, job, call.parts["digest"])
    return Reply(_view(await service.ask(service.artifacts.making, call.person, artifact, job)))


@routes.add(
    "GET",
    "/api/v1/artifacts/{digest}/thumbnail",
    scope="view",
    query=ThumbnailQuery,
    answers={200: Content((MEDIA_TYPE,), "A small picture."), 304: None},
    refusals=(410,),
    headers=TAG_HEADERS,
)
async def read_artifact_thumbnail(call: Call) -> Reply:
    """Read a small picture of an artifact that is a picture."""
    query: ThumbnailQuery = call.query
    service = call.service
    artifact, _ = await service.call(service.artifacts.get, call.person, call.parts["digest"])
    path = await service.call(service.artifacts.path, artifact)
    return Reply(await send_small(call, artifact.digest, path, artifact.name, query.size))


async def _stored(call: Call, artifact: Artifact) -> web.StreamResponse:
    path = await call.service.call(call.service.artifacts.path, artifact)
    return await send(call, Sent(path, artifact.media_type, artifact.name, artifact.digest))


def _view(making: Making) -> MakingView:
    return MakingView(
        artifact=making.artifact.digest, document=dict(making.document), about=dict(making.about)
    )
