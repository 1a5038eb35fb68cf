"""Artifacts: what runs produced, for those whose jobs produced it, with what is to be known of its making."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.digest import canonical_json, digest_text
from graph_engine.documents.document import Document
from graph_engine.errors import EngineError, FileMissing
from graph_engine.export import about_job
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.saved import Saved, saved_page
from graph_engine.workers.local import LocalWorkers
from web.service.jobs import Jobs
from web.service.person import Person
from web.service.thumbnails import Thumbnails


class UnknownArtifact(EngineError):
    """There is no such artifact, or no job of whoever asks has it."""


class ArtifactGone(EngineError):
    """The file of an artifact was deleted."""


@dataclass(frozen=True)
class Making:
    """What is known of how an artifact was made: the document that was run, and what is said of its job."""

    artifact: Artifact
    document: Mapping[str, Any]
    about: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The document as text."""
        return json.dumps(self.document, ensure_ascii=False)

    @property
    def tag(self) -> str:
        """Tells the artifact with all this in it from any other."""
        return digest_text(self.artifact.digest, self.text, canonical_json(self.about))


class Artifacts:
    """The artifacts of a data folder. Everything here waits for the disk, the desk, or for pictures."""

    def __init__(
        self,
        queue: JobQueue,
        folder: ArtifactFolder,
        jobs: Jobs,
        workers: LocalWorkers,
        thumbnails: Thumbnails,
    ) -> None:
        self._queue, self._folder, self._jobs, self._workers = queue, folder, jobs, workers
        self._thumbnails = thumbnails

    def get(self, person: Person, digest: str) -> tuple[Artifact, str]:
        """An artifact that a job of the person has, and the newest such job. Raises `UnknownArtifact`."""
        found = self._queue.artifact(digest, None if person.may("admin") else person.owner)
        if found is None:
            raise UnknownArtifact(
                f"There is no artifact '{digest[:12]}…'. Its job may have been deleted, or belong to "
                "somebody else."
            )
        return found

    def of_job(self, person: Person, job: str, digest: str) -> Artifact:
        """An artifact of one job. Raises `UnknownJob`, `UnknownArtifact`."""
        self._jobs.get(person, job)
        for artifact in self._queue.artifacts(job):
            if artifact.digest == digest:
                return artifact
        raise UnknownArtifact(f"Job '{job}' has no artifact '{digest[:12]}…'; what it has is listed with it.")

    def path(self, artifact: Artifact) -> Path:
        """Where an artifact's file is. Raises `ArtifactGone`."""
        try:
            return self._folder.path(artifact)
        except FileMissing as error:
            text = f"{error} It was deleted; its job, retried, makes it again."
            raise ArtifactGone(text) from error

    def page(
        self, person: Person, limit: int, cursor: str | None, *, media_type: str, job: str, search: str
    ) -> tuple[list[Saved], str | None]:
        """A person's own artifacts, newest first, and where the next page begins."""
        if job:
            self._jobs.get(person, job)
        owner = None if job else person.owner
        return saved_page(
            self._queue.file, limit, cursor, owner=owner, media_type=media_type, job=job, search=search
        )

    def making(self, person: Person, artifact: Artifact, job: str) -> Making:
        """How a job made an artifact."""
        found = self._jobs.get(person, job)
        document = self._jobs.document(person, job)
        text = json.dumps(document, ensure_ascii=False)
        about = about_job(asdict(found), Document.model_validate(document))
        about["seeds"] = self._workers.seeds(text)
        return Making(artifact, document, about)

    def exported(self, making: Making) -> bytes:
        """An artifact's bytes with its making inside, where its kind can hold that."""
        self.path(making.artifact)  # says that it is gone, if it is
        return self._workers.export(making.artifact, making.text, making.about)

    def delete(self, artifact: Artifact) -> None:
        """Delete an artifact's file, and its thumbnails."""
        self._folder.delete(artifact)
        self._thumbnails.delete(artifact.digest)
