"""Jobs: submit, read, list, steer; plan and check without running."""

from __future__ import annotations

import json
from typing import Any

from graph_engine.files import UPLOAD_PREFIX
from web.api.problems import Refused
from web.api.routing import JOB, Call, Reply, Routes
from web.models.jobs import (
    CheckView,
    DeleteQuery,
    DocumentView,
    EventPage,
    EventsQuery,
    InputsForm,
    InterfaceForm,
    InterfaceView,
    JobPage,
    JobsQuery,
    JobView,
    MoveForm,
    PlanForm,
    PlanView,
    QueueForm,
    QueueView,
    ReadForm,
    RunForm,
    SubmitForm,
)
from web.service.jobs import Wanted
from web.service.views import job_summary, job_view, moment

routes = Routes("jobs")

IDEMPOTENCY = "Idempotency-Key"
LONGEST_KEY = 200


@routes.add(
    "POST",
    "/api/v1/jobs",
    scope="run",
    body=SubmitForm,
    answers={202: JobView},
    refusals=(409,),
    headers={IDEMPOTENCY: "The same as `idempotency_key` in the body."},
)
async def submit_job(call: Call) -> Reply:
    """Queue a document.

    When this answers, the job is on disk. A document that does not fit the packs here is refused with every
    fault.
    """
    form: SubmitForm = call.body
    return await submitted(call, document_text(form.document), wanted(call, form))


async def submitted(call: Call, document: str, how: Wanted, name: str = "") -> Reply:
    """Queue a document, and answer with its job."""
    service = call.service

    def submit() -> JobView:
        job = service.jobs.submit(call.person, document, how, name)
        service.tracing.submitted(job.id)
        return job_view(job)

    view = await service.ask(submit)
    call.request[JOB] = view.id
    return Reply(view, 202, {"Location": f"/api/v1/jobs/{view.id}"})


@routes.add("GET", "/api/v1/jobs", scope="view", query=JobsQuery, answers={200: JobPage})
async def list_jobs(call: Call) -> Reply:
    """List jobs, newest first."""
    query: JobsQuery = call.query
    inputs = dict(one.split(":", 1) for one in query.input)
    if query.owner is not None and query.owner != call.person.owner and not call.person.may("admin"):
        raise Refused(403, "missing_scope", "The jobs of another owner need a token with the scope 'admin'.")
    page = await call.service.call(
        call.service.jobs.page,
        call.person,
        query.limit,
        query.cursor,
        query.owner,
        statuses=query.status,
        search=query.search,
        inputs=inputs,
        model=query.model or "",
        artifact=query.artifact or "",
        workflow=query.workflow or "",
    )
    counts = await call.service.call(call.service.jobs.counts, call.person)
    return Reply(JobPage(jobs=[job_summary(job) for job in page.jobs], cursor=page.cursor, counts=counts))


@routes.add("GET", "/api/v1/jobs/{job}", scope="view", answers={200: JobView})
async def read_job(call: Call) -> Reply:
    """Read a job as it stands."""
    return Reply(job_view(await call.service.call(call.service.jobs.get, call.person, call.parts["job"])))


@routes.add("GET", "/api/v1/jobs/{job}/document", scope="view", answers={200: DocumentView})
async def read_job_document(call: Call) -> Reply:
    """Read a job's document, as it is run: with inputs set and files by digest."""
    raw = await call.service.call(call.service.jobs.document, call.person, call.parts["job"])
    return Reply(DocumentView(document=raw))


@routes.add("GET", "/api/v1/jobs/{job}/journal", scope="view", query=EventsQuery, answers={200: EventPage})
async def read_job_journal(call: Call) -> Reply:
    """Read a job's events as a page, for those who do not stream them."""
    query: EventsQuery = call.query
    job = await call.service.call(call.service.jobs.get, call.person, call.parts["job"])
    found = await call.service.call(call.service.journal.read, job.id, query.after, query.limit)
    events: list[dict[str, Any]] = [
        {
            "serial": one.serial,
            "job": one.job,
            "number": one.number,
            "time": moment(one.time),
            "kind": one.kind,
            "data": dict(one.data),
        }
        for one in found
    ]
    return Reply(EventPage.model_validate({"events": events}))


@routes.add("POST", "/api/v1/jobs/{job}/cancel", scope="run", answers={200: JobView})
async def cancel_job(call: Call) -> Reply:
    """Cancel a job: a waiting one at once, a running one at its next step; an ended one stays as it is."""
    return await _steered(call, call.service.jobs.cancel)


@routes.add("POST", "/api/v1/jobs/{job}/retry", scope="run", answers={200: JobView}, refusals=(409,))
async def retry_job(call: Call) -> Reply:
    """Queue an ended job again; what it computed before is not computed again."""
    reply = await _steered(call, call.service.jobs.retry)
    call.service.runs.wake()
    return reply


@routes.add("POST", "/api/v1/jobs/{job}/pause", scope="run", answers={200: JobView}, refusals=(409,))
async def pause_job(call: Call) -> Reply:
    """Hold a job back; a running one stops after the node it is at and goes back to its place."""
    return await _steered(call, call.service.jobs.pause)


