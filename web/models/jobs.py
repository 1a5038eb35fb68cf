"""Jobs over HTTP: what is asked for, and how a job stands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from web.models.base import (
    Bool,
    Cursor,
    Digest,
    Form,
    Int,
    JobId,
    Json,
    Query,
    Reference,
    View,
)
from web.models.problems import FaultView
from web.models.webhooks import WebhookUrl

JobStatus = Literal["queued", "running", "done", "failed", "cancelled"]
InputName = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Priority = Annotated[Int, Field(ge=-1000, le=1000, description="Higher goes first.")]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
MOST_NAMES = 1000  # of inputs or outputs in one request
Document = Annotated[
    dict[str, Json],
    Field(
        description="A workflow, as `latentgraph schema` describes it.",
        examples=[{"latentgraph": 1, "nodes": {}}],
    ),
]


class SweepForm(Form):
    """Run a document for many values: a list for each input, in every combination or side by side."""

    table: dict[InputName, list[Json]] = Field(min_length=1, max_length=MOST_NAMES)
    how: Literal["product", "zip"] = "product"


class InputsForm(Form):
    """What is set in a document before it is looked at."""

    inputs: dict[InputName, Json] = Field(
        {}, max_length=MOST_NAMES, description="Values by the names of the interface, or `node.input`."
    )
    texts: dict[InputName, str] = Field(
        {},
        max_length=MOST_NAMES,
        description="The same as one types it: text where the input takes text, JSON elsewhere.",
    )
    sweep: SweepForm | None = None
    wanted: list[InputName] | None = Field(
        None, max_length=MOST_NAMES, description="Outputs or nodes: only they, and what they need."
    )
    strict_lock: Bool = Field(
        False, description="Refuse what the document's lock does not name as it is here."
    )


class RunForm(InputsForm):
    """How a run is wanted."""

    priority: Priority = 0
    continue_on_error: Bool = Field(
        False, description="After a failure, go on with what does not depend on it."
    )
    idempotency_key: Key | None = Field(None, description="Asking again with this key gives the same job.")
    webhook: WebhookUrl | None = Field(
        None, description="An address that is told how the job ended; see docs/webhooks.md."
    )


class SubmitForm(RunForm):
    """A document to run."""

    document: Document


class PlanForm(InputsForm):
    """A document to look at without running it."""

    document: Document


class InterfaceForm(Form):
    """A document whose inputs and outputs are asked for."""

    document: Document
    names: list[InputName] = Field(
        [], max_length=1000, description="Inputs of nodes besides, as `node.input`."
    )


class StepView(View):
    """What would become of one node, and why."""

    node: str
    type: str
    status: Literal["hit", "miss", "unknown", "bypassed", "muted"]
    reason: str = ""
    key: str = ""


class PlanView(View):
    """What would run: every node in running order."""

    steps: list[StepView]


class CheckView(View):
    """What is wrong with a document; nothing, if `problems` is empty."""

    problems: list[FaultView]


class InputView(View):
    """An input that a document declares, or one of a node's."""

    title: str = ""
    help: str = ""
    type: str
    required: bool
    schema_: dict[str, Json] | None = Field(None, alias="schema", serialization_alias="schema")
    default: Json = None
    file: str | None = Field(None, description="What kind of file it names, where it names one.")
    takes_text: bool = False


class OutputView(View):
    """An output that a document declares."""

    title: str = ""
    type: str
    artifact: bool = False
    media_type: str = ""


class InterfaceView(View):
    """The inputs and outputs of a document, as its form shows them."""

    inputs: dict[str, InputView] = Field({})
    outputs: dict[str, OutputView] = Field({})
    problems: list[FaultView] = Field([], description="What is wrong with the document, and with `names`.")


class ArtifactView(View):
    """A file that a run produced."""

    digest: Digest
    name: str
    media_type: str
    size: int


