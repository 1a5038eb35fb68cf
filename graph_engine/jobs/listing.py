"""What can be asked about jobs; none of it waits for those who write."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from graph_engine.artifact import Artifact
from graph_engine.jobs.errors import UnknownJob
from graph_engine.jobs.files import JobsFile, open_jobs
from graph_engine.jobs.finding import page_of
from graph_engine.jobs.job import Job, JobStatus, Page, Usage
from graph_engine.jobs.order import WAITING
from graph_engine.jobs.rows import COLUMNS, job_of


class JobList:
    """The jobs in `jobs.sqlite`, to look at; `JobQueue` is for changing them, too."""

    def __init__(self, path: Path) -> None:
        self._file = open_jobs(path)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def file(self) -> JobsFile:
        """The file that it is in."""
        return self._file

    def get(self, job: str) -> Job:
        """The job with this id. Raises `UnknownJob`."""
        row = self._file.row(f"SELECT {COLUMNS} FROM job WHERE id = ?", (job,))
        if row is None:
            raise unknown(job)
        return job_of(row)

    def document(self, job: str) -> str:
        """The text of a job's document. Raises `UnknownJob`."""
        row = self._file.row("SELECT document FROM job WHERE id = ?", (job,))
        if row is None:
            raise unknown(job)
        return str(row[0])

    def page(
        self,
        limit: int = 50,
        *,
        cursor: int | None = None,
        status: JobStatus | None = None,
        statuses: Collection[JobStatus] = (),
        owner: str | None = None,
        search: str = "",
        inputs: Mapping[str, str] | None = None,
        model: str = "",
        artifact: str = "",
        workflow: str = "",
    ) -> Page:
        """A page of jobs, newest first; `search` looks in ids, names and documents.

        `inputs`: texts that inputs of these names contain, be their letters large or small. `model`: a digest
        among the required models; `artifact`: the digest of one that the job saved.
        """
        return page_of(
            self._file,
            limit,
            cursor=cursor,
            status=status,
            statuses=statuses,
            owner=owner,
            search=search,
            inputs=inputs or {},
            model=model,
            artifact=artifact,
            workflow=workflow,
        )

    def waiting(self, limit: int = 50, *, owner: str | None = None) -> list[Job]:
        """The jobs that wait, by priority and each owner's order; owners take turns when claimed."""
        whose, parameters = _of(owner)
        rows = self._file.rows(
            f"SELECT {COLUMNS} FROM job WHERE {WAITING}{whose} ORDER BY priority DESC, owner, place LIMIT ?",
            (*parameters, limit),
        )
        return [job_of(row) for row in rows]

    def oldest_waiting(self) -> float | None:
        """When the first of the waiting jobs came, in seconds since 1970; None where none waits."""
        row = self._file.row(f"SELECT min(submitted) FROM job WHERE {WAITING}")
        return None if row is None or row[0] is None else float(row[0])

    def counts(self, owner: str | None = None) -> dict[JobStatus, int]:
        """How many jobs there are of each status that occurs."""
        whose, parameters = _of(owner)
        return dict(
            self._file.rows(f"SELECT status, count(*) FROM job WHERE 1{whose} GROUP BY status", parameters)
        )

    def beyond(self, ended: int, limit: int = 1000) -> list[str]:
        """Jobs that ended before the `ended` last ones, those that ended last first."""
        rows = self._file.rows(
            "SELECT id FROM job WHERE ended_as IS NOT NULL ORDER BY ended_as DESC LIMIT ? OFFSET ?",
            (limit, ended),
        )
        return [job for (job,) in rows]

    def usage(self, owner: str, since: float) -> Usage:
        """What an owner has and used; `since`, in seconds since 1970, is for device seconds of ended jobs."""
        of_status = "(SELECT count(*) FROM job WHERE owner = ? AND status = ?)"
        waiting, running, seconds = self._file.rows(
            f"SELECT {of_status}, {of_status}, (SELECT coalesce(sum(device_seconds), 0.0) FROM job "
            "WHERE owner = ? AND status IN ('done', 'failed', 'cancelled') AND finished >= ?)",
            (owner, "queued", owner, "running", owner, since),
        )[0]
        return Usage(waiting, running, seconds, self._bytes(owner))

    def _bytes(self, owner: str) -> int:
        """Bytes of the artifacts of an owner's jobs, each counted once."""
        row = self._file.row("SELECT bytes FROM disk WHERE owner = ?", (owner,))
        return int(row[0]) if row else 0

    def artifacts(self, job: str) -> list[Artifact]:
        """What a job has saved so far, in all its attempts; by digest. An unknown job has saved nothing."""
        rows = self._file.rows(
            "SELECT digest, artifact.name, media_type, size FROM artifact "
            "JOIN job ON job.number = artifact.job WHERE job.id = ? ORDER BY digest",
            (job,),
        )
        return [Artifact(*row) for row in rows]

    def artifact(self, digest: str, owner: str | None = None) -> tuple[Artifact, str] | None:
        """An artifact by its digest, and the newest job that saved it; of an owner's jobs if one is given."""
        whose, parameters = _of(owner)
        row = self._file.row(
            "SELECT digest, artifact.name, media_type, size, job.id FROM artifact CROSS JOIN job "
            f"ON job.number = artifact.job WHERE digest = ?{whose} ORDER BY artifact.job DESC LIMIT 1",
            (digest, *parameters),
        )
        return None if row is None else (Artifact(*row[:-1]), row[-1])

    def artifact_users(self, digest: str) -> int:
        """How many jobs saved the artifact with this digest."""
        row = self._file.row("SELECT count(*) FROM artifact WHERE digest = ?", (digest,))
        return int(row[0]) if row else 0

    @property
    def paused(self) -> bool:
        """Whether the queue as a whole is paused."""
        row = self._file.row("SELECT value FROM counter WHERE name = 'paused'")
        return bool(row and row[0])


def _of(owner: str | None) -> tuple[str, list[str]]:
    return ("", []) if owner is None else (" AND job.owner = ?", [owner])


def unknown(job: str) -> UnknownJob:
    """The error for an id that no job has."""
    return UnknownJob(f"There is no job '{job}'. It may have been deleted, or be in another data folder.")