@routes.add("POST", "/api/v1/jobs/{job}/resume", scope="run", answers={200: JobView}, refusals=(409,))
async def resume_job(call: Call) -> Reply:
    """Let a paused job go on."""
    reply = await _steered(call, call.service.jobs.resume)
    call.service.runs.wake()
    return reply


@routes.add(
    "POST", "/api/v1/jobs/{job}/move", scope="run", body=MoveForm, answers={200: JobView}, refusals=(409,)
)
async def move_job(call: Call) -> Reply:
    """Change the place or the priority of a waiting job."""
    form: MoveForm = call.body
    return await _steered(call, call.service.jobs.move, form.before, form.priority)


@routes.add(
    "DELETE", "/api/v1/jobs/{job}", scope="run", query=DeleteQuery, answers={204: None}, refusals=(409,)
)
async def delete_job(call: Call) -> Reply:
    """Forget a job that is not running, and its events."""
    query: DeleteQuery = call.query
    await call.service.call(call.service.jobs.delete, call.person, call.parts["job"], query.artifacts)
    return Reply(status=204)


@routes.add("GET", "/api/v1/queue", scope="view", answers={200: QueueView})
async def read_queue(call: Call) -> Reply:
    """Read what waits, in order, and whether the queue as a whole is paused."""
    service = call.service
    waiting = await service.call(service.jobs.waiting, call.person, 500)
    counts = await service.call(service.jobs.counts, call.person)
    paused = await service.call(lambda: service.jobs.paused)
    return Reply(QueueView(paused=paused, counts=counts, waiting=[job_summary(job) for job in waiting]))


@routes.add("POST", "/api/v1/queue", scope="admin", body=QueueForm, answers={200: QueueView})
async def steer_queue(call: Call) -> Reply:
    """Pause the queue as a whole, or let it go on; running jobs go on."""
    form: QueueForm = call.body
    await call.service.call(call.service.jobs.set_paused, form.paused)
    call.service.runs.wake()
    return await read_queue(call)


@routes.add("POST", "/api/v1/plan", scope="view", body=PlanForm, answers={200: PlanView})
async def plan_document(call: Call) -> Reply:
    """Say what would run for a document, and why, without running it."""
    form: PlanForm = call.body
    steps = await call.service.ask(call.service.jobs.plan, document_text(form.document), wanted(call, form))
    return Reply(PlanView.model_validate({"steps": steps}))


@routes.add("POST", "/api/v1/check", scope="view", body=PlanForm, answers={200: CheckView})
async def check_document(call: Call) -> Reply:
    """Say everything that is wrong with a document."""
    form: PlanForm = call.body
    problems = await call.service.ask(call.service.jobs.check, document_text(form.document))
    return Reply(CheckView.model_validate({"problems": problems}))


@routes.add("POST", "/api/v1/interface", scope="view", body=InterfaceForm, answers={200: InterfaceView})
async def describe_interface(call: Call) -> Reply:
    """Describe the inputs and outputs of a document, as a form shows them."""
    form: InterfaceForm = call.body
    found = await call.service.ask(
        call.service.jobs.interface, document_text(form.document), list(form.names)
    )
    return Reply(InterfaceView.model_validate(found))


@routes.add(
    "POST", "/api/v1/read", scope="view", body=ReadForm, answers={200: DocumentView}, refusals=(404, 503)
)
async def read_document(call: Call) -> Reply:
    """Read the workflow that an upload carries, at present versions."""
    form: ReadForm = call.body
    service = call.service
    upload = await service.call(service.uploads.get, call.person, form.upload.removeprefix(UPLOAD_PREFIX))
    text = await service.ask(service.jobs.read, upload.reference, form.suffix)
    return Reply(DocumentView(document=json.loads(text)))


def document_text(document: Any) -> str:
    """A document as the text that a desk reads."""
    return json.dumps(document, ensure_ascii=False)


def wanted(call: Call, form: InputsForm, workflow: str = "", version: int | None = None) -> Wanted:
    """How a form wants a document to be run. Raises `Refused` where two keys are given."""
    if not isinstance(form, RunForm):
        return Wanted(**_looked_at(form))
    key = call.request.headers.get(IDEMPOTENCY)
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        text = f"The header '{IDEMPOTENCY}' takes 1 to {LONGEST_KEY} printable ASCII characters."
        raise Refused(400, "bad_header", text)
    if key is not None and form.idempotency_key not in (None, key):
        raise Refused(
            400, "two_keys", f"The header '{IDEMPOTENCY}' and the body give two different keys; give one."
        )
    return Wanted(
        **_looked_at(form),
        priority=form.priority,
        continue_on_error=form.continue_on_error,
        idempotency_key=form.idempotency_key or key,
        webhook=form.webhook or "",
        workflow=workflow,
        workflow_version=version,
    )


def _looked_at(form: InputsForm) -> dict[str, Any]:
    return {
        "inputs": form.inputs,
        "texts": form.texts,
        "sweep": None if form.sweep is None else form.sweep.model_dump(),
        "wanted": None if form.wanted is None else tuple(form.wanted),
        "strict_lock": form.strict_lock,
    }


async def _steered(call: Call, act: Any, *arguments: Any) -> Reply:
    job = await call.service.call(act, call.person, call.parts["job"], *arguments)
    return Reply(job_view(job))