class NodeView(View):
    """What became of one node."""

    node_type: str
    status: Literal["hit", "miss", "failed", "skipped", "cancelled", "bypassed", "muted"]
    reason: str = ""
    seconds: float = 0.0
    memory: int = Field(0, description="Bytes that its outputs take in the store.")


class JobSummary(View):
    """A job in a list."""

    id: JobId
    status: JobStatus
    name: str
    owner: str
    priority: int
    paused: bool
    cancel_asked: bool
    attempts: int
    submitted: datetime
    started: datetime | None = None
    finished: datetime | None = None
    device_seconds: float = 0.0
    worker: str = ""
    workflow: str = ""
    workflow_version: int | None = None
    inputs: dict[str, Json] = Field({})
    artifacts: list[ArtifactView] = Field([])
    error: str = ""


class JobView(JobSummary):
    """A job as it stands."""

    wanted: list[str] | None = None
    idempotency_key: str | None = None
    continue_on_error: bool = False
    models: list[Reference] = Field([], description="What it needs, by content.")
    outputs: dict[str, Json] = Field(
        {},
        description="The outputs of the interface by name: numbers, texts, lists and objects of them as "
        "JSON, with `NaN`, `Infinity` and `-Infinity` as texts; an artifact as in `artifacts`; anything "
        "else, and what is too large (64 KiB in all, 4,096 items in one), as an object with its `type`.",
    )
    nodes: dict[str, NodeView] = Field({})
    events: int = Field(0, description="The number of its last event.")


class JobPage(View):
    """Some jobs, newest first."""

    jobs: list[JobSummary]
    cursor: int | None = Field(None, description="Where the next page begins; none on the last.")
    counts: dict[JobStatus, int]


class JobsQuery(Query):
    """Which jobs."""

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: Cursor | None = None
    status: list[JobStatus] = Field([], description="May be given several times.")
    owner: str | None = Field(
        None, max_length=200, description="Jobs of another owner need the scope `admin`."
    )
    search: str = Field("", max_length=500, description="Text in ids, names and documents.")
    input: list[Annotated[str, StringConstraints(pattern=r"^[^:]{1,300}:", max_length=1000)]] = Field(
        [], description="`name:text`: jobs whose input of that name contains the text."
    )
    model: Reference | None = Field(None, description="Jobs that need this model.")
    artifact: Digest | None = None
    workflow: str | None = Field(None, max_length=100)


class MoveForm(Form):
    """Where a waiting job goes; nothing given: last of its owner."""

    before: JobId | None = Field(None, description="Right before this one, of the same owner and priority.")
    priority: Priority | None = None


class DeleteQuery(Query):
    """What goes with a job."""

    artifacts: bool = Field(
        False,
        description="Delete its artifacts too, those that no other job has; always where files have a quota.",
    )


class QueueView(View):
    """The queue as a whole."""

    paused: bool
    counts: dict[JobStatus, int]
    waiting: list[JobSummary] = Field(description="In the order of priority and of each owner's line.")


class QueueForm(Form):
    """What the queue is to do."""

    paused: Bool


class ReadForm(Form):
    """A file that carries a workflow: JSON, or a picture that was saved with one."""

    upload: Annotated[str, Field(pattern=r"^blake3:[0-9a-f]{64}$", description="An upload's reference.")]
    suffix: Annotated[str, StringConstraints(pattern=r"^\.[A-Za-z0-9]{1,10}$")] = Field(
        description="How the file's name ends, `.png` for example: packs read files by it."
    )


class DocumentView(View):
    """A document."""

    document: dict[str, Json]


class EventsQuery(Query):
    """From where on."""

    after: Annotated[
        int, Field(ge=0, le=2**53, description="The number of the last event that is known.")
    ] = 0
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000


class EventView(View):
    """One fact about a job. `number` counts within the job, `serial` over all jobs."""

    serial: int
    job: JobId
    number: int
    time: datetime
    kind: str
    data: dict[str, Json]


class EventPage(View):
    """Some events of a job, in order."""

    events: list[EventView]
