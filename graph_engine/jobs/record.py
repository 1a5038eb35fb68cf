"""A job as a line of an archive: what a queue says of it that another queue can go on from."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from graph_engine.documents.document import Lock
from graph_engine.documents.document_io import MAX_BYTES
from graph_engine.execution.result import NodeStatus
from graph_engine.jobs.artifacts import ARTIFACT_SAVED
from graph_engine.messages import sentence

FORMAT = 1
_MOST = 2**53
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_L = TypeVar("_L", bound="Line")


class Line(BaseModel):
    """One line of an archive; numbers are numbers, and text is text."""

    model_config = ConfigDict(frozen=True, strict=True)


def _is_file_name(name: str) -> str:
    if _UNSAFE.search(name) or not name.strip(". "):
        raise ValueError("the name of a file is wanted")
    return name


Text = str
Count = Annotated[int, Field(ge=0, le=_MOST)]
Rank = Annotated[int, Field(ge=1, le=_MOST)]
Number = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Moment = Annotated[float, Field(ge=0, lt=253_402_300_800)]  # seconds since 1970, up to the year 9999
Reference = Annotated[str, Field(pattern=r"^blake3:[0-9a-f]{64}$")]


class Header(Line):
    """The first line: format of the archive, version that wrote it, and owners in the order of their turns.

    Owners who had no turn yet are not among them.
    """

    latentgraph_jobs: Annotated[int, Field(ge=1, le=FORMAT)]
    version: Text
    jobs: Count
    owners: list[Text]


class SavedFile(Line):
    """An artifact of a job; its name never leads out of the folder that it is written to."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_is_file_name)]
    media_type: Text
    size: Count


class Report(Line):
    """What became of a node."""

    model_config = ConfigDict(extra="allow")
    node_type: Text
    status: NodeStatus
    reason: Text = ""
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    memory: Count = 0


class Result(Line):
    """What a job left behind."""

    model_config = ConfigDict(extra="allow")
    artifacts: list[SavedFile] = []
    outputs: dict[Text, Any] = {}
    nodes: dict[str, Report] = {}
    lock: Lock | None = None


class JobLine(Line):
    """A job. `place` and `ended` count within the archive, as do the `journal`'s lines that follow.

    Other fields are columns that a later version of the queue has.
    """

    model_config = ConfigDict(extra="allow")
    id: Annotated[str, Field(pattern=r"^job-[0-9a-f]{16}$")]
    status: Literal["queued", "done", "failed", "cancelled"]
    name: Text
    owner: Text
    priority: Number
    place: Rank
    ended: Rank | None
    paused: bool
    cancel_asked: bool
    attempts: Count
    crashes: Count
    passed: Count
    submitted: Moment
    started: Moment | None
    finished: Moment | None
    document: Annotated[str, Field(max_length=MAX_BYTES)]
    wanted: list[Text] | None
    idempotency_key: Text | None
    request: Text
    required_models: list[Reference]
    inputs: dict[str, Any] = {}
    workflow: Text = ""
    workflow_version: Number | None = None
    webhook: Annotated[str, Field(max_length=2000)] = ""
    device_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    result: dict[str, Any]
    error: Text
    files: list[Text]
    journal: Count

    @model_validator(mode="after")
    def _holds_together(self) -> JobLine:
        if (self.ended is None) != (self.status == "queued"):
            raise ValueError("a job has ended, or is queued")
        Result.model_validate(self.result)
        for name, value in (self.model_extra or {}).items():
            if not isinstance(value, int | float | str | None):
                raise ValueError(f"'{name}' is no value of a column")
        return self

    def content(self) -> dict[str, Any]:
        """What makes it the job it is: all but its places among others, and which files travel."""
        return self.model_dump(exclude={"place", "ended", "files"})


class EventLine(Line):
    """An entry of the journal of the job that stands before it."""

    event: Rank
    time: Moment
    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,99}$")]
    data: dict[str, Any]

    @model_validator(mode="after")
    def _saves_a_file(self) -> EventLine:
        if self.kind == ARTIFACT_SAVED:
            SavedFile.model_validate(self.data)
        return self


def line_as(kind: type[_L], raw: dict[str, Any]) -> _L:
    """Read a line. Raises `ValueError` with what is wrong in it."""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"]))
        what = f"'{str(raw.get('id', ''))[:100]}': " if raw.get("id") else ""
        raise ValueError(f"{what}{at or kind.__name__}: {sentence(first)[0]}") from error
