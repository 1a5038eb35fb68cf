"""Pictures of workflows: an artifact or an upload that was chosen to stand for one in lists."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.errors import FileMissing
from graph_engine.files import UPLOAD_PREFIX, Files
from graph_engine.jobs.queue import JobQueue
from web.service.library.errors import NoThumbnail
from web.service.person import Person

LARGEST = 16 << 20  # bytes
HEAD = 16  # bytes that tell what a file is


@dataclass(frozen=True)
class Picture:
    """A picture's file, and what kind it is."""

    path: Path
    media_type: str


MayUse = Callable[[Person, Collection[str]], None]
"""Refuses, by raising, an upload, written `blake3:...`, that a person does not have."""


class WorkflowPictures:
    """Finds pictures by digest."""

    def __init__(self, queue: JobQueue, artifacts: ArtifactFolder, files: Files, may_use: MayUse) -> None:
        self._queue, self._artifacts, self._files, self._may_use = queue, artifacts, files, may_use

    def check(self, person: Person, digest: str) -> None:
        """Raise `NoThumbnail` for what is no picture, or not this person's."""
        owned = self._queue.artifact(digest, None if person.may("admin") else person.owner)
        if owned is None:
            self._may_use(person, [UPLOAD_PREFIX + digest])
        self.open(digest)

    def open(self, digest: str) -> Picture:
        """The picture of this digest, whosever it is. Raises `NoThumbnail`."""
        found = self._queue.artifact(digest)
        try:
            if found is not None:
                path = self._artifacts.path(found[0])
            else:
                path = self._files.open(UPLOAD_PREFIX + digest)
            with path.open("rb") as file:
                kind = picture_kind(file.read(HEAD))
            size = path.stat().st_size
        except (FileMissing, OSError) as error:
            raise NoThumbnail(
                f"There is no artifact or upload '{digest[:12]}…' that could be the picture of a workflow."
            ) from error
        if kind is None:
            raise NoThumbnail(f"'{digest[:12]}…' is no PNG, JPEG, WebP or GIF; only a picture can be shown.")
        if size > LARGEST:
            raise NoThumbnail(
                f"'{digest[:12]}…' has {size:,} bytes; {LARGEST:,} are allowed: take a smaller one."
            )
        return Picture(path, kind)


def picture_kind(head: bytes) -> str | None:
    """The media type of a file that begins so, if it is a picture that every browser shows."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return None
