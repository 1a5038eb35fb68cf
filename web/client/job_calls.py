"""Jobs: submit, look at, steer; plan and check without running."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, Literal

from web.client.calls import Calls, given, part
from web.client.documents import DocumentLike, as_json
from web.models.answers import MeasureView
from web.models.jobs import (
    CheckView,
    DocumentView,
    EventPage,
    EventView,
    InterfaceView,
    JobPage,
    JobStatus,
    JobSummary,
    JobView,
    PlanView,
    QueueView,
)
from web.models.problems import FaultView

JOBS = "/api/v1/jobs"
PAGE = 100
AS_WRITTEN: Final = object()
"""In place of a value: the one that the document has."""


class JobCalls(Calls):
    """The calls about jobs."""

    async def submit(
        self,
        document: DocumentLike,
        *,
        inputs: Mapping[str, Any] | None = None,
        texts: Mapping[str, str] | None = None,
        sweep: Mapping[str, Sequence[Any]] | None = None,
        how: Literal["product", "zip"] = "product",
        wanted: Sequence[str] | None = None,
        strict_lock: bool = False,
        priority: int = 0,
        continue_on_error: bool = False,
        idempotency_key: str | None = None,
        webhook: str | None = None,
    ) -> JobView:
        """Queue a document; when this returns, the job is on the server's disk.

        `inputs` are JSON values by the names of the interface, or `node.input`; `texts` the same as one types
        it. `sweep` runs the document for many values. Without `idempotency_key` one is made up, so that the
        call can be tried again. Raises `ProblemError` with every fault.
        """
        body = {
            "document": await as_json(document),
            **_inputs(inputs, texts, sweep, how, wanted, strict_lock),
            **_run(priority, continue_on_error, idempotency_key, webhook),
        }
        return await self._server.view(JobView, "POST", JOBS, body=body)

    async def run(
        self,
        workflow: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        texts: Mapping[str, str] | None = None,
        sweep: Mapping[str, Sequence[Any]] | None = None,
        how: Literal["product", "zip"] = "product",
        wanted: Sequence[str] | None = None,
        strict_lock: bool = False,
        priority: int = 0,
        continue_on_error: bool = False,
        idempotency_key: str | None = None,
        webhook: str | None = None,
    ) -> JobView:
        """Queue a workflow of the library with nothing but its inputs; otherwise as `submit`."""
        body = {
            **_inputs(inputs, texts, sweep, how, wanted, strict_lock),
            **_run(priority, continue_on_error, idempotency_key, webhook),
        }
        path = f"/api/v1/workflows/{part(workflow)}/runs"
        return await self._server.view(JobView, "POST", path, query={"version": version}, body=body)

    async def check(self, document: DocumentLike) -> list[FaultView]:
        """Everything that is wrong with a document; nothing, if it fits."""
        body = {"document": await as_json(document)}
        return (await self._server.view(CheckView, "POST", "/api/v1/check", body=body)).problems

    async def plan(
        self,
        document: DocumentLike,
        *,
        inputs: Mapping[str, Any] | None = None,
        texts: Mapping[str, str] | None = None,
        sweep: Mapping[str, Sequence[Any]] | None = None,
        how: Literal["product", "zip"] = "product",
        wanted: Sequence[str] | None = None,
    ) -> PlanView:
        """What would run for a document, and why, without running it."""
        body = {
            "document": await as_json(document),
            **_inputs(inputs, texts, sweep, how, wanted, False),
        }
        return await self._server.view(PlanView, "POST", "/api/v1/plan", body=body)

    async def interface(self, document: DocumentLike, names: Sequence[str] = ()) -> InterfaceView:
        """The inputs and outputs of a document; `names` are inputs of nodes besides, as `node.input`."""
        body = {"document": await as_json(document), "names": list(names)}
        return await self._server.view(InterfaceView, "POST", "/api/v1/interface", body=body)

    async def measure(
        self,
        document: DocumentLike,
        node: str,
        input: str,
        value: Any = AS_WRITTEN,
        *,
        definition: str = "",
    ) -> MeasureView:
        """How much of a value there is at a node's input, without one of that which the document has there.

        `definition` names the one that the node is in. Raises `ProblemError` where nothing measures it.
        """
        body = {"document": await as_json(document), "node": node, "input": input, "definition": definition}
        body |= {} if value is AS_WRITTEN else {"value": value}
        return await self._server.view(MeasureView, "POST", "/api/v1/measure", body=body)

    async def read_document(self, upload: str, suffix: str) -> dict[str, Any]:
        """The workflow that an upload carries, by its reference and how the file's name ends, `.png`."""
        body = {"upload": upload, "suffix": suffix}
        return (await self._server.view(DocumentView, "POST", "/api/v1/read", body=body)).document

    async def job(self, job: str) -> JobView:
        """A job as it stands."""
        return await self._server.view(JobView, "GET", f"{JOBS}/{part(job)}")

    async def jobs(
        self,
        *,
        status: Sequence[JobStatus] = (),
        owner: str | None = None,
        search: str | None = None,
        inputs: Mapping[str, str] | None = None,
        model: str | None = None,
        artifact: str | None = None,
        workflow: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[JobSummary]:
        """Jobs, newest first, at most `limit`; page after page as they are wanted.

        `inputs` finds by text in an input; `model` is named as `blake3:...`, `artifact` by digest.
        """
        cursor, left = None, limit
        while left is None or left > 0:
            page = await self.jobs_page(
                status=status,
                owner=owner,
                search=search,
                inputs=inputs,
                model=model,
                artifact=artifact,
                workflow=workflow,
                limit=PAGE if left is None else min(left, PAGE),
                cursor=cursor,
            )
            for one in page.jobs:
                yield one
            left = None if left is None else left - len(page.jobs)
            if (cursor := page.cursor) is None:
                return

    async def jobs_page(
        self,
        *,
        status: Sequence[JobStatus] = (),
        owner: str | None = None,
        search: str | None = None,
        inputs: Mapping[str, str] | None = None,
        model: str | None = None,
        artifact: str | None = None,
        workflow: str | None = None,
        limit: int = PAGE,
        cursor: int | None = None,
    ) -> JobPage:
        """One page of jobs, and how many there are of each status."""
        query = {
            "status": list(status),
            "owner": owner,
            "search": search,
            "input": [f"{name}:{text}" for name, text in (inputs or {}).items()],
            "model": model,
            "artifact": artifact,
            "workflow": workflow,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._server.view(JobPage, "GET", JOBS, query=query)

    async def document(self, job: str) -> dict[str, Any]:
        """A job's document, as it is run: with inputs set and files by digest."""
        found = await self._server.view(DocumentView, "GET", f"{JOBS}/{part(job)}/document")
        return found.document

    async def journal(self, job: str, after: int = 0, limit: int = 1000) -> list[EventView]:
        """Facts of a job that are there now, from a number on; `events` waits for more."""
        query = {"after": after, "limit": limit}
        found = await self._server.view(EventPage, "GET", f"{JOBS}/{part(job)}/journal", query=query)
        return found.events

    async def cancel(self, job: str) -> JobView:
        """Cancel a job: a waiting one at once, a running one at its next step."""
        return await self._steer(job, "cancel")

    async def retry(self, job: str) -> JobView:
        """Queue an ended job again; what it computed before is not computed again."""
        return await self._server.view(JobView, "POST", f"{JOBS}/{part(job)}/retry", repeat="unsent")

    async def pause(self, job: str) -> JobView:
        """Hold a job back; a running one stops after the node it is at."""
        return await self._steer(job, "pause")

    async def resume(self, job: str) -> JobView:
        """Let a paused job go on."""
        return await self._steer(job, "resume")

    async def move(self, job: str, *, before: str | None = None, priority: int | None = None) -> JobView:
        """Put a waiting job right before another, or under another priority; or last of its owner."""
        return await self._steer(job, "move", given(before=before, priority=priority))

    async def delete(self, job: str, *, artifacts: bool = False) -> None:
        """Forget a job that is not running; with `artifacts`, also the files that no other job has."""
        await self._server.delete(f"{JOBS}/{part(job)}", {"artifacts": artifacts})

    async def queue(self) -> QueueView:
        """What waits, in order, and whether the queue as a whole is paused."""
        return await self._server.view(QueueView, "GET", "/api/v1/queue")

    async def pause_queue(self) -> QueueView:
        """Give out no more jobs; those that run go on."""
        return await self._server.view(QueueView, "POST", "/api/v1/queue", body={"paused": True})

    async def resume_queue(self) -> QueueView:
        """Give jobs out again."""
        return await self._server.view(QueueView, "POST", "/api/v1/queue", body={"paused": False})

    async def _steer(self, job: str, what: str, body: dict[str, Any] | None = None) -> JobView:
        return await self._server.view(JobView, "POST", f"{JOBS}/{part(job)}/{what}", body=body)


def _inputs(
    inputs: Mapping[str, Any] | None,
    texts: Mapping[str, str] | None,
    sweep: Mapping[str, Sequence[Any]] | None,
    how: str,
    wanted: Sequence[str] | None,
    strict_lock: bool,
) -> dict[str, Any]:
    table = {name: list(values) for name, values in (sweep or {}).items()}
    return {
        "inputs": dict(inputs or {}),
        "texts": dict(texts or {}),
        "strict_lock": strict_lock,
        **given(
            wanted=None if wanted is None else list(wanted),
            sweep={"table": table, "how": how} if table else None,
        ),
    }


def _run(priority: int, continue_on_error: bool, key: str | None, webhook: str | None) -> dict[str, Any]:
    return {
        "priority": priority,
        "continue_on_error": continue_on_error,
        "idempotency_key": key or secrets.token_hex(16),
        **given(webhook=webhook),
    }
