"""Uploads: files that documents name by content."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

from graph_engine.artifact_folder import readable_name
from web.api.files import RANGE_HEADERS, TAG_HEADERS, Sent, send, send_small
from web.api.problems import Refused
from web.api.routing import Call, Content, Reply, Routes, pieces_of
from web.models.files import ThumbnailQuery, UploadPage, UploadsQuery, UploadView
from web.service.thumbnails import MEDIA_TYPE
from web.service.uploads import Upload

routes = Routes("uploads")

NAME = "X-File-Name"
AT_ONCE = 1 << 20  # bytes that are written to the disk at once
ANY = Content(("*/*",), "The bytes of the file.")
NAMED = {NAME: "What the file is called; percent signs stand for UTF-8 as in an address."}


@routes.add(
    "POST",
    "/api/v1/uploads",
    scope="run",
    body=ANY,
    answers={200: UploadView, 201: UploadView},
    refusals=(507,),
    headers=NAMED,
)
async def send_upload(call: Call) -> Reply:
    """Send a file, whole, as the body.

    When this answers, it is on disk. A picture that EXIF says is to be turned is kept upright; `reference` is
    what a document names. 200 says that it was here already.
    """
    return await _received(call, None)


@routes.add(
    "PUT",
    "/api/v1/uploads/{digest}",
    scope="run",
    body=ANY,
    answers={200: UploadView, 201: UploadView},
    refusals=(507,),
    headers=NAMED,
)
async def put_upload(call: Call) -> Reply:
    """Send a file whose blake3 is known; other content is refused."""
    return await _received(call, call.parts["digest"])


@routes.add("GET", "/api/v1/uploads", scope="view", query=UploadsQuery, answers={200: UploadPage})
async def list_uploads(call: Call) -> Reply:
    """List one's own uploads, newest first."""
    query: UploadsQuery = call.query
    found, cursor = await call.service.call(call.service.uploads.page, call.person, query.limit, query.cursor)
    return Reply(UploadPage(uploads=[upload_view(one) for one in found], cursor=cursor))


@routes.add(
    "GET",
    "/api/v1/uploads/{digest}",
    scope="view",
    answers={200: ANY, 206: ANY, 304: None, 308: None},
    refusals=(416,),
    headers=RANGE_HEADERS,
)
async def read_upload(call: Call) -> Reply:
    """Read the bytes of an upload.

    By the digest of what was sent, where that was turned upright, this leads to what is kept.
    """
    found = await _found(call)
    if found.digest != call.parts["digest"]:
        return Reply(status=308, headers={"Location": f"/api/v1/uploads/{found.digest}"})
    path = call.service.uploads.path(found)
    return Reply(await send(call, Sent(path, found.media_type, found.name, found.digest)))


@routes.add(
    "HEAD",
    "/api/v1/uploads/{digest}",
    scope="view",
    answers={200: None, 304: None, 308: None},
    headers=TAG_HEADERS,
)
async def look_for_upload(call: Call) -> Reply:
    """Ask whether an upload is here, before it is sent."""
    return await read_upload(call)


@routes.add(
    "GET",
    "/api/v1/uploads/{digest}/thumbnail",
    scope="view",
    query=ThumbnailQuery,
    answers={200: Content((MEDIA_TYPE,), "A small picture."), 304: None},
    headers=TAG_HEADERS,
)
async def read_upload_thumbnail(call: Call) -> Reply:
    """Read a small picture of an upload that is a picture."""
    query: ThumbnailQuery = call.query
    found = await _found(call)
    path = call.service.uploads.path(found)
    return Reply(await send_small(call, found.digest, path, found.name, query.size))


@routes.add("DELETE", "/api/v1/uploads/{digest}", scope="run", answers={204: None}, refusals=(409,))
async def delete_upload(call: Call) -> Reply:
    """Delete an upload.

    Jobs that are over keep what they made of it, but can not be run again; while one that is not over needs
    it, this is refused.
    """
    service = call.service
    found = await service.call(service.uploads.delete, call.person, call.parts["digest"])
    await service.call(service.thumbnails.delete, found.digest)
    return Reply(status=204)


def upload_view(upload: Upload) -> UploadView:
    """An upload as the API shows it."""
    return UploadView(
        reference=upload.reference,
        digest=upload.digest,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        width=upload.width,
        height=upload.height,
        oriented=upload.oriented,
        source=upload.source,
        created=datetime.fromtimestamp(upload.created, UTC),
    )


async def _found(call: Call) -> Upload:
    return await call.service.call(call.service.uploads.get, call.person, call.parts["digest"])


async def _received(call: Call, expected: str | None) -> Reply:
    """Take the body to the disk piece by piece, then keep it."""
    service = call.service
    name = file_name(call)
    quotas, owner = service.people.quotas, call.person.owner
    await service.call(quotas.admit_bytes, owner, call.request.content_length or 1)
    incoming = await service.call(service.uploads.begin)
    try:
        waiting = bytearray()
        async for piece in pieces_of(call.request, service.settings.upload_limit):
            waiting += piece
            if len(waiting) >= AT_ONCE:
                await service.call(incoming.write, bytes(waiting))
                waiting.clear()
        await service.call(incoming.write, bytes(waiting))
        if not incoming.size:
            raise Refused(400, "no_body", "There is no body; the bytes of a file are wanted.")

        def keep() -> tuple[Upload, bool]:
            with quotas.keep_bytes(owner, incoming.size):
                return service.uploads.keep(call.person, incoming, name, expected)

        upload, new = await service.call_long(keep)
    finally:
        await service.call(incoming.abandon)
    headers = {"Location": f"/api/v1/uploads/{upload.digest}"}
    return Reply(upload_view(upload), 201 if new else 200, headers)


def file_name(call: Call) -> str:
    """The name that the sender gives the file, as it can be kept and shown. Raises `Refused`."""
    given = call.request.headers.get(NAME, "")
    if len(given) > 2000:
        raise Refused(400, "bad_header", f"'{NAME}' takes at most 2,000 characters.")
    return readable_name(unquote(given, errors="replace")) if given else "upload"
