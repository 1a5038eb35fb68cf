"""The jobs of people: each sees and steers their own, an administrator everybody's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.errors import DocumentError
from graph_engine.files import UPLOAD_PREFIX
from graph_engine.jobs.errors import UnknownJob
from graph_engine.jobs.job import Job, JobStatus, Page, Request
from graph_engine.jobs.queue import JobQueue
from graph_engine.problem import Problem
from graph_engine.workers.local import LocalWorkers
from web.service.person import Person
from web.service.uploads import uploads_named


@dataclass(frozen=True)
class Wanted:
    """How a document is to be run: see `web.models.jobs.RunForm`."""

    inputs: Mapping[str, Any]
    texts: Mapping[str, str]
    sweep: Mapping[str, Any] | None = None
    wanted: tuple[str, ...] | None = None
    strict_lock: bool = False
    priority: int = 0
    continue_on_error: bool = False
    idempotency_key: str | None = None
    webhook: str = ""
    workflow: str = ""
    workflow_version: int | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What the desk is told of it."""
        return {
            "inputs": dict(self.inputs),
            "texts": dict(self.texts),
            "sweep": self.sweep,
            "wanted": None if self.wanted is None else list(self.wanted),
        }

    @property
    def named(self) -> Iterator[str]:
        """Texts of JSON in which all is named that the options name."""
        yield json.dumps([dict(self.inputs), self.sweep], ensure_ascii=False)
        for text in self.texts.values():
            yield text
            with suppress(ValueError, RecursionError):  # where an input takes no text, it is JSON
                yield json.dumps(json.loads(text), ensure_ascii=False)


Check = Callable[[Person, Mapping[str, Any]], None]
Room = Callable[[str], AbstractContextManager[None]]


class Jobs:
    """`submit` queues a job, as `JobQueue.submit` does.

    `admit` and `allow_webhook` may refuse what a person asks for, by raising, before it is queued.

    `room` is a block in which one more job of an owner may be queued, or raises.
    """

    def __init__(
        self,
        queue: JobQueue,
        submit: Callable[[Request], Job],
        workers: LocalWorkers,
        delete_artifact: Callable[[Artifact], None],
        admit: Check,
        room: Room,
        allow_webhook: Callable[[Person, str], None],
        *,
        leave_files: bool = True,
    ) -> None:
        self._queue, self._submit, self._workers = queue, submit, workers
        self._delete_artifact = delete_artifact
        self._admit, self._room, self._allow_webhook = admit, room, allow_webhook
        self._leave_files = leave_files

    def submit(self, person: Person, document: str, how: Wanted, name: str = "") -> Job:
        """Check and complete a document, and queue it; when this returns the job is on disk.

        Raises `DocumentError` with every problem.
        """
        if how.webhook:
            self._allow_webhook(person, how.webhook)
        prepared = self._workers.prepare(document, strict_lock=how.strict_lock, **how.options)
        raise_problems(prepared)
        named = uploads_named(document, *how.named)  # others are files that the desk found in its folders
        kept = [one for one in prepared["uploads"] if one.removeprefix(UPLOAD_PREFIX) in named]
        self._admit(person, {**prepared, "uploads": kept})
        request = Request(
            document=prepared["document"],
            name=prepared["name"] or name,
            owner=person.owner,
            priority=how.priority,
            wanted=how.wanted,
            idempotency_key=how.idempotency_key,
            required_models=tuple(prepared["models"]),
            continue_on_error=how.continue_on_error,
            inputs=prepared["inputs"],
            workflow=how.workflow,
            workflow_version=how.workflow_version,
            webhook=how.webhook,
        )
        with self._room(person.owner):
            return self._submit(request)

    def check(self, document: str) -> list[dict[str, Any]]:
        """Every problem of a document."""
        return self._workers.check(document)

    def plan(self, document: str, how: Wanted) -> list[dict[str, Any]]:
        """What would run, and why. Raises `DocumentError`."""
        planned = self._workers.plan(document, **how.options)
        raise_problems(planned)
        return list(planned["steps"])

    def interface(self, document: str, names: list[str]) -> dict[str, Any]:
        """The inputs and outputs of a document, and what is wrong with it."""
        return self._workers.interface(document, names)

    def read(self, upload: str, suffix: str) -> str:
        """The document inside an upload, as text. Raises `DocumentError` where there is none."""
        found = self._workers.read(upload, suffix)
        raise_problems(found)
        return str(found["document"])

    def get(self, person: Person, job: str) -> Job:
        """A job that a person may see. Raises `UnknownJob`: of what is another's nothing is said."""
        found = self._queue.get(job)
        if not person.sees(found.owner):
            raise UnknownJob(
                f"There is no job '{job}'. It may have been deleted, or be in another data folder."
            )
        return found

    def document(self, person: Person, job: str) -> dict[str, Any]:
        """A job's document, with the lock that it was run with."""
        found = self.get(person, job)
        raw: dict[str, Any] = json.loads(self._queue.document(job))
        return raw | {"lock": found.result["lock"]} if "lock" in found.result else raw

    def page(self, person: Person, limit: int, cursor: int | None, owner: str | None, **filters: Any) -> Page:
        """Jobs that a person may see, newest first."""
        if not person.may("admin"):
            owner = person.owner
        return self._queue.page(limit, cursor=cursor, owner=owner, **filters)

    def counts(self, person: Person) -> dict[JobStatus, int]:
        """How many of the jobs that a person may see have each status."""
        return self._queue.counts(None if person.may("admin") else person.owner)

    def waiting(self, person: Person, limit: int) -> list[Job]:
        """The jobs that wait, in order."""
        return self._queue.waiting(limit, owner=None if person.may("admin") else person.owner)

    def cancel(self, person: Person, job: str) -> Job:
        """Cancel a waiting job; ask a running one to stop."""
        self.get(person, job)
        return self._queue.cancel(job)

    def retry(self, person: Person, job: str) -> Job:
        """Queue an ended job again."""
        with self._room(self.get(person, job).owner):
            return self._queue.retry(job)

    def pause(self, person: Person, job: str) -> Job:
        """Hold a job back."""
        self.get(person, job)
        return self._queue.pause(job)

    def resume(self, person: Person, job: str) -> Job:
        """Let a paused job go on."""
        self.get(person, job)
        return self._queue.resume(job)

    def move(self, person: Person, job: str, before: str | None, priority: int | None) -> Job:
        """Change a waiting job's place."""
        self.get(person, job)
        if before is not None:
            self.get(person, before)
        if priority is not None:
            self._queue.prioritise(job, priority)
        if before is not None or priority is None:
            self._queue.move(job, before)
        return self._queue.get(job)

    def delete(self, person: Person, job: str, artifacts: bool) -> None:
        """Forget a job that is not running; with `artifacts`, also the files that only it has.

        Files are not left to nobody where everybody's are counted: no quota would hold.
        """
        self.get(person, job)
        saved = self._queue.artifacts(job) if artifacts or not self._leave_files else []
        self._queue.delete(job)
        for one in saved:
            if not self._queue.artifact_users(one.digest):
                self._delete_artifact(one)

    @property
    def paused(self) -> bool:
        """Whether the queue as a whole is paused."""
        return self._queue.paused

    def set_paused(self, paused: bool) -> None:
        """Give out no more jobs, or give them out again."""
        (self._queue.pause_all if paused else self._queue.resume_all)()


def raise_problems(answer: Mapping[str, Any]) -> None:
    """Raise `DocumentError` where a desk's answer has problems."""
    if answer.get("problems"):
        raise DocumentError([Problem(**one) for one in answer["problems"]])
