"""Pictures of workflows: an artifact or an upload that was chosen to stand for one in lists."""

from __future__ import annotations

from pathlib import Path

from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.errors import FileMissing
from graph_engine.jobs.queue import JobQueue
from web.service.library.errors import NoThumbnail
from web.service.person import LOCAL, Person
from web.service.thumbnails import NoPicture, Thumbnails
from web.service.uploads import UnknownUpload, Uploads

SIZE = 512  # pixels on the longer side


class WorkflowPictures:
    """Finds pictures by digest, and makes them small."""

    def __init__(
        self, queue: JobQueue, artifacts: ArtifactFolder, uploads: Uploads, thumbnails: Thumbnails
    ) -> None:
        self._queue, self._artifacts = queue, artifacts
        self._uploads, self._thumbnails = uploads, thumbnails

    def check(self, person: Person, digest: str) -> None:
        """Raise `NoThumbnail` for what is no picture, or not this person's."""
        if self._queue.artifact(digest, None if person.may("admin") else person.owner) is None:
            try:
                self._uploads.get(person, digest)
            except UnknownUpload as error:
                raise _nothing(digest) from error
        self.small(digest)

    def small(self, digest: str) -> bytes:
        """The picture of this digest, whosever it is, as a small WebP.

        Raises `NoThumbnail`, and what `Pictures` does.
        """
        made = self._thumbnails.kept(digest, SIZE)
        if made is not None:
            return made
        try:
            return self._thumbnails.make(digest, self._path(digest), digest[:12], SIZE)
        except NoPicture as error:
            raise NoThumbnail(f"{error} Choose a picture.") from error
        except (FileMissing, UnknownUpload, FileNotFoundError) as error:
            raise _nothing(digest) from error

    def _path(self, digest: str) -> Path:
        found = self._queue.artifact(digest)
        if found is not None:
            return self._artifacts.path(found[0])
        return self._uploads.path(self._uploads.get(LOCAL, digest))


def _nothing(digest: str) -> NoThumbnail:
    return NoThumbnail(f"You have no artifact or upload '{digest[:12]}…' that could be a workflow's picture.")
