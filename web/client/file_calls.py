"""Files: sent by digest so that nothing is sent twice, and fetched piece by piece, going on after a break."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from blake3 import blake3

from web.client.calls import Calls, part
from web.client.download import Download, place
from web.client.errors import BadCall, FileBroken
from web.models.base import Digest, View
from web.models.files import MakingView, UploadPage, UploadView
from web.models.jobs import ArtifactView, JobView
from web.models.system import ServerView

UPLOADS = "/api/v1/uploads"
PIECE = 1 << 20
SLOWEST = 64 * 1024  # bytes a second that an upload goes with, at least


class SentFile(View):
    """A file that is on the server; a document names it by its `reference`."""

    reference: str
    digest: Digest
    size: int
    name: str = ""
    media_type: str = ""
    width: int | None = None
    height: int | None = None
    oriented: bool = False


class FileCalls(Calls):
    """The calls about files."""

    async def upload(self, file: str | os.PathLike[str] | bytes, name: str | None = None) -> SentFile:
        """Send a file, unless it is there already, and say what a document calls it.

        A photograph that lies on its side may be kept upright: then `reference` names the upright one.
        """
        source = file if isinstance(file, bytes) else Path(file).expanduser()
        name = name or (source.name if isinstance(source, Path) else "")
        size, digest = await asyncio.to_thread(_measured, source)
        path = f"{UPLOADS}/{digest}"
        known = await self._server.request("HEAD", path, accepted=tuple(range(400, 500)))
        if known.status == 200:
            kept = known.path.rpartition("/")[2]
            return SentFile(
                reference=f"blake3:{kept}",
                digest=kept,
                size=int(known.headers.get("Content-Length", size)),
                name=name,
                media_type=known.headers.get("Content-Type", ""),
                oriented=kept != digest,
            )
        server = await self._server.view(ServerView, "GET", "/api/v1/server")
        limit = server.limits.get("upload_bytes", size)
        if size > limit:
            raise BadCall(f"'{name or 'the file'}' has {size:,} bytes; this server takes {limit:,} at most.")
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        if name:
            headers["X-File-Name"] = quote(name)
        return await self._server.view(
            SentFile,
            "PUT",
            path,
            data=lambda: source if isinstance(source, bytes) else _pieces(source),
            headers=headers,
            timeout=60 + size / SLOWEST,
        )

    async def uploads(self) -> AsyncIterator[UploadView]:
        """One's own uploads, newest first; page after page as they are wanted."""
        cursor = None
        while True:
            page = await self._server.view(UploadPage, "GET", UPLOADS, query={"cursor": cursor})
            for one in page.uploads:
                yield one
            if (cursor := page.cursor) is None:
                return

    async def delete_upload(self, digest: str) -> None:
        """Delete an upload; refused while a job that is not over needs it."""
        await self._server.delete(f"{UPLOADS}/{part(digest)}")

    async def making(self, digest: str) -> MakingView:
        """How an artifact was made: the workflow, and what is known of its run."""
        return await self._server.view(MakingView, "GET", f"/api/v1/artifacts/{part(digest)}/metadata")

    async def artifact(self, digest: str) -> bytes:
        """The bytes of an artifact, as they were saved."""
        pieces = bytearray()
        async for piece in self._download(f"/api/v1/artifacts/{part(digest)}").pieces():
            pieces += piece
        if blake3(pieces).hexdigest() != digest:
            raise FileBroken(f"What came for artifact '{digest}' is not what this digest says. Ask again.")
        return bytes(pieces)

    async def save(
        self, job: str, folder: str | os.PathLike[str] = "outputs", *, metadata: bool = True
    ) -> list[Path]:
        """Write what a job saved into a folder, under free names; gives the paths.

        Pictures carry the workflow that made them, unless `metadata` is False.
        """
        found = await self._server.view(JobView, "GET", f"/api/v1/jobs/{part(job)}")
        paths = []
        for one in found.artifacts:
            paths.append(await self._save(job, one, Path(folder).expanduser(), metadata))
        return paths

    async def _save(self, job: str, artifact: ArtifactView, folder: Path, metadata: bool) -> Path:
        query = {} if metadata else {"metadata": "strip"}
        download = self._download(f"/api/v1/jobs/{part(job)}/artifacts/{artifact.digest}", query)
        temporary = folder / f".{artifact.digest[:16]}.{os.getpid()}.part"
        try:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            with await asyncio.to_thread(temporary.open, "wb") as file:
                async for piece in download.pieces():
                    if download.begins:
                        file.seek(0)
                        file.truncate()
                    await asyncio.to_thread(file.write, piece)
            return await asyncio.to_thread(place, temporary, folder, artifact.name)
        except OSError as error:
            raise FileBroken(
                f"'{artifact.name}' can not be written into '{folder}' ({error.strerror or error}). "
                "Name another folder; the server keeps what was computed."
            ) from error
        finally:
            temporary.unlink(missing_ok=True)

    def _download(self, path: str, query: dict[str, Any] | None = None) -> Download:
        return Download(self._server, path, query or {})


def _measured(source: Path | bytes) -> tuple[int, str]:
    """The size and the digest of a file. Raises `FileBroken`."""
    if isinstance(source, bytes):
        return len(source), blake3(source).hexdigest()
    try:
        return source.stat().st_size, blake3().update_mmap(source).hexdigest()
    except OSError as error:
        raise FileBroken(f"'{source}' can not be read ({error.strerror or error}).") from error


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
